"""What an act on a lot would move of each quota period, before anything is booked: the same units
of the right, the same days, as the booking itself takes."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from ledger.figures import pollutant_words
from ledger.lot_orders import LotOrder
from ledger.lot_refusals import (
    BeginsInPast,
    LesseeIsHolder,
    PeriodShort,
    ReleaseTooLarge,
    SplitLeavesNothing,
    TermIsLonger,
)
from ledger.lot_rules import PURPOSE_OF_ACT, TAKING, PeriodPart, held_part, part_of
from ledger.models import Account, HoldPurpose, Lot
from ledger.models.requests import LotAct
from ledger.refusals import HoldTooLong, LotTermBad, LotTooSmall, OtherCity
from ledger.shares import Units, retired_part, take_top, units_share

from .lot_acts import holds_of, still_held
from .ratios import replacement_ratio

SHOWN_IN = {"MG": "t", "L": "m3"}


@dataclass(frozen=True)
class Preview:
    """What would happen: per year before, the part, per year afterwards, and period by period."""

    before: int
    part: int
    after: int
    periods: Sequence[PeriodPart]

    @property
    def short(self) -> PeriodPart | None:
        """The first quota period in which less is free than is needed."""
        return next((one for one in self.periods if one.is_short), None)


def preview(lot: Lot, order: LotOrder, today: datetime.date) -> Preview:
    """What the order would do if it were done today; refuses what cannot be: L203, L204, L209,
    L220 to L224, L227, L305."""
    check_term(lot, order, today)
    if order.act in TAKING:
        check_part(lot, order)
    return PREVIEWS.get(order.act, taken)(lot, order, today)


def check_term(lot: Lot, order: LotOrder, today: datetime.date) -> None:
    """A lease lies within its lot and goes to somebody else of the city; an end lies ahead."""
    if order.act == LotAct.LEASE:
        assert order.to, "a lease goes to somebody"
        if order.to.pk == lot.enterprise_id:
            raise LesseeIsHolder(name=order.to)
        if order.to.region.city_code != lot.region.city_code:
            raise OtherCity(lot=lot.lot_no)
    if order.first and order.first < today:
        raise BeginsInPast(day=order.first)
    if order.last and order.last < (order.first or today):
        raise LotTermBad
    if order.act == LotAct.LEASE and order.last and order.last > lot.valid_to:
        raise TermIsLonger(day=order.last, end=lot.valid_to)
    if order.act in PURPOSE_OF_ACT:
        check_length(order, today)


def check_length(order: LotOrder, today: datetime.date) -> None:
    """L304 a freeze without an end, or a longer one than its purpose allows."""
    purpose = HoldPurpose.objects.get(pk=PURPOSE_OF_ACT[order.act])
    if purpose.longest_days is None:
        return
    latest = today + datetime.timedelta(days=purpose.longest_days)
    # The last day is held whole, so the hold itself ends a day later.
    if order.last is None or order.last >= latest:
        raise HoldTooLong(purpose=purpose, days=purpose.longest_days)


def check_part(lot: Lot, order: LotOrder) -> None:
    """A part is above nothing and no more than the lot; splitting leaves something."""
    if not order.quantity or order.quantity > lot.quantity_per_year:
        raise LotTooSmall(lot=lot.lot_no)
    if order.act == LotAct.SPLIT and order.quantity == lot.quantity_per_year:
        everything = pollutant_words(lot.quantity_per_year, lot.pollutant)
        raise SplitLeavesNothing(lot=lot.lot_no, all=everything)


def refuse_short(lot: Lot, found: Preview) -> None:
    """L223 where less is free in a quota period than would be moved."""
    if short := found.short:
        raise PeriodShort(
            period=short.label,
            free=pollutant_words(short.free, lot.pollutant),
            wanted=pollutant_words(short.moved, lot.pollutant),
        )


def accounts_of(
    lots: Iterable[int], first: datetime.date, last: datetime.date
) -> "QuerySet[Account]":
    """The lots' own accounts of the open quota periods between two days."""
    return (
        Account.objects.open_of_lots()
        .filter(
            reference_id__in=list(lots),
            asset__period__end_date__gte=first,
            asset__period__start_date__lte=last,
        )
        .select_related("asset__period")
        .order_by("asset__period__start_date", "pk")
    )


