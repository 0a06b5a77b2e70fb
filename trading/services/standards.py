"""Regulation of trading: a new row ends the one before, nothing is overwritten."""

import datetime
from decimal import Decimal
from typing import TypeVar

from django.db import transaction

from ledger.models import Pollutant
from parties.models import Membership, Region
from parties.services import end_on_eve, record
from shell.refusals import refused_by
from trading.models import AuctionStandard, FeeStandard
from trading.money import yuan
from trading.refusals import NotMass, StandardsOverlap

S = TypeVar("S", FeeStandard, AuctionStandard)


@transaction.atomic
def set_fee_standard(
    *,
    by: Membership,
    region: Region,
    pollutant: Pollutant,
    price_fen: int,
    valid_from: datetime.date,
    legal_basis: str,
    valid_to: datetime.date | None = None,
) -> FeeStandard:
    """Set the price (fen per t per year) from a day on; the row in force until then ends the day
    before. Refuses days that another row already covers (T103) and pollutants not counted in
    mass (T402)."""
    if pollutant.unit != "MG":
        raise NotMass(pollutant=pollutant)
    standard = FeeStandard(
        region=region,
        pollutant=pollutant,
        price=yuan(price_fen),
        valid_from=valid_from,
        valid_to=valid_to,
        legal_basis=legal_basis,
    )
    open_rows = FeeStandard.objects.filter(region=region, pollutant=pollutant)
    return _follow(by, standard, open_rows.filter(valid_to__isnull=True).first())


@transaction.atomic
def set_auction_standard(
    *,
    by: Membership,
    region: Region,
    valid_from: datetime.date,
    deposit_percent: Decimal,
    notice_days: int,
    pay_within_workdays: int,
    max_bids: int,
    winners_percent: int,
    legal_basis: str,
    confirm_percent: int = 150,
    note: str = "",
) -> AuctionStandard:
    """Set how the region holds auctions from a day on; the row before ends (T103 on overlap)."""
    standard = AuctionStandard(
        region=region,
        valid_from=valid_from,
        deposit_percent=deposit_percent,
        notice_days=notice_days,
        pay_within_workdays=pay_within_workdays,
        max_bids=max_bids,
        winners_percent=winners_percent,
        confirm_percent=confirm_percent,
        legal_basis=legal_basis,
        note=note,
    )
    open_rows = AuctionStandard.objects.filter(region=region, valid_to__isnull=True)
    return _follow(by, standard, open_rows.first())


def _follow(by: Membership, standard: S, before: S | None) -> S:
    """End the open row on the eve of the new one and save the new one."""
    ends = f"ends: {standard.legal_basis}"[:80]
    end_on_eve(row=before, first_day=standard.valid_from, by=by, reason=ends)
    with refused_by(
        fee_standards_do_not_overlap=StandardsOverlap,
        auction_standards_do_not_overlap=StandardsOverlap,
    ):
        return record(standard, by=by, reason=standard.legal_basis[:80])
