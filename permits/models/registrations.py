"""The registration form of small units (登记管理): filled online, its number given at once."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Membership

from .sites import Site


class RegistrationState(models.TextChoices):
    VALID = "VALID", _("registered")
    ENDED = "ENDED", _("struck off")


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Of the own enterprise, or of the bureau's region."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(site__enterprise_id=actor.enterprise_id)
        return self.filter(site__region__code__startswith=actor.region_prefix)


class Registration(models.Model):
    """What a unit under registration management states of a site (Regulation art. 24)."""

    site = models.OneToOneField(
        Site, verbose_name=_("site"), on_delete=models.PROTECT, related_name="registration"
    )
    registration_no = models.CharField(_("registration number"), max_length=24, unique=True)
    products = models.TextField(_("main products and yearly amounts"))
    fuel = models.CharField(_("fuel and yearly use"), max_length=200, blank=True)
    treatment = models.TextField(_("treatment of waste water and gas"))
    destination = models.CharField(_("where it is discharged"), max_length=200)
    standards = models.CharField(_("discharge standards kept"), max_length=200)
    contact = models.CharField(_("contact person and telephone"), max_length=80)
    changed_on = models.DateField(_("changed on"), null=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    filed_at = models.DateTimeField(_("filed at"))
    state = models.CharField(
        _("state"),
        max_length=5,
        choices=RegistrationState.choices,
        default=RegistrationState.VALID,
    )
    revision = models.PositiveIntegerField(_("revision"), default=0)
    key = models.CharField(max_length=80)
    history = HistoricalRecords()

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="registration_runs_forward", condition=Q(valid_to__gte=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return self.registration_no
