"""Card sessions whose load comes from our own integral: what the controller said of them."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cardswipe.rules import EventKind, EventReport
from ledger.models import guards
from parties.models import Membership

from .devices import Controller
from .events import DischargeEvent

# The event that a session became, and what our integral gave for it, never change.
BOOKED_ONCE = """
IF OLD.event_id IS NOT NULL AND (NEW.event_id, NEW.integral) IS DISTINCT FROM
   (OLD.event_id, OLD.integral) THEN
    RAISE EXCEPTION 'a session is booked once' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'session_report_is_booked_once';
END IF;
RETURN NEW;
"""


class SessionReportQuerySet(models.QuerySet["SessionReport"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of controllers this person may reach."""
        return self.filter(controller__in=Controller.objects.for_actor(actor))

    def waiting(self) -> Self:
        """Those whose session is not booked yet."""
        return self.filter(event=None)


class SessionReport(models.Model):
    """A closed card session as its controller reported it, on a day on which our own integral is
    debited. Kept with the frame before the controller is answered; the clock books the session
    from its minutes under the very name it has here, once.

    Of two that contradict each other the first one tells the session; the other is kept.
    """

    controller = models.ForeignKey(
        Controller,
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        related_name="session_reports",
    )
    started_at = models.DateTimeField(_("begin"))
    sequence = models.BigIntegerField(_("sequence"))
    ended_at = models.DateTimeField(_("end"))
    card_no = models.CharField(_("reported card number"), max_length=32, blank=True)
    # The whole report (loads in mg, water in L), as `EventReport.body` gives it.
    body = models.JSONField(_("report"))
    body_hash = models.BinaryField(_("SHA-256 of the report"), max_length=32)
    frame_id = models.BigIntegerField(_("raw frame"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))
    event = models.ForeignKey(
        DischargeEvent,
        verbose_name=_("event"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="session_reports",
    )
    # Per pollutant what our integral gave: quantity, valid and due minute data, the comparison.
    integral = models.JSONField(_("our integral"), null=True, blank=True)

    objects = SessionReportQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="session_report_is_kept_once",
                fields=["controller", "started_at", "sequence", "body_hash"],
            ),
            models.CheckConstraint(
                name="session_report_ends_after_it_begins",
                condition=Q(ended_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="session_report_is_booked_with_its_integral",
                condition=Q(event=None, integral=None)
                | Q(event__isnull=False, integral__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["ended_at"], name="session_report_waiting", condition=Q(event=None)
            ),
            models.Index(
                fields=["card_no"], name="session_report_of_card", condition=Q(event=None)
            ),
        ]
        triggers = [
            *guards.keep_rows("session_report"),
            guards.fixed_columns(
                "session_report_is_not_rewritten",
                [
                    "controller_id",
                    "started_at",
                    "sequence",
                    "ended_at",
                    "card_no",
                    "body",
                    "body_hash",
                    "frame_id",
                    "received_at",
                ],
            ),
            pgtrigger.Trigger(
                name="session_report_is_booked_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=BOOKED_ONCE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.controller_id} {self.started_at} {self.sequence}"

    def report(self) -> EventReport:
        """The session as the controller reported it, with its own figures."""
        return EventReport(
            controller_id=self.controller_id,
            kind=EventKind.SESSION,
            started_at=self.started_at,
            ended_at=self.ended_at,
            sequence=self.sequence,
            card_no=self.card_no,
            volume_l=self.body["volume_l"],
            loads=tuple((code, amount) for code, amount in self.body["loads"]),
            frame_id=self.frame_id,
            is_estimate=self.body["is_estimate"],
            marks=self.body["marks"],
        )

    @property
    def device_loads(self) -> dict[str, int]:
        """By pollutant, what the controller itself reported (mg, water L)."""
        return dict(self.body["loads"])
