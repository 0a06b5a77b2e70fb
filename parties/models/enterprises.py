"""Discharging units."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from shell.figures import named
from shell.names import reads_well

from .regions import Region

if TYPE_CHECKING:
    from .people import Membership


class EnterpriseState(models.TextChoices):
    OPEN = "OPEN", _("in operation")
    CLOSED = "CLOSED", _("closed")


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    def for_actor(self, actor: "Membership | None") -> Self:
        """Those this person may reach: of the bureau's region, or the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(pk=actor.enterprise_id)
        return self.filter(region__code__startswith=actor.region_prefix)


class Enterprise(models.Model):
    """An enterprise, known by its unified social credit code."""

    uscc = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    industry_code = models.CharField(_("industry code (GB/T 4754)"), max_length=5)
    industry_name = models.CharField(_("industry"), max_length=60)
    address = models.CharField(_("address"), max_length=200)
    legal_representative = models.CharField(_("legal representative"), max_length=60)
    state = models.CharField(
        _("state"), max_length=6, choices=EnterpriseState.choices, default=EnterpriseState.OPEN
    )
    history = HistoricalRecords()

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["uscc"]
        indexes = [
            # Industries are asked for by how their code begins.
            models.Index(
                fields=["industry_code"],
                opclasses=["varchar_pattern_ops"],
                name="enterprise_by_industry",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="uscc_has_eighteen_characters",
                condition=models.Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
            ),
            reads_well("enterprise_names_read_well", "name", "name_en"),
        ]

    def __str__(self) -> str:
        return named(self.name, self.name_en)
