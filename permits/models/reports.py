"""Execution reports: what the holder of a permit reports of a year, a quarter or a month."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Pollutant
from parties.models import Membership
from permits.report_rules import ReportKind, ReportState

from .permits import Permit
from .sites import Outlet

REPORT_KIND_NAMES = {
    ReportKind.YEAR: _("yearly report"),
    ReportKind.QUARTER: _("quarterly report"),
    ReportKind.MONTH: _("monthly report"),
}
REPORT_STATE_NAMES = {
    ReportState.OPEN: _("to be handed in"),
    ReportState.SUBMITTED: _("handed in"),
}


class ReportQuerySet(models.QuerySet["ExecutionReport"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """The own enterprise's; for a bureau those of its region."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(permit__site__enterprise_id=actor.enterprise_id)
        return self.filter(permit__site__region__code__startswith=actor.region_prefix)


class ExecutionReport(models.Model):
    """A report owed for one permit and period, from the day the period ended."""

    permit = models.ForeignKey(
        Permit, verbose_name=_("permit"), on_delete=models.PROTECT, related_name="reports"
    )
    kind = models.CharField(_("kind of report"), max_length=7, choices=[*REPORT_KIND_NAMES.items()])
    start_date = models.DateField(_("first day"))
    end_date = models.DateField(_("last day"))
    due_on = models.DateField(_("to be handed in by"))
    legal_basis = models.CharField(_("legal basis"), max_length=160)
    state = models.CharField(
        _("state"), max_length=9, choices=[*REPORT_STATE_NAMES.items()], default=ReportState.OPEN
    )
    treatment = models.TextField(_("running of the treatment facilities"), blank=True)
    monitoring = models.TextField(_("self-monitoring and ledger"), blank=True)
    events = models.TextField(_("stoppages, faults and what was done"), blank=True)
    is_committed = models.BooleanField(_("letter of commitment given"), default=False)
    returned_for = models.TextField(_("sent back because"), blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    submitted_by = models.ForeignKey(
        Membership,
        verbose_name=_("handed in by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("handed in at"), null=True)
    content = models.JSONField(_("content as handed in"), null=True)
    content_sha256 = models.BinaryField(_("SHA-256 of the content"), max_length=32, null=True)
    history = HistoricalRecords()

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-end_date", "-id"]
        indexes = [models.Index(fields=["state", "due_on"], name="report_by_deadline")]
        constraints = [
            models.UniqueConstraint(
                name="one_report_per_permit_and_period", fields=["permit", "kind", "start_date"]
            ),
            models.CheckConstraint(
                name="report_period_runs_forward", condition=Q(end_date__gte=models.F("start_date"))
            ),
            models.CheckConstraint(
                name="report_handed_in_is_signed",
                condition=Q(state="OPEN")
                | Q(
                    is_committed=True,
                    submitted_by__isnull=False,
                    submitted_at__isnull=False,
                    content__isnull=False,
                    content_sha256__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period_word}"

    @property
    def period_word(self) -> str:
        """The year, quarter or month as people call it."""
        first = self.start_date
        if self.kind == ReportKind.YEAR:
            return str(first.year)
        if self.kind == ReportKind.QUARTER:
            quarter = {"year": first.year, "quarter": (first.month + 2) // 3}
            return gettext("%(year)s Q%(quarter)s") % quarter
        return f"{first:%Y-%m}"

    @property
    def report_no(self) -> str:
        """Number on the paper: permit number, kind, first day."""
        return f"{self.permit.permit_no}-{self.kind[0]}{self.start_date:%Y%m}"


class ReportLine(models.Model):
    """What one outlet discharged of one pollutant: permitted, recorded, reported, taxed."""

    report = models.ForeignKey(ExecutionReport, on_delete=models.PROTECT, related_name="lines")
    outlet = models.ForeignKey(Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    concentration = models.DecimalField(
        _("permitted concentration"), max_digits=12, decimal_places=4, null=True
    )
    permitted = models.BigIntegerField(_("permitted quantity per year"), null=True)
    recorded = models.BigIntegerField(_("recorded by the devices"), default=0)
    estimated = models.BigIntegerField(_("of this estimated"), default=0)
    running_year = models.BigIntegerField(_("recorded in twelve months"), default=0)
    gap_days = models.PositiveSmallIntegerField(_("days without records"), default=0)
    reported = models.BigIntegerField(_("actual discharge"), null=True)
    taxed = models.BigIntegerField(_("declared for environmental tax"), null=True)
    note = models.CharField(_("explanation"), max_length=400, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["outlet__code", "pollutant__position"]
        constraints = [
            models.UniqueConstraint(
                name="report_line_stands_once", fields=["report", "outlet", "pollutant"]
            ),
            models.CheckConstraint(
                name="report_figures_are_not_negative",
                condition=Q(recorded__gte=0, running_year__gte=0, estimated__gte=0)
                & (Q(reported__isnull=True) | Q(reported__gte=0))
                & (Q(taxed__isnull=True) | Q(taxed__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet.code} · {self.pollutant}"


class ReportReminder(models.Model):
    """That people were told of a report that is due soon or late; each is told once."""

    report = models.ForeignKey(ExecutionReport, on_delete=models.PROTECT, related_name="reminders")
    is_overdue = models.BooleanField(_("overdue"))
    at = models.DateTimeField(_("told at"))

    class Meta:
        constraints = [
            models.UniqueConstraint(name="report_is_told_once", fields=["report", "is_overdue"])
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.is_overdue}"
