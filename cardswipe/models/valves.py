"""Valve orders: asked for by a rule or by two persons, sent once, followed to the end."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.rules import OPEN_ORDER_STATES, OrderCause, OrderState, ValveAction
from ledger.models import ProofRecord, ProofSource, guards
from parties.models import Approval, Membership

from .alarms import Alarm

VALVE_ACTION_NAMES = {
    ValveAction.CLOSE: _("close the valve"),
    ValveAction.OPEN: _("open the valve"),
}
ORDER_CAUSE_NAMES = {OrderCause.RULE: _("by rule"), OrderCause.PERSONS: _("by two persons")}
ORDER_STATE_NAMES = {
    OrderState.ASKED: _("waits for the second person"),
    OrderState.REFUSED: _("refused by the second person"),
    OrderState.REQUESTED: _("waits for the controller"),
    OrderState.SENT: _("sent"),
    OrderState.ACCEPTED: _("accepted by the controller"),
    OrderState.MOVED: _("valve has moved"),
    OrderState.FAILED: _("failed"),
}

# Whoever writes the row: without a second person's grant for this very order it never leaves.
RELEASED_BY_TWO = """
IF NEW.cause = 'PERSONS' AND NEW.state NOT IN ('ASKED', 'REFUSED') AND NOT EXISTS (
    SELECT 1 FROM parties_approval a
    WHERE a.id = NEW.approval_id AND a.state = 'USED' AND a.act = 'order_valve'
      AND a.subject_type = 'valve_order' AND a.subject_id = NEW.id
      AND a.maker_user_id <> a.checker_user_id
) THEN
    RAISE EXCEPTION 'a second person has not released this order'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'valve_order_is_released_by_two';
END IF;
RETURN NEW;
"""

# A rule closes because of a step that this enterprise passed, and opens only what a rule, and
# nobody since, has closed: who writes the row by hand gets no further than the rule would.
BY_RULE_FOR_A_STEP = """
IF NEW.cause = 'RULE' AND NEW.alarm_id IS NOT NULL AND NOT (
    EXISTS (
        SELECT 1 FROM cardswipe_alarm a
        JOIN cardswipe_controller c ON c.id = NEW.controller_id
        JOIN permits_outlet o ON o.id = c.outlet_id
        JOIN permits_site s ON s.id = o.site_id AND s.enterprise_id = a.enterprise_id
        WHERE a.id = NEW.alarm_id AND a.kind IN ('STEP', 'MONTH')
    ) AND (NEW.action = 'CLOSE' OR coalesce((
        SELECT v.cause = 'RULE' AND v.action = 'CLOSE' FROM cardswipe_valveorder v
        WHERE v.controller_id = NEW.controller_id AND v.state <> 'REFUSED'
        ORDER BY v.id DESC LIMIT 1
    ), false))
) THEN
    RAISE EXCEPTION 'no warning step asks for this order'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'valve_order_by_rule_has_its_step';
END IF;
RETURN NEW;
"""


class ValveOrderQuerySet(models.QuerySet["ValveOrder"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(controller__outlet__site__enterprise_id=actor.enterprise_id)
        return self.filter(controller__outlet__site__region__code__startswith=actor.region_prefix)

    def to_send(self) -> Self:
        """Those that wait for their controller's next connection, oldest first: released, and
        the release stands in the proof log already."""
        history = ValveOrder.history.model
        source = ProofSource.objects.filter(table_name=history._meta.db_table)
        logged = ProofRecord.objects.filter(
            source_id__in=source.values("pk"), row_id=OuterRef("history_id")
        )
        releases = history.objects.filter(
            Exists(logged), id=OuterRef("pk"), state=OrderState.REQUESTED
        )
        return self.filter(Exists(releases), state=OrderState.REQUESTED).order_by("id")


class ValveOrder(models.Model):
    """One command to one valve. A valve never moves by any other path."""

    controller = models.ForeignKey(
        "cardswipe.Controller",
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        related_name="valve_orders",
    )
    action = models.CharField(_("act"), max_length=5, choices=list(VALVE_ACTION_NAMES.items()))
    cause = models.CharField(_("cause"), max_length=7, choices=list(ORDER_CAUSE_NAMES.items()))
    state = models.CharField(_("state"), max_length=9, choices=list(ORDER_STATE_NAMES.items()))
    reason = models.CharField(_("reason"), max_length=200)
    alarm = models.ForeignKey(
        Alarm,
        verbose_name=_("alarm"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="valve_orders",
    )
    approval = models.OneToOneField(
        Approval,
        verbose_name=_("approval"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    asked_by = models.ForeignKey(
        Membership, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    requested_at = models.DateTimeField(_("released at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent to the controller at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted by the controller at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = ValveOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="valve_order_to_send", condition=Q(state="REQUESTED")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_open_order_per_valve",
                fields=["controller"],
                condition=Q(state__in=OPEN_ORDER_STATES),
            ),
            # By rule: an alarm's doing, no approval. By persons: never sent without approval.
            models.CheckConstraint(
                name="valve_order_is_by_rule_or_by_two_persons",
                condition=Q(cause=OrderCause.RULE, approval__isnull=True, alarm__isnull=False)
                & ~Q(state__in=[OrderState.ASKED, OrderState.REFUSED])
                | Q(cause=OrderCause.PERSONS, approval__isnull=False),
            ),
            models.CheckConstraint(
                name="valve_order_states_have_their_times",
                condition=Q(state=OrderState.ASKED, requested_at__isnull=True)
                | Q(state=OrderState.REFUSED, requested_at__isnull=True, ended_at__isnull=False)
                | Q(state=OrderState.REQUESTED, requested_at__isnull=False, sent_at__isnull=True)
                | Q(state=OrderState.SENT, sent_at__isnull=False, ended_at__isnull=True)
                | Q(state=OrderState.ACCEPTED, accepted_at__isnull=False, ended_at__isnull=True)
                | Q(state=OrderState.MOVED, sent_at__isnull=False, ended_at__isnull=False)
                | Q(state=OrderState.FAILED, requested_at__isnull=False, ended_at__isnull=False),
            ),
        ]

        triggers = [
            *guards.keep_rows("valve_order"),
            guards.fixed_columns(
                "valve_order_is_not_rewritten",
                ["controller_id", "action", "cause", "reason", "alarm_id", "approval_id"],
            ),
            pgtrigger.Trigger(
                name="valve_order_is_released_by_two",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=RELEASED_BY_TWO,
            ),
            pgtrigger.Trigger(
                name="valve_order_by_rule_has_its_step",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=BY_RULE_FOR_A_STEP,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.controller}"
