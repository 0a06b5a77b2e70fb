"""Balances: what an enterprise has, what a region has issued, what an account held at a moment."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, QuerySet, Sum

from ledger.models import Account, Asset, Cap, Hold, Lot, Pollutant, QuotaPeriod
from ledger.models.accounts import Restriction
from ledger.models.holds import HoldState
from ledger.rules import Purpose
from parties.models import Enterprise, Region


@dataclass(frozen=True)
class Position:
    """What an enterprise has of one pollutant in one period, in the smallest unit."""

    pollutant: Pollutant
    available: int = 0
    on_card: int = 0
    frozen: int = 0
    discharged: int = 0
    overrun: int = 0

    @property
    def granted(self) -> int:
        """All rights that came in and did not go out again: the sum of where they now lie."""
        return self.available + self.on_card + self.frozen + self.discharged - self.overrun

    @property
    def left(self) -> int:
        """What may still be discharged: on the card and available, less what is owed."""
        return self.available + self.on_card - self.overrun


FIELD_OF_PURPOSE = {
    Purpose.AVAILABLE: "available",
    Purpose.CARD: "on_card",
    Purpose.FROZEN: "frozen",
    Purpose.DISCHARGED: "discharged",
    Purpose.OVERRUN: "overrun",
}


def positions(enterprise: Enterprise, period: QuotaPeriod) -> list[Position]:
    """The enterprise's position in each pollutant it has accounts of, in list order."""
    rows = (
        Account.objects.filter(
            enterprise=enterprise, asset__period=period, purpose__in=list(FIELD_OF_PURPOSE)
        )
        .values_list("asset__pollutant_id", "purpose")
        .annotate(total=Sum("balance"))
    )
    amounts: dict[str, dict[str, int]] = {}
    for code, purpose, total in rows:
        sign = -1 if purpose == Purpose.OVERRUN else 1
        amounts.setdefault(code, {})[FIELD_OF_PURPOSE[Purpose(purpose)]] = sign * total
    pollutants = Pollutant.objects.filter(code__in=amounts)
    return [Position(pollutant, **amounts[pollutant.code]) for pollutant in pollutants]


def available_accounts(
    enterprise: Enterprise, asset: Asset, *, first: Sequence[int] = ()
) -> list[tuple[Account, Lot]]:
    """The enterprise's open AVAILABLE accounts of the asset: the lots its holder chose in that
    order, then the one that ends earliest."""
    accounts = {
        account.reference_id: account
        for account in Account.objects.filter(
            enterprise=enterprise,
            asset=asset,
            purpose=Purpose.AVAILABLE,
            reference_type="lot",
            restriction=Restriction.OPEN,
            balance__gt=0,
        )
    }
    chosen = {lot_id: place for place, lot_id in enumerate(first)}
    lots = sorted(
        Lot.objects.filter(pk__in=accounts).order_by("valid_to", "id"),
        key=lambda lot: chosen.get(lot.pk, len(chosen)),
    )
    return [(accounts[lot.pk], lot) for lot in lots]


def free_of(account: Account) -> int | None:
    """What may leave the account: its balance above its floor, nothing while it is restricted;
    None where nothing bounds it. What is held lies elsewhere and is not part of it."""
    if account.restriction != Restriction.OPEN:
        return 0
    return None if account.min_balance is None else account.balance - account.min_balance


def held_from(accounts: Iterable[Account]) -> dict[int, int]:
    """What is held of each account, by the account's number: not free until released."""
    rows = (
        Hold.objects.filter(account__in=[account.pk for account in accounts], state=HoldState.HELD)
        .values_list("account_id")
        .annotate(held=Sum(F("amount") - F("captured") - F("released")))
        .order_by()
    )
    return dict(rows)


def lots_of(enterprise: Enterprise) -> QuerySet[Lot]:
    """The lots an enterprise holds, by pollutant and end of term."""
    return (
        Lot.objects.filter(enterprise=enterprise, quantity_per_year__gt=0)
        .select_related("pollutant", "region")
        .order_by("pollutant__position", "valid_to", "id")
    )


# Opens only the months it looks into (sql/balances.sql).
BALANCE_AT = "SELECT ledger_balance_at(%(account)s, %(moment)s::timestamptz)"


def balance_at(account: Account, moment: datetime.datetime) -> int:
    """What the account held just after everything posted up to the moment."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCE_AT, {"account": account.pk, "moment": moment})
        held: int = cursor.fetchone()[0]
    return held


@dataclass(frozen=True)
class CapLine:
    """A region's cap equation for one pollutant: issued = reserve + held + used + lapsed …"""

    pollutant: Pollutant
    cap: int | None
    issued: int
    reserve: int
    held: int
    on_card: int
    frozen: int
    discharged: int
    overrun: int
    retired: int
    lapsed: int

    @property
    def difference(self) -> int:
        """What the two sides differ by: zero, always, over all regions of one quota period."""
        inside = self.reserve + self.held + self.on_card + self.frozen
        out = self.discharged - self.overrun + self.retired + self.lapsed
        return self.issued - inside - out


CAP_FIELDS = {
    Purpose.ISSUED: "issued",
    Purpose.RESERVE: "reserve",
    Purpose.AVAILABLE: "held",
    Purpose.CARD: "on_card",
    Purpose.FROZEN: "frozen",
    Purpose.DISCHARGED: "discharged",
    Purpose.OVERRUN: "overrun",
    Purpose.RETIRED: "retired",
    Purpose.LAPSED: "lapsed",
}
NEGATIVE = {Purpose.ISSUED, Purpose.OVERRUN}


def cap_equation(region: Region, period: QuotaPeriod) -> list[CapLine]:
    """The region's cap equation per pollutant, in list order."""
    scope = {"region__code__startswith": region.prefix, "asset__period": period}
    sums = (
        Account.objects.filter(**scope, purpose__in=list(CAP_FIELDS))
        .values_list("asset__pollutant_id", "purpose")
        .annotate(total=Sum("balance"))
    )
    lines: dict[str, dict[str, int]] = {}
    for code, purpose, total in sums:
        amounts = lines.setdefault(code, dict.fromkeys(CAP_FIELDS.values(), 0))
        amounts[CAP_FIELDS[Purpose(purpose)]] = -total if purpose in NEGATIVE else total
    caps = dict(
        Cap.objects.filter(**scope)
        .values_list("asset__pollutant_id")
        .annotate(total=Sum("quantity"))
    )
    pollutants = Pollutant.objects.filter(code__in=lines)
    return [CapLine(p, caps.get(p.code), **lines[p.code]) for p in pollutants]
