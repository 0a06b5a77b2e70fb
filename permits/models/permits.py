"""Permits, their versions and limits, and the decisions behind them."""

from typing import Self

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from ledger.models import Pollutant
from ledger.models.guards import append_only, keep_rows
from parties.models import Approval, Membership
from permits.rules import Kind
from shell.figures import named
from shell.periods import no_overlap

from . import guards
from .applications import KIND_NAMES, Application, ManagementClass
from .names import keep_names
from .sites import Outlet, Site


class PermitState(models.TextChoices):
    VALID = "VALID", _("valid")
    EXPIRED = "EXPIRED", _("expired")
    REVOKED = "REVOKED", _("revoked")  # as a penalty
    WITHDRAWN = "WITHDRAWN", _("withdrawn")  # granted in error or by fraud
    CANCELLED = "CANCELLED", pgettext_lazy("permit", "cancelled")  # struck off


class PermitQuerySet(models.QuerySet["Permit"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(site__enterprise_id=actor.enterprise_id)
        return self.filter(site__region__code__startswith=actor.region_prefix)

    def public(self) -> Self:
        """All: permits are public information (Regulation art. 9, 13)."""
        return self.all()


class Permit(models.Model):
    """The permit of a site; its number stays for the site, its versions come and go."""

    site = models.OneToOneField(
        Site, verbose_name=_("site"), on_delete=models.PROTECT, related_name="permit"
    )
    permit_no = models.CharField(_("permit number"), max_length=22, unique=True)
    state = models.CharField(
        _("state"), max_length=9, choices=PermitState.choices, default=PermitState.VALID
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    # What the register is searched by; the versions hold the rest.
    holder_name = models.CharField(_("discharging unit"), max_length=120)
    # Present and former names, a line each, written by the trigger alone.
    names = models.TextField(_("names, present and former"), default="", editable=False)
    history = HistoricalRecords(excluded_fields=["names"])

    objects = PermitQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "valid_to"], name="permit_by_expiry"),
            models.Index(fields=["holder_name"], name="permit_by_holder"),
            models.Index(fields=["valid_from"], name="permit_by_first_day"),
            models.Index(fields=["valid_to"], name="permit_by_last_day"),
            # Written seldom and read often: nothing waits beside the index to be gone through.
            GinIndex(
                Func(F("names"), function="permits_grams"),
                name="permit_by_names",
                fastupdate=False,
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="permit_no_has_its_form",
                condition=Q(
                    permit_no__regex=r"^([0-9A-HJ-NPQRTUWXY]{18}"
                    r"|H9[0-9]{6}[0-9A-Z]{8}[0-9X][a-hj-np-z])[0-9]{3}[0-9A-Z]$"
                ),
            ),
            models.CheckConstraint(
                name="permit_term_runs_forward", condition=Q(valid_to__gte=models.F("valid_from"))
            ),
        ]
        triggers = [*guards.permit_guards(), keep_names("permit_keeps_its_names")]

    @property
    def holder(self) -> str:
        """The unit as the permit names it; its English name for as long as it bears that name."""
        unit = self.site.enterprise
        return named(self.holder_name, unit.name_en if unit.name == self.holder_name else "")

    def __str__(self) -> str:
        return self.permit_no


class Outcome(models.TextChoices):
    GRANT = "GRANT", _("grant")
    REFUSE = "REFUSE", _("refuse")


