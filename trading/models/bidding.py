"""Bidding: who signed up, every bid in its order, who won."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Lot
from ledger.models.guards import append_only, keep_rows
from parties.models import Enterprise, Membership
from trading.rules import SIGN_UP_STEPS, AwardState, SignUpState

from . import guards
from .auctions import Auction
from .bills import Bill
from .money import money_field

SIGN_UP_STATES = {
    SignUpState.APPLIED: _("signed up"),
    SignUpState.REFUSED: _("not qualified"),
    SignUpState.QUALIFIED: _("qualified, deposit due"),
    SignUpState.ADMITTED: _("admitted"),
    SignUpState.WON: _("won"),
    SignUpState.TO_RETURN: _("deposit to be returned"),
    SignUpState.RETURNED: _("deposit returned"),
    SignUpState.USED: _("deposit counted to the price"),
    SignUpState.FORFEITED: _("deposit not refunded"),
}
AWARD_STATES = {
    AwardState.PENDING: _("to be paid"),
    AwardState.DELIVERED: _("delivered"),
    AwardState.DEFAULTED: _("default"),
}


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the own enterprise, or of auctions of the bureau's region."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(auction__region__code__startswith=actor.region_prefix)


class SignUp(models.Model):
    """An enterprise on the way into an auction, with its consent slip and deposit."""

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="sign_ups")
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT
    )
    quantity_mg = models.BigIntegerField(_("wanted quantity per year (mg)"))
    consent_slip_no = models.CharField(_("consent slip number"), max_length=40)
    deposit = money_field(_("deposit"))
    state = models.CharField(
        _("state"), max_length=9, choices=list(SIGN_UP_STATES.items()), default=SignUpState.APPLIED
    )
    paddle_no = models.PositiveIntegerField(_("bidder number"), null=True)
    refusal_reason = models.CharField(_("reason for refusal"), max_length=200, blank=True)
    return_reference = models.CharField(
        _("bank reference of the return"), max_length=64, blank=True
    )
    signed_up_at = models.DateTimeField(_("signed up at"))
    history = HistoricalRecords()

    objects = SignUpQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="one_sign_up_per_enterprise", fields=["auction", "enterprise"]
            ),
            models.UniqueConstraint(
                name="bidder_number_is_unique_in_auction", fields=["auction", "paddle_no"]
            ),
            models.UniqueConstraint(
                name="consent_slip_serves_once_per_auction", fields=["auction", "consent_slip_no"]
            ),
            models.CheckConstraint(
                name="sign_up_is_in_range",
                condition=Q(quantity_mg__gt=0) & guards.within("deposit"),
            ),
            models.CheckConstraint(
                name="sign_up_refused_has_a_reason",
                condition=Q(state="REFUSED", refusal_reason__gt="") | ~Q(state="REFUSED"),
            ),
            models.CheckConstraint(
                name="bidder_with_deposit_has_a_number",
                condition=Q(state__in=["APPLIED", "REFUSED", "QUALIFIED"], paddle_no__isnull=True)
                | Q(
                    state__in=["ADMITTED", "WON", "TO_RETURN", "RETURNED", "USED", "FORFEITED"],
                    paddle_no__isnull=False,
                ),
            ),
        ]
        triggers = [
            guards.steps("sign_up_state_follows_the_table", SIGN_UP_STEPS),
            guards.fixed(
                "sign_up_is_fixed",
                ["auction_id", "enterprise_id", "quantity_mg", "deposit", "deposit_currency"],
            ),
            *keep_rows("sign_up"),
        ]

    def __str__(self) -> str:
        return f"{self.auction} {self.enterprise}"


class BidQuerySet(models.QuerySet["Bid"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the own enterprise, or of auctions of the bureau's region."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(sign_up__enterprise_id=actor.enterprise_id)
        return self.filter(auction__region__code__startswith=actor.region_prefix)


class Bid(models.Model):
    """One bid, in the order in which the database took it; never changed, never removed."""

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="bids")
    sign_up = models.ForeignKey(SignUp, on_delete=models.PROTECT, related_name="bids")
    seq = models.PositiveIntegerField(_("place in the sequence"))
    number = models.PositiveSmallIntegerField(_("bid number of the bidder"))
    price_fen = models.BigIntegerField(_("price (fen per t per year)"))
    quantity_mg = models.BigIntegerField(_("quantity per year (mg)"))
    key = models.UUIDField(_("idempotency key"), unique=True)
    placed_by = models.ForeignKey(Membership, verbose_name=_("placed by"), on_delete=models.PROTECT)
    placed_at = models.DateTimeField(_("placed at"))

    objects = BidQuerySet.as_manager()

    class Meta:
        ordering = ["auction_id", "seq"]
        constraints = [
            models.UniqueConstraint(name="bid_order_is_unique", fields=["auction", "seq"]),
            models.UniqueConstraint(name="bid_number_is_unique", fields=["sign_up", "number"]),
            models.CheckConstraint(
                name="bid_is_positive",
                condition=Q(price_fen__gt=0, quantity_mg__gt=0, seq__gt=0, number__gt=0),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="bid_fits_its_auction",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("a", "record"), ("s", "record")],
                func=guards.BID_FITS_ITS_AUCTION,
            ),
            *append_only("bid"),
        ]

    def __str__(self) -> str:
        return f"{self.auction} {self.seq}"


class RefusedBid(models.Model):
    """A bid that was refused at the door, as typed, with the rule it broke: evidence."""

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="refused_bids")
    placed_by = models.ForeignKey(Membership, verbose_name=_("placed by"), on_delete=models.PROTECT)
    price_text = models.CharField(_("price as typed"), max_length=40, blank=True)
    quantity_text = models.CharField(_("quantity as typed"), max_length=40, blank=True)
    rule = models.CharField(_("rule"), max_length=8)
    refused_at = models.DateTimeField(_("refused at"))

    class Meta:
        ordering = ["-id"]
        triggers = append_only("refused_bid")

    def __str__(self) -> str:
        return f"{self.auction} {self.rule}"


class AwardQuerySet(models.QuerySet["Award"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the own enterprise, or of auctions of the bureau's region."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(sign_up__enterprise_id=actor.enterprise_id)
        return self.filter(auction__region__code__startswith=actor.region_prefix)


class Award(models.Model):
    """What a winner gets at which price, until money and rights have changed hands."""

    auction = models.ForeignKey(Auction, on_delete=models.PROTECT, related_name="awards")
    sign_up = models.OneToOneField(SignUp, on_delete=models.PROTECT, related_name="award")
    bid = models.OneToOneField(Bid, on_delete=models.PROTECT, related_name="award")
    place = models.PositiveIntegerField(_("place"))
    quantity_mg = models.BigIntegerField(_("quantity per year (mg)"))
    price = money_field(_("deal price (yuan per t per year)"))
    amount = money_field(_("price in all"))
    deposit_used = money_field(_("deposit counted to the price"))
    bill = models.OneToOneField(
        Bill, verbose_name=_("bill"), on_delete=models.PROTECT, null=True, related_name="award"
    )
    lot = models.OneToOneField(
        Lot, verbose_name=_("lot delivered"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=9, choices=list(AWARD_STATES.items()), default=AwardState.PENDING
    )
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    history = HistoricalRecords()

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering = ["auction_id", "place"]
        constraints = [
            models.CheckConstraint(
                name="award_is_in_range",
                condition=Q(quantity_mg__gt=0, amount__gt=0, deposit_used__lte=F("amount"))
                & guards.within("price")
                & guards.within("amount")
                & guards.within("deposit_used"),
            ),
            models.CheckConstraint(
                name="award_delivered_has_its_lot",
                condition=Q(state="DELIVERED", lot__isnull=False, delivered_at__isnull=False)
                | Q(
                    state__in=["PENDING", "DEFAULTED"], lot__isnull=True, delivered_at__isnull=True
                ),
            ),
        ]
        triggers = [
            guards.fixed(
                "award_is_fixed",
                ["auction_id", "sign_up_id", "bid_id", "quantity_mg", "price", "amount"],
            ),
            *keep_rows("award"),
        ]

    def __str__(self) -> str:
        return f"{self.auction} {self.place}"
