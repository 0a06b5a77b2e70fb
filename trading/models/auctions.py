"""Auctions: what is sold, when and on which terms."""

import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Lot, Pollutant
from ledger.models.guards import keep_rows
from parties.models import Approval, Membership, Region
from trading.rules import AUCTION_STEPS, LIVE_AUCTION, AuctionState, term_end

from . import guards
from .money import money_field

AUCTION_STATES = {
    AuctionState.DRAFT: _("draft"),
    AuctionState.APPROVED: _("approved"),
    AuctionState.ANNOUNCED: _("announced"),
    AuctionState.OPEN: _("bidding"),
    AuctionState.CLOSED: _("closed"),
    AuctionState.SETTLED: _("settled"),
    AuctionState.NO_SALE: _("no sale"),
    AuctionState.STOPPED: _("stopped"),
}

TERMS = [
    "auction_no",
    "region_id",
    "pollutant_id",
    "lot_id",
    "quantity_mg",
    "lot_size_mg",
    "right_from",
    "years",
    "format",
    "params",
    "floor_price",
    "floor_price_currency",
    "step",
    "step_currency",
    "deposit_percent",
    "sign_up_from",
    "sign_up_to",
    "opens_at",
    "closes_at",
]


class AuctionQuerySet(models.QuerySet["Auction"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """All that are announced; a bureau's people also what is being prepared in their region."""
        public = Q(announced_at__isnull=False)
        if actor is None or actor.enterprise_id:
            return self.filter(public)
        return self.filter(public | Q(region__code__startswith=actor.region_prefix))

    def of_place(self, actor: Membership | None) -> Self:
        """Announced ones whose region holds the enterprise; for a bureau, those of its region."""
        if actor is None:
            return self.none()
        if not actor.enterprise:
            return self.of_desk(actor)
        home = actor.enterprise.region
        return self.filter(region_id__in=home.line, announced_at__isnull=False)

    def of_desk(self, actor: Membership) -> Self:
        """Those the bureau of this person answers for."""
        if actor.enterprise_id:
            return self.none()
        return self.filter(region__code__startswith=actor.region_prefix)

    def due_to_open(self, now: datetime.datetime) -> Self:
        return self.filter(state=AuctionState.ANNOUNCED, opens_at__lte=now)

    def due_to_close(self, now: datetime.datetime) -> Self:
        return self.filter(state=AuctionState.OPEN, closes_at__lte=now)


class Auction(models.Model):
    """A sale of reserve rights; its terms are fixed once it leaves the draft."""

    auction_no = models.CharField(_("auction number"), max_length=24, unique=True)
    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    basin = models.CharField(_("basin or air-shed"), max_length=40, blank=True)
    lot = models.ForeignKey(
        Lot, verbose_name=_("lot of the reserve"), on_delete=models.PROTECT, related_name="auctions"
    )
    quantity_mg = models.BigIntegerField(_("quantity per year (mg)"))
    lot_size_mg = models.BigIntegerField(_("smallest lot (mg)"), default=10**6)
    right_from = models.DateField(_("right valid from"))
    years = models.PositiveSmallIntegerField(_("years"))
    format = models.CharField(_("format"), max_length=30)
    params = models.JSONField(_("parameters of the format"), default=dict)
    floor_price = money_field(_("start price (yuan per t per year)"))
    step = money_field(_("bid step (yuan per t per year)"))
    deposit_percent = models.DecimalField(_("deposit (%)"), max_digits=5, decimal_places=2)
    confirm_percent = models.PositiveSmallIntegerField(_("ask again above (%)"), default=150)
    pay_within_workdays = models.PositiveSmallIntegerField(_("working days to pay"), default=7)
    sign_up_from = models.DateTimeField(_("sign-up from"))
    sign_up_to = models.DateTimeField(_("sign-up to"))
    opens_at = models.DateTimeField(_("opens at"))
    closes_at = models.DateTimeField(_("closes at"))
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=list(AUCTION_STATES.items()),
        default=AuctionState.DRAFT,
    )
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, null=True, related_name="+")
    announced_at = models.DateTimeField(_("announced at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    stop_reason = models.CharField(_("reason for the stop"), max_length=200, blank=True)
    last_seq = models.PositiveIntegerField(_("bids so far"), default=0)
    result = models.JSONField(_("result"), null=True)
    kit_sha256 = models.CharField(_("SHA-256 of the kit"), max_length=64, blank=True)
    # The sequencer counts every bid; the journal of bids is the record of that.
    history = HistoricalRecords(excluded_fields=["last_seq"])

    objects = AuctionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "opens_at"], name="auction_by_state")]
        constraints = [
            models.CheckConstraint(
                name="auction_times_are_in_order",
                condition=Q(sign_up_to__gt=F("sign_up_from"))
                & Q(opens_at__gte=F("sign_up_to"))
                & Q(closes_at__gt=F("opens_at")),
            ),
            models.CheckConstraint(
                name="auction_terms_are_in_range",
                condition=Q(quantity_mg__gt=0, lot_size_mg__gt=0, years__gte=1, years__lte=30)
                & Q(floor_price__gt=0, deposit_percent__gte=0, deposit_percent__lte=100)
                & guards.within("floor_price")
                & guards.within("step"),
            ),
            models.CheckConstraint(
                name="auction_closed_has_a_result",
                condition=~Q(state__in=["CLOSED", "SETTLED", "NO_SALE"])
                | Q(result__isnull=False, closed_at__isnull=False, kit_sha256__gt=""),
            ),
            models.CheckConstraint(
                name="auction_in_public_is_announced",
                condition=Q(state__in=["DRAFT", "APPROVED", "STOPPED"])
                | Q(announced_at__isnull=False),
            ),
            models.CheckConstraint(
                name="auction_stopped_has_a_reason",
                condition=~Q(state="STOPPED") | Q(stop_reason__gt=""),
            ),
            models.UniqueConstraint(
                name="lot_is_in_one_live_auction",
                fields=["lot"],
                condition=Q(state__in=sorted(LIVE_AUCTION)),
            ),
        ]
        triggers = [
            guards.steps("auction_state_follows_the_table", AUCTION_STEPS),
            guards.fixed(
                "auction_terms_are_fixed_after_the_draft", TERMS, unless="OLD.state = 'DRAFT'"
            ),
            guards.fixed(
                "auction_result_is_fixed", ["result", "kit_sha256"], unless="OLD.result IS NULL"
            ),
            *keep_rows("auction"),
        ]

    def __str__(self) -> str:
        return self.auction_no

    @property
    def right_to(self) -> datetime.date:
        """The last day of the right that is sold."""
        return term_end(self.right_from, self.years)
