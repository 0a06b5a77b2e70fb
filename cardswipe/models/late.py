"""What officers decided about events that found no open quota period."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.late import LateAct, LateState
from ledger.models import guards
from parties.models import Approval, Enterprise, Membership

from .events import DischargeEvent

LATE_ACT_NAMES = {
    LateAct.BOOK: _("book in the open period"),
    LateAct.DISMISS: _("dismiss"),
    LateAct.TAKE_UP: _("take up again"),
}
LATE_STATE_NAMES = {
    LateState.ASKED: _("waits for the second person"),
    LateState.DONE: _("carried out"),
    LateState.REFUSED: _("refused"),
    LateState.TAKEN_BACK: _("taken back"),
}


class LateDecisionQuerySet(models.QuerySet["LateDecision"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(enterprise__region__code__startswith=actor.region_prefix)


class LateDecision(models.Model):
    """One act on some events of one controller; what it says never changes, only its state."""

    act = models.CharField(_("act"), max_length=7, choices=list(LATE_ACT_NAMES.items()))
    controller = models.ForeignKey(
        "cardswipe.Controller",
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        related_name="late_decisions",
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT
    )
    # The open quota period that is debited; the old one is that of each event's day.
    period = models.ForeignKey(
        "ledger.QuotaPeriod",
        verbose_name=_("booked in quota period"),
        on_delete=models.PROTECT,
        null=True,
    )
    # The events by their keys with their loads: what the second person grants.
    content = models.JSONField(_("content"))
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(
        _("state"),
        max_length=7,
        choices=list(LATE_STATE_NAMES.items()),
        default=LateState.ASKED,
    )
    key = models.CharField(_("form key"), max_length=64, unique=True)
    approval = models.OneToOneField(
        Approval, verbose_name=_("approval"), on_delete=models.PROTECT, related_name="+", null=True
    )
    asked_by = models.ForeignKey(
        Membership, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    ended_at = models.DateTimeField(_("decided at"), null=True)
    history = HistoricalRecords()

    objects = LateDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="late_decision_waits_for_its_approval_or_says_when_it_ended",
                condition=Q(state=LateState.ASKED, approval__isnull=False, ended_at__isnull=True)
                | ~Q(state=LateState.ASKED) & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="late_booking_names_its_open_period",
                condition=Q(act=LateAct.BOOK, period__isnull=False)
                | ~Q(act=LateAct.BOOK) & Q(period__isnull=True),
            ),
        ]
        triggers = [
            *guards.keep_rows("late_decision"),
            guards.fixed_columns(
                "late_decision_says_the_same_for_ever",
                ["act", "controller_id", "period_id", "content", "reason", "asked_by_id"],
            ),
            pgtrigger.Protect(
                name="late_decision_ends_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state=LateState.ASKED),
            ),
        ]

    def __str__(self) -> str:
        return self.decision_no

    @property
    def decision_no(self) -> str:
        """The number on paper: BJ and the running number."""
        return f"BJ{self.pk:08d}"


class LateItem(models.Model):
    """An event in a decision; `is_open` while the decision waits for its second person."""

    decision = models.ForeignKey(
        LateDecision, verbose_name=_("decision"), on_delete=models.PROTECT, related_name="items"
    )
    event = models.ForeignKey(
        DischargeEvent,
        verbose_name=_("event"),
        on_delete=models.PROTECT,
        related_name="late_items",
    )
    is_open = models.BooleanField(_("waits"), default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="late_decision_names_an_event_once", fields=["decision", "event"]
            ),
            models.UniqueConstraint(
                name="one_open_late_decision_per_event",
                fields=["event"],
                condition=Q(is_open=True),
            ),
        ]
        triggers = [
            *guards.keep_rows("late_item"),
            guards.fixed_columns("late_item_stays", ["decision_id", "event_id"]),
            pgtrigger.Protect(
                name="late_item_closes_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_open=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id} {self.event_id}"