class Decision(models.Model):
    """What the first officer decided, with the exact content the second person is to issue."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome.choices)
    opinion = models.TextField(_("opinion"))
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    decided_by = models.ForeignKey(
        Membership, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"))
    mark = models.CharField(_("identification mark"), max_length=1, blank=True)
    content = models.JSONField(_("content"), default=dict)
    content_sha256 = models.BinaryField(_("SHA-256 of the content"), max_length=32)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, null=True)
    is_returned = models.BooleanField(_("sent back"), default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_standing_decision_per_application",
                fields=["application"],
                condition=Q(is_returned=False),
            ),
            models.CheckConstraint(
                name="grant_needs_an_approval",
                condition=Q(outcome="REFUSE", approval__isnull=True)
                | Q(outcome="GRANT", approval__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.outcome}"


class PermitVersion(models.Model):
    """One issued version: what it says never changes; when it stops being in force is noted."""

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    business_type = models.CharField(
        _("business type"),
        max_length=8,
        choices=[(kind, name) for kind, name in KIND_NAMES.items() if kind != Kind.CANCEL],
    )
    management_class = models.CharField(
        _("management class"), max_length=10, choices=ManagementClass.choices
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    in_force_from = models.DateField(_("in force from"))
    in_force_until = models.DateField(_("in force until (excluded)"), null=True)
    content = models.JSONField(_("content"))
    content_sha256 = models.BinaryField(_("SHA-256 of the content"), max_length=32)
    application = models.OneToOneField(Application, on_delete=models.PROTECT)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT)
    issued_by = models.ForeignKey(
        Membership, verbose_name=_("issued by"), on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField(_("issued at"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["permit_id", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="version_number_is_unique_in_permit", fields=["permit", "number"]
            ),
            no_overlap(
                "permit_versions_in_force_do_not_overlap",
                same=["permit_id"],
                start="in_force_from",
                end="in_force_until",
                bounds="[)",
            ),
            models.CheckConstraint(
                name="version_term_runs_forward", condition=Q(valid_to__gte=models.F("valid_from"))
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="version_says_the_same_for_ever", exclude=["in_force_until"]),
            guards.version_guard(),
            *keep_rows("permit_version"),
        ]

    def __str__(self) -> str:
        return f"{self.permit_id} v{self.number}"


class Limit(models.Model):
    """What one version permits at one outlet for one pollutant."""

    version = models.ForeignKey(PermitVersion, on_delete=models.PROTECT, related_name="limits")
    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, related_name="limits"
    )
    outlet_kind = models.CharField(_("kind of outlet at issue"), max_length=7)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    concentration = models.DecimalField(
        _("permitted concentration"), max_digits=12, decimal_places=4, null=True
    )
    quantity_per_year = models.BigIntegerField(_("permitted quantity per year"), null=True)

    class Meta:
        ordering = ["outlet__code", "pollutant_id"]
        constraints = [
            models.UniqueConstraint(
                name="limit_stands_once_per_version", fields=["version", "outlet", "pollutant"]
            ),
            models.CheckConstraint(
                name="only_main_outlets_carry_quantity",
                condition=Q(outlet_kind="MAIN") | Q(quantity_per_year__isnull=True),
            ),
            models.CheckConstraint(
                name="limit_is_positive",
                condition=(Q(quantity_per_year__isnull=True) | Q(quantity_per_year__gt=0))
                & (
                    Q(concentration__isnull=True)
                    | Q(concentration__gt=0, concentration__lt=100_000_000)
                ),
            ),
        ]
        triggers = append_only("limit")

    def __str__(self) -> str:
        return f"{self.outlet} {self.pollutant_id}"


class LimitYear(models.Model):
    """What a limit permits in one year of the term, where years differ."""

    limit = models.ForeignKey(Limit, on_delete=models.PROTECT, related_name="years")
    year_no = models.PositiveSmallIntegerField(_("year of the term"))
    quantity = models.BigIntegerField(_("permitted quantity"))

    class Meta:
        ordering = ["limit_id", "year_no"]
        constraints = [
            models.UniqueConstraint(name="limit_year_stands_once", fields=["limit", "year_no"]),
            models.CheckConstraint(
                name="limit_year_is_in_range",
                condition=Q(year_no__gte=1, year_no__lte=10, quantity__gt=0),
            ),
        ]
        triggers = append_only("limit_year")

    def __str__(self) -> str:
        return f"{self.limit_id} {self.year_no}"


class RenewalNotice(models.Model):
    """That a unit was told of the day by which to ask for its renewal; once per stage."""

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="renewal_notices")
    valid_to = models.DateField(_("valid to"))
    is_late = models.BooleanField(_("day passed"))
    at = models.DateTimeField(_("told at"))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="renewal_is_told_once", fields=["permit", "valid_to", "is_late"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permit} {self.valid_to}"
