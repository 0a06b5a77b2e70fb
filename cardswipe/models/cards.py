"""IC cards, the controllers they are bound to, and their accounts in the ledger."""

import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from cardswipe.rules import CardState
from parties.models import Enterprise, Membership

CARD_STATE_NAMES = {
    CardState.ISSUED: _("issued, not yet bound"),
    CardState.ACTIVE: _("in use"),
    CardState.LOST: _("lost"),
    CardState.REPLACED: _("replaced"),
    CardState.CANCELLED: pgettext_lazy("card", "cancelled"),
}


class CardQuerySet(models.QuerySet["Card"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(enterprise__region__code__startswith=actor.region_prefix)

    def live(self) -> Self:
        """Those that can still be bound, loaded or reported lost."""
        return self.filter(state__in=[CardState.ISSUED, CardState.ACTIVE, CardState.LOST])


class Card(models.Model):
    """An IC card of an enterprise; what it holds stands in the ledger, one account per asset."""

    card_no = models.CharField(_("card number"), max_length=20, unique=True)
    physical_no = models.CharField(_("chip number"), max_length=32, unique=True)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, related_name="cards"
    )
    state = models.CharField(
        _("state"), max_length=9, choices=list(CARD_STATE_NAMES.items()), default=CardState.ISSUED
    )
    contact = models.CharField(_("contact at the enterprise"), max_length=60, blank=True)
    issued_at = models.DateTimeField(_("issued at"))
    lost_at = models.DateTimeField(_("lost at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces"),
        on_delete=models.PROTECT,
        related_name="successor",
        null=True,
        blank=True,
    )
    history = HistoricalRecords()

    objects = CardQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["enterprise", "state"], name="card_by_enterprise")]
        constraints = [
            models.CheckConstraint(
                name="card_no_is_letters_and_digits",
                condition=Q(card_no__regex=r"^[0-9A-Z-]{4,20}$"),
            ),
            models.CheckConstraint(
                name="chip_no_is_letters_and_digits",
                condition=Q(physical_no__regex=r"^[0-9A-Z]{4,32}$"),
            ),
            models.CheckConstraint(
                name="lost_card_says_since_when",
                condition=~Q(state=CardState.LOST) | Q(lost_at__isnull=False),
            ),
            models.CheckConstraint(
                name="closed_card_says_since_when",
                condition=Q(
                    state__in=[CardState.REPLACED, CardState.CANCELLED], closed_at__isnull=False
                )
                | Q(
                    state__in=[CardState.ISSUED, CardState.ACTIVE, CardState.LOST],
                    closed_at__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="card_never_replaces_itself", condition=~Q(replaces=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return self.card_no


class CardBindingQuerySet(models.QuerySet["CardBinding"]):
    def at(self, moment: datetime.datetime) -> Self:
        """Those that hold at the moment."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=moment), valid_from__lte=moment
        )


class CardBinding(models.Model):
    """A controller debits this card, from one moment to another."""

    card = models.ForeignKey(
        Card, verbose_name=_("card"), on_delete=models.PROTECT, related_name="bindings"
    )
    controller = models.ForeignKey(
        "cardswipe.Controller",
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        related_name="bindings",
    )
    valid_from = models.DateTimeField(_("bound at"))
    valid_to = models.DateTimeField(_("unbound at"), null=True, blank=True)
    history = HistoricalRecords()

    objects = CardBindingQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                name="binding_ends_after_it_begins",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
            # So an hourly event, which carries no card number, has exactly one card.
            ExclusionConstraint(
                name="controller_debits_one_card_at_a_time",
                expressions=[
                    (
                        Func(F("controller"), F("controller"), Value("[]"), function="int8range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(F("valid_from"), F("valid_to"), Value("[)"), function="tstzrange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.card} → {self.controller}"


class CardAccount(models.Model):
    """What a card holds of one pollutant in one quota period: the way from card to ledger.

    `loaded` counts what vouchers put on the card (milligrams, water in litres), so that
    `loaded` less the account's balance is what was debited.
    """

    card = models.ForeignKey(
        Card, verbose_name=_("card"), on_delete=models.PROTECT, related_name="accounts"
    )
    pollutant = models.ForeignKey(
        "ledger.Pollutant", verbose_name=_("pollutant"), on_delete=models.PROTECT
    )
    period = models.ForeignKey(
        "ledger.QuotaPeriod", verbose_name=_("quota period"), on_delete=models.PROTECT
    )
    account = models.OneToOneField(
        "ledger.Account", verbose_name=_("account"), on_delete=models.PROTECT, related_name="+"
    )
    loaded = models.BigIntegerField(_("loaded"), default=0)

    class Meta:
        ordering = ["card_id", "period_id", "pollutant_id"]
        constraints = [
            models.UniqueConstraint(
                name="one_account_per_card_and_asset", fields=["card", "pollutant", "period"]
            ),
            models.CheckConstraint(name="loaded_is_never_negative", condition=Q(loaded__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.card} {self.pollutant_id} {self.period_id}"
