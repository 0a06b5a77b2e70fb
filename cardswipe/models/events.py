"""Discharge events: what debits a card, once and for ever."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cardswipe.rules import EventKind, EventState
from ledger.models import guards
from parties.models import Enterprise, Membership

from .cards import Card

EVENT_KIND_NAMES = {EventKind.SESSION: _("card session"), EventKind.HOUR: _("hour")}
EVENT_STATE_NAMES = {
    EventState.BOOKED: _("booked"),
    EventState.NOT_DEBITED: _("stored, nothing to debit"),
    EventState.WAITING: _("waits for a quota period"),
    EventState.DISMISSED: _("dismissed, never debited"),
}

# Debited stays debited; what waits is booked or dismissed; what is dismissed may wait again.
GOES_ITS_WAY = """
IF NEW.state <> OLD.state
   AND (OLD.state, NEW.state) NOT IN
       (('WAITING', 'BOOKED'), ('WAITING', 'DISMISSED'), ('DISMISSED', 'WAITING')) THEN
    RAISE EXCEPTION 'an event does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'discharge_event_goes_its_way';
END IF;
RETURN NEW;
"""


class DischargeEventQuerySet(models.QuerySet["DischargeEvent"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(enterprise__region__code__startswith=actor.region_prefix)


class DischargeEvent(models.Model):
    """A card session or an hour of discharge at a controller, as reported and as booked.

    `started_at` decides the quota period and the card. Volume in whole litres.
    """

    controller = models.ForeignKey(
        "cardswipe.Controller", verbose_name=_("controller"), on_delete=models.PROTECT
    )
    kind = models.CharField(_("kind"), max_length=7, choices=list(EVENT_KIND_NAMES.items()))
    started_at = models.DateTimeField(_("begin"))
    sequence = models.BigIntegerField(_("sequence"))
    ended_at = models.DateTimeField(_("end"))
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT
    )
    card = models.ForeignKey(
        Card, verbose_name=_("card"), on_delete=models.PROTECT, null=True, blank=True
    )
    card_no = models.CharField(_("reported card number"), max_length=32, blank=True)
    volume_l = models.BigIntegerField(_("volume (L)"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=11, choices=list(EVENT_STATE_NAMES.items()))
    body_hash = models.BinaryField(_("SHA-256 of the report"), max_length=32)
    frame_id = models.BigIntegerField(_("raw frame"), null=True, blank=True)
    is_estimate = models.BooleanField(_("estimate"), default=False)
    marks = models.CharField(_("data marks"), max_length=40, blank=True)
    booked_at = models.DateTimeField(_("booked at"))

    objects = DischargeEventQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["enterprise", "-started_at", "-id"], name="event_by_enterprise"),
            models.Index(fields=["state"], name="event_waiting", condition=Q(state="WAITING")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="discharge_event_counts_once",
                fields=["controller", "kind", "started_at", "sequence"],
            ),
            models.CheckConstraint(
                name="event_ends_after_it_begins", condition=Q(ended_at__gte=F("started_at"))
            ),
            models.CheckConstraint(
                name="event_volume_is_never_negative",
                condition=Q(volume_l__isnull=True) | Q(volume_l__gte=0),
            ),
        ]
        triggers = [
            *guards.keep_rows("discharge_event"),
            pgtrigger.ReadOnly(
                name="discharge_event_facts_do_not_change", exclude=["state", "card"]
            ),
            pgtrigger.Trigger(
                name="discharge_event_goes_its_way",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("state"),
                func=GOES_ITS_WAY,
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The name under which the event is booked; unique for ever."""
        return f"{self.controller_id}/{self.kind}/{self.started_at:%Y%m%dT%H%M%S%z}/{self.sequence}"


class EventLoad(models.Model):
    """The load of one pollutant in an event: whole milligrams, water in litres."""

    pk = models.CompositePrimaryKey("event_id", "pollutant_id")
    event = models.ForeignKey(
        DischargeEvent, verbose_name=_("event"), on_delete=models.PROTECT, related_name="loads"
    )
    pollutant = models.ForeignKey(
        "ledger.Pollutant", verbose_name=_("pollutant"), on_delete=models.PROTECT
    )
    quantity = models.BigIntegerField(_("load"))
    # Whether the permit limits this pollutant at this outlet, so that it debits the card.
    is_debited = models.BooleanField(_("debits the card"))

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_load_is_never_negative", condition=Q(quantity__gte=0)
            ),
        ]
        triggers = guards.append_only("event_load")

    def __str__(self) -> str:
        return f"{self.event_id} {self.pollutant_id} {self.quantity}"


class EventConflict(models.Model):
    """A report with the key of a booked event and another body: kept, never debited."""

    event = models.ForeignKey(
        DischargeEvent, verbose_name=_("event"), on_delete=models.PROTECT, related_name="conflicts"
    )
    body_hash = models.BinaryField(_("SHA-256 of the report"), max_length=32)
    body = models.JSONField(_("report"))
    frame_id = models.BigIntegerField(_("raw frame"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="conflicting_report_is_kept_once", fields=["event", "body_hash"]
            ),
        ]
        triggers = guards.append_only("event_conflict")

    def __str__(self) -> str:
        return f"{self.event_id} {self.received_at}"


class DailyTotal(models.Model):
    """What a controller's outlet discharged of a pollutant on a day, kept up with each booking."""

    pk = models.CompositePrimaryKey("controller_id", "pollutant_id", "day")
    controller = models.ForeignKey(
        "cardswipe.Controller",
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )
    pollutant = models.ForeignKey(
        "ledger.Pollutant",
        verbose_name=_("pollutant"),
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )
    day = models.DateField(_("day"))
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        on_delete=models.PROTECT,
        db_index=False,
        related_name="+",
    )
    quantity = models.BigIntegerField(_("load"))
    estimated = models.BigIntegerField(_("of this estimated"), default=0)
    events = models.PositiveIntegerField(_("events"))

    class Meta:
        indexes = [
            models.Index(fields=["enterprise", "day", "pollutant"], name="daily_by_enterprise")
        ]
        constraints = [
            models.CheckConstraint(
                name="daily_total_is_never_negative",
                condition=Q(quantity__gte=0, estimated__gte=0, estimated__lte=F("quantity")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.controller_id} {self.pollutant_id} {self.day}"
