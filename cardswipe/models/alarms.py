"""Warning steps as data, the step each quota has reached, and alarms."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.rules import AlarmKind, AlarmLevel, AlarmState, StepBase
from cardswipe.sentences import ALARM_ADVICE, ALARM_SENTENCES, spoken_params
from parties.models import Enterprise, Membership
from shell.periods import ends_after_it_begins

from .cards import Card
from .dated import DatedRule, no_overlap_in_region
from .events import DischargeEvent

STEP_BASE_NAMES = {
    StepBase.QUOTA: _("of the quota of the period"),
    StepBase.CARD: _("of what was loaded on the card"),
    StepBase.MONTH: _("of the month's plan"),
}
ALARM_LEVEL_NAMES = {
    AlarmLevel.YELLOW: _("yellow"),
    AlarmLevel.ORANGE: _("orange"),
    AlarmLevel.RED: _("red"),
}
ALARM_STATE_NAMES = {AlarmState.OPEN: _("not yet handled"), AlarmState.HANDLED: _("handled")}
ALARM_KIND_NAMES = {
    AlarmKind.STEP: _("warning step passed"),
    AlarmKind.OVERRUN: _("discharge over the quota"),
    AlarmKind.NO_CARD: _("discharge without a card"),
    AlarmKind.CARD_UNKNOWN: _("unknown card"),
    AlarmKind.CARD_FOREIGN: _("card not bound to this controller"),
    AlarmKind.CARD_BLOCKED: _("blocked card used"),
    AlarmKind.NO_PERMIT: _("discharge without a permit"),
    AlarmKind.NO_PERIOD: _("no quota period"),
    AlarmKind.LATE: _("event of a closed quota period"),
    AlarmKind.CONFLICT: _("contradicting report"),
    AlarmKind.BAD_REPORT: _("impossible report"),
    AlarmKind.SECOND_LINK: _("second connection"),
    AlarmKind.BAD_ACCESS: _("wrong password or address"),
    AlarmKind.CLOCK_AHEAD: _("clock ahead"),
    AlarmKind.HELD: _("event held back"),
    AlarmKind.MONTH: _("monthly plan passed"),
    AlarmKind.OFFLINE: _("off-line batch does not fit"),
    AlarmKind.LOAD_DIFFERS: _("device and own integral differ"),
    AlarmKind.FROZEN: _("figure stands still"),
    AlarmKind.IMPLAUSIBLE: _("impossible figure"),
    AlarmKind.GAS_STATE: _("state of the gas unknown"),
    AlarmKind.DATA_GAP: _("minute data missing"),
    AlarmKind.CLOCK_SHIFT: _("clock is off"),
    AlarmKind.TOTALISER: _("totaliser ran backwards"),
    AlarmKind.MISSING: _("hours not reported"),
    AlarmKind.ESTIMATED: _("hours filled by a rule"),
    AlarmKind.TRUE_FIGURES: _("true figures of an estimate"),
    AlarmKind.FEW_MINUTES: _("session without enough minute data"),
}


class WarningStep(DatedRule):
    """At so many percent used a warning is raised, and perhaps the valve closed.

    No national text fixes the steps; 80 % and 90 % are Zhejiang practice (Tongxiang 2009,
    Hangzhou 2014), so each row says where it comes from.
    """

    base = models.SmallIntegerField(_("share of what"), choices=list(STEP_BASE_NAMES.items()))
    percent = models.PositiveSmallIntegerField(_("percent used"))
    level = models.CharField(_("level"), max_length=6, choices=list(ALARM_LEVEL_NAMES.items()))
    closes_valve = models.BooleanField(_("closes the valve"), default=False)
    # A step once passed is left only when the share falls this much below it.
    hysteresis = models.PositiveSmallIntegerField(_("hysteresis (percentage points)"), default=2)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "base", "percent", "valid_from"]
        constraints = [
            no_overlap_in_region("warning_steps_of_a_region_never_overlap", "base", "percent"),
            ends_after_it_begins("warning_step_ends_after_it_begins"),
            models.CheckConstraint(
                name="warning_step_is_a_share",
                condition=Q(percent__gte=1, percent__lte=200, hysteresis__lt=F("percent")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.percent} %"

    def alike(self) -> "models.QuerySet[WarningStep]":
        """Steps at the same percent of the same share."""
        return super().alike().filter(base=self.base, percent=self.percent)


class WarningLevel(models.Model):
    """The highest step that a quota, a card's account or a month has passed and not left."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, related_name="+"
    )
    card = models.ForeignKey(
        Card, verbose_name=_("card"), on_delete=models.PROTECT, null=True, related_name="levels"
    )
    pollutant = models.ForeignKey(
        "ledger.Pollutant", verbose_name=_("pollutant"), on_delete=models.PROTECT
    )
    period = models.ForeignKey(
        "ledger.QuotaPeriod", verbose_name=_("quota period"), on_delete=models.PROTECT
    )
    # Of the month's plan; none for the quota of the whole period and for a card.
    month = models.DateField(_("month"), null=True)
    percent = models.PositiveSmallIntegerField(_("step reached"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_warning_level_per_quota_and_card",
                fields=["enterprise", "card", "pollutant", "period", "month"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="warning_level_of_a_month_has_no_card",
                condition=Q(month__isnull=True) | Q(card__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.card_id} {self.pollutant_id} {self.percent} %"


class AlarmQuerySet(models.QuerySet["Alarm"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(enterprise__region__code__startswith=actor.region_prefix)

    def open(self) -> Self:
        """Those nobody has handled yet."""
        return self.filter(state=AlarmState.OPEN)


class Alarm(models.Model):
    """Something a person must look at; alike ones join the open one and are counted."""

    kind = models.CharField(_("kind"), max_length=12, choices=list(ALARM_KIND_NAMES.items()))
    level = models.CharField(_("level"), max_length=6, choices=list(ALARM_LEVEL_NAMES.items()))
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT
    )
    controller = models.ForeignKey(
        "cardswipe.Controller",
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    card = models.ForeignKey(
        Card, verbose_name=_("card"), on_delete=models.PROTECT, null=True, blank=True
    )
    pollutant = models.ForeignKey(
        "ledger.Pollutant",
        verbose_name=_("pollutant"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    period = models.ForeignKey(
        "ledger.QuotaPeriod",
        verbose_name=_("quota period"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
    )
    percent = models.PositiveSmallIntegerField(_("warning step"), null=True, blank=True)
    event = models.ForeignKey(
        DischargeEvent,
        verbose_name=_("event"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alarms",
    )
    params = models.JSONField(_("figures of the sentence"), default=dict)
    state = models.CharField(
        _("state"),
        max_length=7,
        choices=list(ALARM_STATE_NAMES.items()),
        default=AlarmState.OPEN,
    )
    opened_at = models.DateTimeField(_("first seen at"))
    last_at = models.DateTimeField(_("last seen at"))
    times = models.PositiveIntegerField(_("times"), default=1)
    handled_by = models.ForeignKey(
        Membership,
        verbose_name=_("handled by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)
    handling = models.CharField(_("what was done"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = AlarmQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["enterprise", "state", "-id"], name="alarm_by_enterprise"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="alike_alarms_join_the_open_one",
                fields=[
                    "kind",
                    "enterprise",
                    "controller",
                    "card",
                    "pollutant",
                    "period",
                    "percent",
                ],
                condition=Q(state="OPEN"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="handled_alarm_says_who_and_when",
                condition=Q(state="OPEN", handled_by__isnull=True, handled_at__isnull=True)
                | Q(state="HANDLED", handled_by__isnull=False, handled_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """What happened, in the reader's language, with figures and units."""
        params = spoken_params(self.params, self.pollutant_id or "")
        outlet = self.controller.outlet if self.controller else ""
        named = {"pollutant": self.pollutant, "controller": outlet, **params}
        return gettext(ALARM_SENTENCES[AlarmKind(self.kind)]) % named

    @property
    def advice(self) -> str:
        """What to do next, in the reader's language."""
        return gettext(ALARM_ADVICE[AlarmKind(self.kind)])
