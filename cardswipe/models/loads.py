"""Both sources of an hour's load, and the rule by which they are compared."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.load_rules import CheckTerms, CheckVerdict
from ledger.models import Pollutant, guards
from parties.models import Membership, Region
from shell.periods import ends_after_it_begins

from .dated import DatedRule, no_overlap_in_region
from .devices import Controller

CHECK_VERDICT_NAMES = {
    CheckVerdict.EQUAL: _("they agree"),
    CheckVerdict.DIFFERS: _("they differ"),
    CheckVerdict.TOO_FEW: _("too few valid minutes"),
    CheckVerdict.ALONE: _("nothing from the device"),
}


class LoadCheckRule(DatedRule):
    """When hours are doubtful: tolerance, share of valid minutes, frozen, missing, impossible.

    A row without region holds for the whole country. HJ 212-2017 annex C gives the shares of
    valid minutes; the other figures are practice or recollection, and the note says which.
    """

    region = models.ForeignKey(  # type: ignore[assignment]  # wider than the other rules'
        Region, verbose_name=_("region"), on_delete=models.PROTECT, null=True, blank=True
    )
    tolerance = models.PositiveSmallIntegerField(_("tolerated difference (‰)"))
    least_valid_water = models.PositiveSmallIntegerField(_("valid minutes of water, at least (‰)"))
    least_valid_gas = models.PositiveSmallIntegerField(_("valid minutes of gas, at least (‰)"))
    least_day_water = models.PositiveSmallIntegerField(_("valid hours of a day, water (‰)"))
    least_day_gas = models.PositiveSmallIntegerField(_("valid hours of a day, gas (‰)"))
    frozen_minutes = models.PositiveSmallIntegerField(_("same figure counts as frozen after (min)"))
    gap_minutes = models.PositiveSmallIntegerField(_("missing minutes count as a gap after (min)"))
    implausible_times = models.PositiveSmallIntegerField(
        _("impossible above so many times the permitted concentration")
    )
    clock_shift_s = models.PositiveIntegerField(_("clock may be off by (s)"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "valid_from"]
        constraints = [
            no_overlap_in_region("load_check_rules_of_a_region_never_overlap"),
            ends_after_it_begins("load_check_rule_ends_after_it_begins"),
            models.CheckConstraint(
                name="load_check_rule_holds_shares",
                condition=Q(
                    tolerance__lte=1000,
                    least_valid_water__lte=1000,
                    least_valid_gas__lte=1000,
                    least_day_water__lte=1000,
                    least_day_gas__lte=1000,
                    frozen_minutes__gte=1,
                    gap_minutes__gte=1,
                    implausible_times__gte=1,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id or ''} {self.valid_from}"

    def terms(self) -> CheckTerms:
        """The row as the pure rule takes it."""
        return CheckTerms(
            tolerance=self.tolerance,
            least_valid_water=self.least_valid_water,
            least_valid_gas=self.least_valid_gas,
            frozen_minutes=self.frozen_minutes,
            gap_minutes=self.gap_minutes,
            implausible_times=self.implausible_times,
            least_day_water=self.least_day_water,
            least_day_gas=self.least_day_gas,
        )


class LoadCheckQuerySet(models.QuerySet["LoadCheck"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of controllers this person may reach."""
        return self.filter(controller__in=Controller.objects.for_actor(actor))


class LoadCheck(models.Model):
    """An hour of a pollutant from both sources: the device's -Cou and our own integral.

    Whole milligrams, water in litres. Kept as it was found; the event's booking does not change.
    """

    pk = models.CompositePrimaryKey("controller_id", "started_at", "pollutant_id")
    controller = models.ForeignKey(
        Controller,
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        db_index=False,
        related_name="load_checks",
    )
    started_at = models.DateTimeField(_("hour"))
    pollutant = models.ForeignKey(
        Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT, db_index=False
    )
    device = models.BigIntegerField(_("accumulated by the device"), null=True)
    own = models.BigIntegerField(_("own integral"))
    valid = models.PositiveSmallIntegerField(_("valid minute data"))
    due = models.PositiveSmallIntegerField(_("minute data due"))
    verdict = models.CharField(
        _("comparison"), max_length=7, choices=list(CHECK_VERDICT_NAMES.items())
    )
    checked_at = models.DateTimeField(_("checked at"))

    objects = LoadCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "pollutant_id"]
        constraints = [
            models.CheckConstraint(
                name="load_check_is_never_negative",
                condition=(Q(device__isnull=True) | Q(device__gte=0)) & Q(own__gte=0),
            ),
        ]
        triggers = guards.append_only("load_check")

    def __str__(self) -> str:
        return f"{self.controller_id} {self.started_at} {self.pollutant_id}"
