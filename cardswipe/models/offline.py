"""Discharge off line: how much is allowed, and what controllers say of it afterwards."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.offline import BatchState, Finding
from parties.models import Membership
from shell.periods import ends_after_it_begins

from .dated import DatedRule, no_overlap_in_region

BATCH_STATE_NAMES = {
    BatchState.PROVISIONAL: _("provisional"),
    BatchState.SETTLED: _("settled"),
}
FINDING_NAMES = {
    Finding.BAD_MAC: _("the signature does not fit"),
    Finding.MISSING: _("sessions are missing"),
    Finding.DIFFERS: _("the sums differ"),
    Finding.OVER_ALLOWANCE: _("more than the allowance"),
    Finding.TOO_LONG: _("longer off line than allowed"),
}


class OfflineRule(DatedRule):
    """How much of what a card was loaded with may be discharged without contact, and how long.

    No text found fixes either; without a row a controller is allowed nothing off line.
    """

    percent = models.PositiveSmallIntegerField(_("allowance (% of what the card was loaded with)"))
    hours = models.PositiveSmallIntegerField(_("longest time off line (hours)"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "valid_from"]
        constraints = [
            no_overlap_in_region("offline_rules_of_a_region_never_overlap"),
            ends_after_it_begins("offline_rule_ends_after_it_begins"),
            models.CheckConstraint(
                name="offline_allowance_is_small",
                condition=Q(percent__gte=1, percent__lte=20, hours__gte=1, hours__lte=240),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.valid_from}"


class OfflineBatchQuerySet(models.QuerySet["OfflineBatch"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of controllers at outlets this person may reach."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(controller__outlet__site__enterprise_id=actor.enterprise_id)
        return self.filter(controller__outlet__site__region__code__startswith=actor.region_prefix)


class OfflineBatch(models.Model):
    """What a controller says, signed, of the sessions it kept while off line.

    It debits nothing: its sessions are booked one by one as they come. Until it is settled
    (by itself when all fits, else by an officer) they count as provisional.
    """

    controller = models.ForeignKey(
        "cardswipe.Controller",
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        related_name="offline_batches",
    )
    number = models.BigIntegerField(_("number"))
    began_at = models.DateTimeField(_("off line since"))
    ended_at = models.DateTimeField(_("off line until"))
    first = models.BigIntegerField(_("first session"))
    last = models.BigIntegerField(_("last session"))
    totals = models.JSONField(_("sums by pollutant"))
    signed = models.TextField(_("signed part"))
    mac = models.CharField(_("signature"), max_length=64)
    frame_id = models.BigIntegerField(_("raw frame"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=7,
        choices=list(BATCH_STATE_NAMES.items()),
        default=BatchState.PROVISIONAL,
    )
    findings = models.JSONField(_("findings"), default=list)
    received_at = models.DateTimeField(_("received at"))
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        Membership,
        verbose_name=_("settled by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = OfflineBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"], name="offline_batch_open", condition=Q(state=BatchState.PROVISIONAL)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="offline_batch_counts_once", fields=["controller", "number"]
            ),
            models.CheckConstraint(
                name="offline_batch_is_in_order",
                condition=Q(ended_at__gte=F("began_at"), last__gte=F("first"), first__gte=0),
            ),
            models.CheckConstraint(
                name="settled_batch_says_by_whom_and_when",
                condition=Q(
                    state=BatchState.SETTLED, settled_at__isnull=False, settled_by__isnull=False
                )
                | Q(state=BatchState.PROVISIONAL, settled_at__isnull=True, settled_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.controller} {self.number}"

    @property
    def finding_words(self) -> list[str]:
        """What was found, in words."""
        return [str(FINDING_NAMES[Finding(found)]) for found in self.findings]
