"""From events to the ledger: one posting per event, one `post` per batch."""

import datetime
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from cardswipe.queries.booked import DISCHARGE, EVENT, LATE_DISCHARGE
from cardswipe.rules import AlarmKind
from ledger.models import Asset, QuotaPeriod
from ledger.models.accounts import Restriction
from ledger.rules import DocumentRef, Move, Posting, Purpose
from ledger.services import AccountSpec, accounts_for, asset_for, post
from parties.models import Membership

from . import alarms, levels
from .alarms import AlarmSpec
from .resolving import Case, Load

Holding = tuple[int, str, int]  # card (or enterprise), pollutant, quota period


@dataclass(frozen=True)
class Booking:
    """A stored event that is new, with its case."""

    case: Case
    event_id: int

    @property
    def key(self) -> str:
        """The posting's key: the event's own name, unique for ever."""
        controller_id, kind, started_at, sequence = self.case.report.key
        begin = started_at.astimezone(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        return f"{controller_id}/{kind}/{begin}/{sequence}"


@dataclass(frozen=True)
class Late:
    """How an officer books events of a closed period: today, in the open one, saying why."""

    effective_date: datetime.date
    reasons: Mapping[int, str]  # by event
    approval_id: int | None


class CardRow(NamedTuple):
    """What a card holds of a pollutant in a period: the entry and its ledger account."""

    pk: int
    account_id: int


@dataclass(frozen=True)
class Accounts:
    """The accounts a batch touches."""

    cards: Mapping[Holding, CardRow]
    discharged: Mapping[Holding, int]
    overrun: Mapping[Holding, int]

    def move(self, case: Case, load: Load) -> Move:
        """From the card, what it lacks from the overrun; all from the overrun without a card."""
        quota = quota_of(case, load)
        card = self.card_account(case, load)
        target, overrun = self.discharged[quota], self.overrun[quota]
        if card is None:
            return Move(overrun, target, load.quantity)
        return Move(card.account_id, target, load.quantity, overflow=overrun)

    def card_account(self, case: Case, load: Load) -> CardRow | None:
        """The account the load debits first, if the card was ever loaded with it."""
        if case.card_id is None:
            return None
        return self.cards.get((case.card_id, load.pollutant, _period_id(case)))


def _period_id(case: Case) -> int:
    assert case.period is not None, "only events with an open period are debited"
    return case.period.id


def quota_of(case: Case, load: Load) -> Holding:
    """The enterprise's quota that the load uses."""
    return (case.controller.enterprise_id, load.pollutant, _period_id(case))


def debit(
    *,
    by: Membership,
    bookings: Sequence[Booking],
    now: datetime.datetime,
    late: Late | None = None,
) -> None:
    """Post the events, then raise what they give cause for: overrun alarms, warning steps."""
    if not bookings:
        return
    accounts = accounts_of(bookings)
    postings = [_posting(booking, accounts, late) for booking in bookings]
    receipts = post(by=by, postings=postings, now=now)
    operations = {
        receipt.operation_id: booking
        for receipt, booking in zip(receipts, bookings, strict=True)
        if receipt.is_new
    }
    alarms.raise_alarms(specs=_overruns(operations, accounts), now=now)
    loads = [(b.case, load) for b in bookings for load in b.case.debits]
    touched = (accounts.card_account(case, load) for case, load in loads)
    levels.refresh(
        by=by,
        now=now,
        card_account_ids={account.pk for account in touched if account},
        quotas={quota_of(case, load) for case, load in loads},
    )


def _posting(booking: Booking, accounts: Accounts, late: Late | None) -> Posting:
    """The event's posting. Late or not it has one name, so no event is ever debited twice."""
    moves = tuple(accounts.move(booking.case, load) for load in booking.case.debits)
    document = DocumentRef(EVENT, booking.event_id)
    if late is None:
        return Posting(DISCHARGE, booking.key, moves, booking.case.day, document)
    return Posting(
        LATE_DISCHARGE,
        booking.key,
        moves,
        late.effective_date,
        document,
        reason=late.reasons[booking.event_id],
        approval_id=late.approval_id,
        scope=DISCHARGE,
    )


def accounts_of(bookings: Sequence[Booking]) -> Accounts:
    """The accounts that debiting the events touches; the first ones of a quota are opened."""
    loads = [(b.case, load) for b in bookings for load in b.case.debits]
    quotas = {quota_of(case, load): case.controller.region_id for case, load in loads}
    assets = _assets({(code, period) for _e, code, period in quotas})
    specs = {
        purpose: {
            quota: AccountSpec(purpose, assets[quota[1:]], region, quota[0])
            for quota, region in quotas.items()
        }
        for purpose in (Purpose.DISCHARGED, Purpose.OVERRUN)
    }
    found = _ids([spec for by_quota in specs.values() for spec in by_quota.values()])
    return Accounts(
        cards=_cards(
            {case.card_id for case, _load in loads if case.card_id},
            {_period_id(case) for case, _load in loads},
        ),
        discharged={q: found[spec] for q, spec in specs[Purpose.DISCHARGED].items()},
        overrun={q: found[spec] for q, spec in specs[Purpose.OVERRUN].items()},
    )


def _cards(cards: Set[int], periods: Set[int]) -> dict[Holding, CardRow]:
    """The cards' accounts as plain numbers: thousands in a batch, so no objects are made."""
    with connection.cursor() as cursor:
        # A court's restriction on the card's account must not stop the record of a discharge.
        cursor.execute(
            "SELECT c.card_id, c.pollutant_id, c.period_id, c.id, c.account_id"
            " FROM cardswipe_cardaccount c JOIN ledger_account a ON a.id = c.account_id"
            " WHERE c.card_id = ANY(%s) AND c.period_id = ANY(%s) AND a.restriction = %s",
            [sorted(cards), sorted(periods), str(Restriction.OPEN)],
        )
        return {row[:3]: CardRow(*row[3:]) for row in cursor.fetchall()}


def _ids(specs: Sequence[AccountSpec]) -> dict[AccountSpec, int]:
    """Account ids; those known are read as plain numbers, the first ones of a quota are opened."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT purpose, asset_id, region_id, enterprise_id, id FROM ledger_account"
            " WHERE enterprise_id = ANY(%s) AND asset_id = ANY(%s) AND purpose = ANY(%s)",
            [
                sorted({spec.enterprise_id for spec in specs if spec.enterprise_id}),
                sorted({spec.asset_id for spec in specs}),
                [str(Purpose.DISCHARGED), str(Purpose.OVERRUN)],
            ],
        )
        rows = cursor.fetchall()
    found = {AccountSpec(Purpose(row[0]), *row[1:4]): row[4] for row in rows}
    missing = [spec for spec in specs if spec not in found]
    if missing:
        found |= {spec: account.pk for spec, account in accounts_for(missing).items()}
    return found


def _assets(wanted: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """Asset ids by pollutant and period; a pollutant new to a period gets its asset."""
    rows = Asset.objects.filter(period_id__in={period for _code, period in wanted})
    found = {
        (row.pollutant_id, row.period_id): row.pk
        for row in rows
        if row.pollutant_id and row.period_id
    }
    for code, period_id in wanted - found.keys():
        found[code, period_id] = asset_for(code, QuotaPeriod.objects.get(pk=period_id)).pk
    return found


def _overruns(operations: Mapping[int, Booking], accounts: Accounts) -> list[AlarmSpec]:
    """An alarm for each event that its card did not cover; without a card that is said already."""
    if not operations:
        return []
    quotas = {account_id: quota for quota, account_id in accounts.overrun.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT leg.operation_id, leg.account_id, -a.balance"
            " FROM ledger_leg leg JOIN ledger_account a ON a.id = leg.account_id"
            " WHERE leg.operation_id = ANY(%s) AND leg.account_id = ANY(%s)"
            " GROUP BY 1, 2, 3 ORDER BY 1, 2",
            [list(operations), list(quotas)],
        )
        rows = cursor.fetchall()
    found = []
    for operation_id, account_id, over in rows:
        booking = operations[operation_id]
        _enterprise, pollutant, period_id = quotas[account_id]
        if booking.case.card_id is None:
            continue
        found.append(
            AlarmSpec(
                kind=AlarmKind.OVERRUN,
                enterprise_id=booking.case.controller.enterprise_id,
                controller_id=booking.case.controller.id,
                card_id=booking.case.card_id,
                pollutant=pollutant,
                period_id=period_id,
                event_id=booking.event_id,
                params={"over": over},
            )
        )
    return found
