"""Regulation of trading as dated rows: what a right costs, how auctions are held."""

import datetime
from typing import Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Pollutant
from parties.models import Membership, Region
from shell.periods import ends_after_it_begins, holds_on

from . import guards
from .money import money_field

S = TypeVar("S", bound=models.Model)


class StandardQuerySet(models.QuerySet[S]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Published regulation: everyone may read it."""
        return self

    def in_force(self, region: Region, day: datetime.date) -> Self:
        """Those in force on the day in the region, the nearest level first.

        A county without rows of its own follows its city, a city its province.
        """
        return self.filter(holds_on(day), region_id__in=region.line).order_by("-region_id")


class FeeStandard(models.Model):
    """What the right to a pollutant costs: yuan per t per year (paid-use fee, 财税〔2015〕61号)."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    pollutant = models.ForeignKey(Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT)
    price = money_field(_("price (yuan per t per year)"))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    history = HistoricalRecords()

    objects = StandardQuerySet.as_manager()

    class Meta:
        ordering = ["pollutant__position", "region_id", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="fee_standard_price_is_positive",
                condition=Q(price__gt=0) & guards.within("price"),
            ),
            ends_after_it_begins("fee_standard_ends_after_it_begins"),
            ExclusionConstraint(
                name="fee_standards_do_not_overlap",
                expressions=[
                    (guards.region_range(), "&&"),
                    (guards.pollutant_range(), "&&"),
                    (guards.days_range(), "&&"),
                ],
            ),
        ]
        triggers = [
            guards.fixed(
                "fee_standard_price_is_fixed",
                ["region_id", "pollutant_id", "price", "price_currency", "valid_from"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.pollutant} {self.price.amount}"


class AuctionStandard(models.Model):
    """How a region holds auctions: deposit, notice, payment term, rules of the single round."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    deposit_percent = models.DecimalField(
        _("deposit (% of the start price)"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    notice_days = models.PositiveSmallIntegerField(_("days of notice before the round"))
    pay_within_workdays = models.PositiveSmallIntegerField(_("working days to pay"))
    max_bids = models.PositiveSmallIntegerField(_("bids per bidder"))
    winners_percent = models.PositiveSmallIntegerField(_("share of bidders who win (%)"))
    confirm_percent = models.PositiveSmallIntegerField(
        _("ask again above (% of the leading price)"), default=150
    )
    legal_basis = models.CharField(_("legal basis"), max_length=200)
    note = models.CharField(_("note"), max_length=200, blank=True)
    history = HistoricalRecords()

    objects = StandardQuerySet.as_manager()

    class Meta:
        ordering = ["region_id", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="auction_standard_shares_are_percents",
                condition=Q(deposit_percent__gte=0, deposit_percent__lte=100)
                & Q(winners_percent__gte=1, winners_percent__lte=100)
                & Q(max_bids__gte=1, confirm_percent__gte=100),
            ),
            ends_after_it_begins("auction_standard_ends_after_it_begins"),
            ExclusionConstraint(
                name="auction_standards_do_not_overlap",
                expressions=[(guards.region_range(), "&&"), (guards.days_range(), "&&")],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.valid_from}"
