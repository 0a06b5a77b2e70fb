"""How long the proof log and its witnesses may take, and when they took longer."""

import datetime
from typing import Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from shell.guards import refusing
from shell.periods import ends_after_it_begins, holds_on

from . import guards
from .witnesses import Witness

LONGEST_S = 86_400


class Watched(models.TextChoices):
    """What may be late."""

    LOG = "LOG", _("proof log: from writing to signed checkpoint")
    WITNESS = "WITNESS", _("witness: from checkpoint to its cosignature")


class LatenessLimitQuerySet(models.QuerySet["LatenessLimit"]):
    def in_force(self, day: datetime.date) -> Self:
        """Those in force on the day."""
        return self.filter(holds_on(day))


class LatenessLimit(models.Model):
    """From a day on: after how many seconds auditors and administrators are told."""

    what = models.CharField(_("what is watched"), max_length=7, choices=Watched.choices)
    seconds = models.PositiveIntegerField(_("late after (seconds)"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    basis = models.CharField(_("basis"), max_length=200)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = LatenessLimitQuerySet.as_manager()

    class Meta:
        ordering = ["what", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="lateness_limit_is_a_time",
                condition=Q(seconds__gte=1, seconds__lte=LONGEST_S),
            ),
            ends_after_it_begins("lateness_limit_ends_after_it_begins"),
            ExclusionConstraint(
                name="lateness_limits_do_not_overlap",
                expressions=[
                    (guards.text_range("what"), "&&"),
                    (Func("valid_from", "valid_to", Value("[]"), function="daterange"), "&&"),
                ],
            ),
        ]
        triggers = [
            *guards.keep_rows("lateness_limit"),
            guards.fixed_columns("lateness_limit_is_fixed", ["what", "seconds", "valid_from"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.seconds} s"


class LateSpell(models.Model):
    """A time during which something was late: noticed once, over once, kept for ever."""

    what = models.CharField(_("what is watched"), max_length=7, choices=Watched.choices)
    witness = models.ForeignKey(
        Witness, verbose_name=_("witness"), on_delete=models.PROTECT, null=True
    )
    since = models.DateTimeField(_("waits since"))
    limit_s = models.PositiveIntegerField(_("late after (seconds)"))
    noticed_at = models.DateTimeField(_("noticed at"))
    over_at = models.DateTimeField(_("over at"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_late_spell_at_a_time",
                fields=["what", "witness"],
                condition=Q(over_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="late_spell_runs_forward",
                condition=Q(noticed_at__gte=F("since"))
                & (Q(over_at__isnull=True) | Q(over_at__gte=F("noticed_at"))),
            ),
            models.CheckConstraint(
                name="late_spell_names_its_witness",
                condition=Q(what="LOG", witness__isnull=True)
                | Q(what="WITNESS", witness__isnull=False),
            ),
        ]
        triggers = [
            *guards.keep_rows("late_spell"),
            guards.fixed_columns(
                "late_spell_is_fixed", ["what", "witness_id", "since", "limit_s", "noticed_at"]
            ),
            pgtrigger.Trigger(
                name="late_spell_is_over_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=refusing(
                    "late_spell_is_over_once",
                    "OLD.over_at IS NOT NULL AND NEW.over_at IS DISTINCT FROM OLD.over_at",
                    "a spell that is over stays over",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.since:%Y-%m-%d %H:%M:%S}"

    def seconds(self, now: datetime.datetime) -> int:
        """How long it waited, up to its end or to now."""
        return int(((self.over_at or now) - self.since).total_seconds())
