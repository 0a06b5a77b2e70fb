"""Cards with what they hold, and what a card's account went through."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet

from cardswipe.models import Card, CardAccount, CardBinding, DischargeEvent, Voucher
from cardswipe.queries.booked import EVENT
from ledger.queries import Cursor, Span, Statement, book_of, statement


@dataclass
class CardRow:
    """A card as lists show it: what it holds in the present periods, and its controllers."""

    card: Card
    accounts: list[CardAccount] = field(default_factory=list)
    bindings: list[CardBinding] = field(default_factory=list)

    @property
    def pk(self) -> int:
        """The card's id."""
        return self.card.pk


def card_rows(cards: Iterable[Card], today: datetime.date, now: datetime.datetime) -> list[CardRow]:
    """The cards with their accounts of today's quota period, in two statements."""
    rows = {card.pk: CardRow(card) for card in cards}
    accounts = present_accounts(rows, today)
    for account in accounts:
        rows[account.card_id].accounts.append(account)
    bindings = CardBinding.objects.at(now).filter(card_id__in=rows)
    for binding in bindings.select_related("controller__outlet"):
        rows[binding.card_id].bindings.append(binding)
    return list(rows.values())


def present_accounts(card_ids: Iterable[int], today: datetime.date) -> "QuerySet[CardAccount]":
    """The cards' accounts of the quota period that holds the day, with balances."""
    return (
        CardAccount.objects.filter(
            card_id__in=list(card_ids),
            period__start_date__lte=today,
            period__end_date__gte=today,
        )
        .select_related("account", "pollutant", "period", "card")
        .order_by("card_id", "pollutant__position")
    )


def all_accounts(card: Card) -> list[CardAccount]:
    """All accounts of a card, newest period first."""
    own = card.accounts.select_related(
        "account__asset__pollutant", "account__asset__period", "pollutant", "period"
    )
    return list(own.order_by("-period__start_date", "pollutant__position"))


def month_bounds(month: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first days of the month and of the one after it."""
    first = month.replace(day=1)
    return first, (first + datetime.timedelta(days=32)).replace(day=1)


@dataclass(frozen=True)
class StatementLine:
    """A movement of a card's account with the document behind it, for its reader."""

    posted_at: datetime.datetime
    kind: str
    delta: int
    balance: int
    document: Voucher | DischargeEvent | None


def card_statement(
    account: CardAccount, span: Span, after: Cursor | None = None
) -> tuple[Statement, list[StatementLine]]:
    """A page of the account's movements, each with its voucher or discharge event."""
    page = statement(book_of(account.account), span, after=after)
    vouchers = Voucher.objects.in_bulk(
        [line.document_id for line in page.lines if line.document_type == "voucher"]
    )
    events = DischargeEvent.objects.in_bulk(
        [line.document_id for line in page.lines if line.document_type == EVENT]
    )
    documents: dict[str, Mapping[int, Voucher | DischargeEvent]] = {
        "voucher": vouchers,
        EVENT: events,
    }
    lines = [
        StatementLine(
            posted_at=line.posted_at,
            kind=line.kind,
            delta=line.delta,
            balance=line.balance,
            document=documents.get(line.document_type, {}).get(line.document_id),
        )
        for line in page.lines
    ]
    return page, lines
