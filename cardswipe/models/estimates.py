"""Whence an hour's load comes: the source debited, substitution, estimates, corrections."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Ord
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.substitution import Cause, Method, Term
from ledger.models import LedgerRequest, Pollutant, guards
from parties.models import Region
from permits.models import Outlet
from permits.models.sites import Medium
from shell.periods import digits, ends_after_it_begins, no_overlap

from .dated import DatedRule
from .events import DischargeEvent

CAUSE_NAMES = {
    Cause.INVALID: _("no valid data"),
    Cause.OUT_OF_CONTROL: _("calibration failed or overdue"),
}
METHOD_NAMES = {
    Method.MAX_HOURS: _("greatest of valid hours"),
    Method.MAX_DAYS: _("a 24th of the greatest of valid days"),
}


class Source(models.TextChoices):
    DEVICE = "DEVICE", _("the device's own sum (-Cou)")
    OWN = "OWN", _("our integral of the minute data")


class LoadSourceRule(DatedRule):
    """Which source of an outlet's hours and card sessions is debited; the other one is only
    compared.

    Without a row the device's own figure counts, as its profile says. The day on which an hour or
    a session begins decides.
    """

    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, related_name="load_sources"
    )
    source = models.CharField(_("debited"), max_length=6, choices=Source.choices)
    history = HistoricalRecords()

    class Meta:
        ordering = ["outlet_id", "valid_from"]
        constraints = [
            no_overlap(
                "load_sources_of_an_outlet_never_overlap",
                same=["outlet_id"],
                start="valid_from",
                end="valid_to",
            ),
            ends_after_it_begins("load_source_ends_after_it_begins"),
            models.CheckConstraint(
                name="load_source_is_known", condition=Q(source__in=Source.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id} {self.source} {self.valid_from}"

    def alike(self) -> "models.QuerySet[Any]":
        """The rows of the same outlet."""
        return LoadSourceRule.objects.filter(outlet_id=self.outlet_id).exclude(pk=self.pk)


class SubstitutionRule(DatedRule):
    """With what an hour without valid data is filled.

    The texts of HJ 356-2019 and HJ 75-2017 were not at hand: the rows first loaded are switched
    off, and their notes say so. A row without region holds for the whole country.
    """

    region = models.ForeignKey(  # type: ignore[assignment]  # wider than the other rules'
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    medium = models.CharField(_("medium"), max_length=5, choices=Medium.choices)
    cause = models.CharField(_("cause"), max_length=7, choices=list(CAUSE_NAMES.items()))
    # 0: gaps of any length.
    longest_gap_h = models.PositiveSmallIntegerField(_("gaps up to (h)"))
    least_capture = models.PositiveSmallIntegerField(_("valid hours of the quarter, at least (‰)"))
    method = models.CharField(_("filled with"), max_length=9, choices=list(METHOD_NAMES.items()))
    window = models.PositiveSmallIntegerField(_("of how many hours or days"))
    wait_h = models.PositiveSmallIntegerField(_("missing hours are filled after (h)"))
    is_on = models.BooleanField(_("switched on"), default=False)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "medium", "cause", "longest_gap_h", "-least_capture"]
        constraints = [
            no_overlap(
                "substitution_rules_of_a_region_never_overlap",
                same=[
                    digits("region_id"),
                    Ord("medium"),
                    Ord("cause"),
                    "longest_gap_h",
                    "least_capture",
                ],
                start="valid_from",
                end="valid_to",
            ),
            ends_after_it_begins("substitution_rule_ends_after_it_begins"),
            models.CheckConstraint(
                name="substitution_rule_looks_back",
                condition=Q(window__gte=1, window__lte=8784, least_capture__lte=1000),
            ),
            models.CheckConstraint(
                name="substitution_rule_waits_an_hour_to_a_month",
                condition=Q(wait_h__gte=1, wait_h__lte=744),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id or ''} {self.medium} {self.cause} {self.valid_from}"

    def alike(self) -> "models.QuerySet[Any]":
        """The rows for the same case in the same region."""
        same = ("region_id", "medium", "cause", "longest_gap_h", "least_capture")
        rows = SubstitutionRule.objects.filter(**{name: getattr(self, name) for name in same})
        return rows.exclude(pk=self.pk)

    def term(self) -> Term:
        """The row as the pure rule takes it."""
        return Term(
            id=self.pk,
            cause=Cause(self.cause),
            longest_gap_h=self.longest_gap_h,
            least_capture=self.least_capture,
            method=Method(self.method),
            window=self.window,
            wait_h=self.wait_h,
            is_on=self.is_on,
        )


class Estimate(models.Model):
    """How an event came by its figures when no valid report gave them; never changed."""

    event = models.OneToOneField(
        DischargeEvent, verbose_name=_("event"), on_delete=models.PROTECT, related_name="estimate"
    )
    rule = models.ForeignKey(
        SubstitutionRule,
        verbose_name=_("substitution rule"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )
    gap_begin = models.DateTimeField(_("gap begins"))
    gap_h = models.PositiveSmallIntegerField(_("length of the gap (h)"))
    capture = models.PositiveSmallIntegerField(_("valid hours of the quarter (‰)"))
    # Per pollutant: how many valid hours or days were looked at, and the quantity it gave.
    basis = models.JSONField(_("computed from"))
    made_at = models.DateTimeField(_("estimated at"))

    class Meta:
        ordering = ["-id"]
        triggers = guards.append_only("estimate")

    def __str__(self) -> str:
        return f"{self.event_id} {self.rule_id}"


class CorrectionCause(models.TextChoices):
    TRUE_FIGURES = "TRUE", _("the true figures have come")
    OWN_INTEGRAL = "OWN", _("our integral stands")
    SUBSTITUTED = "RULE", _("filled by a substitution rule")
    SAMPLED = "SAMPLE", _("measured by hand")
    OTHER = "OTHER", _("other")


class CorrectionState(models.TextChoices):
    ASKED = "ASKED", _("waits for the ledger")  # → COUNTED | DROPPED
    COUNTED = "COUNTED", _("booked")
    DROPPED = "DROPPED", _("refused or taken back")


class LoadCorrection(models.Model):
    """What an officer asks to have booked instead of an event's load (mg, water L).

    It is booked as the ledger's adjusting operation, which a second person grants; the event and
    its first operation stay as they are.
    """

    event = models.ForeignKey(
        DischargeEvent,
        verbose_name=_("event"),
        on_delete=models.PROTECT,
        related_name="corrections",
    )
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    before = models.BigIntegerField(_("booked before"))
    after = models.BigIntegerField(_("to be booked"))
    cause = models.CharField(_("cause"), max_length=6, choices=CorrectionCause.choices)
    request = models.ForeignKey(
        LedgerRequest, verbose_name=_("request"), on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(
        _("state"),
        max_length=7,
        choices=CorrectionState.choices,
        default=CorrectionState.ASKED,
    )
    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_open_correction_per_load",
                fields=["event", "pollutant"],
                condition=Q(state="ASKED"),
            ),
            models.UniqueConstraint(
                name="request_corrects_a_load_once", fields=["request", "pollutant"]
            ),
            models.CheckConstraint(
                name="correction_changes_something",
                condition=Q(before__gte=0, after__gte=0) & ~Q(before=F("after")),
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="correction_open", condition=Q(state="ASKED")),
        ]
        triggers = [
            *guards.keep_rows("load_correction"),
            guards.fixed_columns(
                "load_correction_is_not_rewritten",
                ["event_id", "pollutant_id", "before", "after", "cause", "request_id"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.pollutant_id} {self.before} → {self.after}"
