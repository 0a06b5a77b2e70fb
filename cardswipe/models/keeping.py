"""How long raw frames and readings are kept, and which months were given up."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Region
from shell.periods import ends_after_it_begins

from .dated import DatedQuerySet, DatedRule, no_overlap_in_region

FRAMES, READINGS = "frames", "readings"
STRANGER_FRAMES = 200
KEPT_NAMES = {FRAMES: _("raw frames"), READINGS: _("readings")}


class KeepingRule(DatedRule):
    """For how many months raw frames and readings are kept, and how much of strangers.

    Months are given up for the whole installation at once, so of the rows in force the longest
    counts; the row without region holds where no region has its own.
    """

    region = models.ForeignKey(  # type: ignore[assignment]  # wider than the other rules'
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    frame_months = models.PositiveIntegerField(_("raw frames are kept (months)"))
    reading_months = models.PositiveIntegerField(_("readings are kept (months)"))
    # Who is not registered may not fill the disk; what goes beyond is counted (StrangerHour).
    stranger_frames = models.PositiveIntegerField(
        _("frames of strangers kept per address and hour"), default=STRANGER_FRAMES
    )
    history = HistoricalRecords()

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "valid_from"]
        constraints = [
            no_overlap_in_region("keeping_rules_of_a_region_never_overlap"),
            ends_after_it_begins("keeping_rule_ends_after_it_begins"),
            models.CheckConstraint(
                name="keeping_rule_keeps_three_months_to_a_century",
                condition=Q(frame_months__gte=3, frame_months__lte=1200)
                & Q(reading_months__gte=3, reading_months__lte=1200),
            ),
            models.CheckConstraint(
                name="keeping_rule_keeps_ten_frames_of_a_stranger_or_more",
                condition=Q(stranger_frames__gte=10, stranger_frames__lte=100_000),
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


class StrangerHour(models.Model):
    """What came in an hour from an address (IPv6: its /64) that belongs to no controller: frames
    with an MN that nobody registered, and bytes that are no frame. The first ones are kept as raw
    frames, all are counted; the row without address counts those of all addresses.
    """

    pk = models.CompositePrimaryKey("hour", "address")
    address = models.CharField(_("address"), max_length=43, blank=True)
    hour = models.DateTimeField(_("hour"))
    frames = models.BigIntegerField(_("arrived"))
    kept = models.BigIntegerField(_("kept"))
    last_mn = models.CharField(_("last MN"), max_length=32, blank=True)
    last_verdict = models.CharField(_("last verdict"), max_length=4)
    last_at = models.DateTimeField(_("last seen"))

    class Meta:
        ordering = ["-hour", "address"]
        constraints = [
            models.CheckConstraint(
                name="stranger_hour_keeps_no_more_than_came",
                condition=Q(kept__gte=0, frames__gte=F("kept")) & Q(frames__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.hour:%Y-%m-%d %H}"

    @property
    def dropped(self) -> int:
        """How many were counted only."""
        return self.frames - self.kept
