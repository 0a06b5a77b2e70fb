"""What an account counts: a pollutant, water or money, within a quota period."""

import datetime
from typing import Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.models import Membership, Region
from shell.figures import named

from . import guards


class Medium(models.TextChoices):
    WATER = "WATER", _("waste water")
    AIR = "AIR", _("waste gas")


class Unit(models.TextChoices):
    MILLIGRAM = "MG", _("milligram")
    LITRE = "L", _("litre")


class Pollutant(models.Model):
    """A pollutant under total control, or the volume of waste water itself."""

    code = models.CharField(_("code"), max_length=8, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    medium = models.CharField(_("medium"), max_length=5, choices=Medium.choices)
    unit = models.CharField(_("unit"), max_length=2, choices=Unit.choices)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return named(self.name_zh, self.name_en)


class PeriodState(models.TextChoices):
    OPEN = "OPEN", _("open")  # → CLOSED
    CLOSED = "CLOSED", _("closed")


class QuotaPeriodQuerySet(models.QuerySet["QuotaPeriod"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the cities this person has to do with: his bureau's, or his enterprise's."""
        if actor is None:
            return self.none()
        if actor.enterprise:
            return self.filter(region_id=actor.enterprise.region.city_code)
        return self.filter(region__code__startswith=actor.region_prefix[:4])

    def on(self, region: Region, day: datetime.date) -> Self:
        """The period of the region's city that holds the day (one row or none)."""
        return self.filter(region_id=region.city_code, start_date__lte=day, end_date__gte=day)

    def open_on(self, region: Region, day: datetime.date) -> Self:
        """The same if it is open."""
        return self.on(region, day).filter(state=PeriodState.OPEN)


class QuotaPeriod(models.Model):
    """A dated interval for which rights are counted; a calendar year unless the city says else."""

    region = models.ForeignKey(Region, verbose_name=_("city"), on_delete=models.PROTECT)
    label = models.CharField(_("name"), max_length=20)
    start_date = models.DateField(_("first day"))
    end_date = models.DateField(_("last day"))
    state = models.CharField(
        _("state"), max_length=6, choices=PeriodState.choices, default=PeriodState.OPEN
    )
    has_carry_over = models.BooleanField(_("rest carries over"), default=False)
    carry_over_percent = models.PositiveSmallIntegerField(_("carried over (%)"), default=100)
    # When the rest last lapsed or was carried over; late rests lapse every night until closing.
    lapsed_at = models.DateTimeField(_("rest lapsed at"), null=True, blank=True)
    # How long late events may still be booked before the rest lapses; no text found fixes it.
    closes_after_days = models.PositiveSmallIntegerField(_("closes days after its end"), default=15)
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = QuotaPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "start_date"]
        constraints = [
            models.CheckConstraint(
                name="quota_period_ends_after_it_starts",
                condition=Q(end_date__gt=F("start_date")),
            ),
            models.CheckConstraint(
                name="quota_period_carries_over_at_most_all",
                condition=Q(carry_over_percent__lte=100),
            ),
            # The embedded PostgreSQL has no btree_gist: the region's six digits become a range.
            ExclusionConstraint(
                name="quota_periods_of_a_region_do_not_overlap",
                expressions=[
                    (
                        Func(
                            Cast("region_id", models.IntegerField()),
                            Cast("region_id", models.IntegerField()),
                            models.Value("[]"),
                            function="int4range",
                        ),
                        "&&",
                    ),
                    (
                        Func("start_date", "end_date", models.Value("[]"), function="daterange"),
                        "&&",
                    ),
                ],
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="closed_period_stays_closed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=guards.CLOSED_PERIOD_STAYS_CLOSED,
            ),
            guards.fixed_columns(
                "quota_period_keeps_its_days", ["region_id", "start_date", "end_date"]
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end_date - self.start_date).days + 1


class Asset(models.Model):
    """A pollutant in a quota period, or money (neither)."""

    pollutant = models.ForeignKey(
        Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT, null=True
    )
    period = models.ForeignKey(
        QuotaPeriod, verbose_name=_("quota period"), on_delete=models.PROTECT, null=True
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_asset_per_pollutant_and_period",
                fields=["pollutant", "period"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="asset_is_money_or_a_pollutant_in_a_period",
                condition=Q(pollutant__isnull=True, period__isnull=True)
                | Q(pollutant__isnull=False, period__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pollutant} {self.period}" if self.pollutant_id else "CNY"

    @property
    def is_money(self) -> bool:
        """Whether the asset counts fen."""
        return self.pollutant_id is None
