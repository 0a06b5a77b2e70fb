"""How long raw frames and readings are kept, and which months were given up."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Region

from .dated import DatedQuerySet, DatedRule, no_overlap_in_region

FRAMES, READINGS = "frames", "readings"
KEPT_NAMES = {FRAMES: _("raw frames"), READINGS: _("readings")}


class KeepingRule(DatedRule):
    """For how many months raw frames and readings are kept.

    Months are given up for the whole installation at once, so of the rows in force the longest
    counts; the row without region holds where no region has its own.
    """

    region = models.ForeignKey(  # type: ignore[assignment]  # wider than the other rules'
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    frame_months = models.PositiveIntegerField(_("raw frames are kept (months)"))
    reading_months = models.PositiveIntegerField(_("readings are kept (months)"))
    history = HistoricalRecords()

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "valid_from"]
        constraints = [
            no_overlap_in_region("keeping_rules_of_a_region_never_overlap"),
            models.CheckConstraint(
                name="keeping_rule_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="keeping_rule_keeps_three_months_to_a_century",
                condition=Q(frame_months__gte=3, frame_months__lte=1200)
                & Q(reading_months__gte=3, reading_months__lte=1200),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id or ''} {self.valid_from}"


class GivenUpMonth(models.Model):
    """A month of frames or readings that was dropped, by which rule and how much it held."""

    kept = models.CharField(_("what"), max_length=8, choices=list(KEPT_NAMES.items()))
    month = models.DateField(_("month"))
    rows = models.BigIntegerField(_("rows"))
    rule = models.ForeignKey(
        KeepingRule, verbose_name=_("rule"), on_delete=models.PROTECT, related_name="+"
    )
    given_up_at = models.DateTimeField(_("given up at"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["-month", "kept"]
        constraints = [
            models.UniqueConstraint(name="month_is_given_up_once", fields=["kept", "month"]),
            models.CheckConstraint(name="given_up_month_is_a_first_day", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.kept} {self.month:%Y-%m}"