def parts_of_units(
    lot: Lot, units: Units, first: datetime.date, last: datetime.date
) -> list[PeriodPart]:
    """What these units of the lot give in each quota period on the days from first to last."""
    found = []
    for account in accounts_of([lot.pk], first, last):
        period = account.asset.period
        assert period, "a lot's account counts a quota period"
        share = units_share(
            units,
            valid_from=first,
            valid_to=last,
            period_start=period.start_date,
            period_end=period.end_date,
        )
        if share:
            found.append(
                PeriodPart(account.asset_id, account.pk, period.label, account.balance, share)
            )
    return found


def taken(lot: Lot, order: LotOrder, today: datetime.date) -> Preview:
    """A part of the lot goes: split off, leased, taken back."""
    quantity = order.quantity or 0
    units = take_top(lot.unit_ranges, quantity)[1]
    first = max(order.first or today, lot.valid_from)
    last = min(order.last or lot.valid_to, lot.valid_to)
    periods = parts_of_units(lot, units, first, last)
    return Preview(lot.quantity_per_year, quantity, lot.quantity_per_year - quantity, periods)


def held(lot: Lot, order: LotOrder, today: datetime.date) -> Preview:
    """A part is pledged or frozen: up to the lot's end, whatever the pledge's own end."""
    quantity = order.quantity or 0
    return Preview(
        lot.quantity_per_year, quantity, lot.quantity_per_year, holding(lot, quantity, today)
    )


def holding(lot: Lot, quantity: int, today: datetime.date) -> list[PeriodPart]:
    """What is held of each quota period for so much per year."""
    units = take_top(lot.unit_ranges, quantity)[1]
    parts = parts_of_units(lot, units, max(today, lot.valid_from), lot.valid_to)
    return [
        PeriodPart(p.asset_id, p.account_id, p.label, p.free, held_part(p.moved, p.free))
        for p in parts
    ]


def released(lot: Lot, order: LotOrder, today: datetime.date) -> Preview:
    """What is held comes back, in whole or in part."""
    assert order.placing, "a release names what it releases"
    whole = still_held(order.placing)
    quantity = whole if order.quantity is None else order.quantity
    if not 0 < quantity <= whole:
        raise ReleaseTooLarge(left=pollutant_words(whole, lot.pollutant))
    periods = [
        PeriodPart(
            hold.account.asset_id,
            hold.account_id,
            str(hold.account.asset.period),
            hold.account.balance,
            part_of(hold.left, quantity, whole),
            is_coming=True,
        )
        for hold in holds_of(lot, order.placing)
    ]
    return Preview(lot.quantity_per_year, quantity, lot.quantity_per_year, periods)


def merged(lot: Lot, order: LotOrder, today: datetime.date) -> Preview:
    """What is left of the other lots comes together with what is left of this one."""
    coming = dict(
        accounts_of([other.pk for other in order.others], today, lot.valid_to)
        .order_by()
        .values_list("asset_id")
        .annotate(total=Sum("balance"))
    )
    periods = [
        PeriodPart(
            one.asset_id,
            one.pk,
            str(one.asset.period),
            one.balance,
            coming.get(one.asset_id, 0),
            is_coming=True,
        )
        for one in accounts_of([lot.pk], today, lot.valid_to)
    ]
    part = sum(other.quantity_per_year for other in order.others)
    return Preview(lot.quantity_per_year, part, lot.quantity_per_year + part, periods)


def given_back(lot: Lot, order: LotOrder, today: datetime.date) -> Preview:
    """What is unused of the lease goes back to the lessor."""
    periods = [
        PeriodPart(one.asset_id, one.pk, str(one.asset.period), one.balance, one.balance)
        for one in accounts_of([lot.pk], lot.valid_from, lot.valid_to)
    ]
    return Preview(lot.quantity_per_year, lot.quantity_per_year, 0, periods)


def retired(lot: Lot, order: LotOrder, today: datetime.date) -> Preview:
    """What the ratio in force demands goes for ever."""
    gone = retired_part(lot.quantity_per_year, replacement_ratio(lot, today))
    units = take_top(lot.unit_ranges, gone)[1]
    periods = parts_of_units(lot, units, max(today, lot.valid_from), lot.valid_to)
    return Preview(lot.quantity_per_year, gone, lot.quantity_per_year - gone, periods)


PREVIEWS: dict[LotAct, Callable[[Lot, LotOrder, datetime.date], Preview]] = {
    **{LotAct(act): held for act in PURPOSE_OF_ACT},
    LotAct.RELEASE: released,
    LotAct.MERGE: merged,
    LotAct.LEASE_END: given_back,
    LotAct.RETIRE: retired,
}
