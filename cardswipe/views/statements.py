"""A card's statement: one account, one month, with running balance."""

import datetime
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from cardswipe.models import Card, CardAccount, DischargeEvent
from cardswipe.queries.cards import StatementLine, all_accounts, card_statement, month_bounds
from cardswipe.tables import amount_of
from ledger.queries import Cursor, Span, book_of, statement
from ledger.queries.statements import kind_names
from ledger.statement_files import Subject
from ledger.views.statements import FILES
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.figures import NOTHING
from shell.tables import Column, Table


def asked_month(request: ActorRequest, today: datetime.date) -> datetime.date:
    """The month in the address (2026-11), else the present one."""
    try:
        return datetime.date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return today.replace(day=1)


def asked_account(request: ActorRequest, accounts: list[CardAccount]) -> CardAccount | None:
    """The account in the address if it is the card's own, else the first."""
    wanted = request.GET.get("account", "")
    return next((a for a in accounts if str(a.pk) == wanted), accounts[0] if accounts else None)


def local_start(day: datetime.date) -> datetime.datetime:
    """The moment at which the day begins here."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def document_link(line: StatementLine) -> Any:
    """The voucher or event behind a movement."""
    if line.document is None:
        return NOTHING
    route = "discharge" if isinstance(line.document, DischargeEvent) else "voucher"
    words = (
        _("Discharge of %(at)s")
        % {"at": f"{timezone.localtime(line.document.started_at):%m-%d %H:%M}"}
        if isinstance(line.document, DischargeEvent)
        else line.document.voucher_no
    )
    return format_html('<a href="{}">{}</a>', reverse(route, args=[line.document.pk]), words)


def statement_columns(account: CardAccount) -> list[Column]:
    """Time, kind, document, movement and balance."""
    kinds = kind_names()
    kind = "m3" if account.pollutant.unit == "L" else "t"
    return [
        Column("posted_at", _("Posted"), kind="second"),
        Column("kind", _("Kind"), value=lambda line: kinds[line.kind]),
        Column("document", _("Voucher or event"), value=document_link),
        Column("delta", _("Movement"), kind=kind),
        Column("balance", _("Balance"), kind=kind),
    ]


def month_span(first: datetime.date) -> Span:
    """The month as it is known now."""
    last = month_bounds(first)[1] - datetime.timedelta(days=1)
    return Span(first, last, known_at=timezone.now(), is_latest=True)


@allow(Act.SEE_CARDS)
def card_statement_file(request: ActorRequest, card_id: int) -> HttpResponseBase:
    """One account of the card through one month as workbook, CSV or on paper."""
    cards = Card.objects.for_actor(request.actor).select_related("enterprise__region")
    card = door(cards, pk=card_id)
    account = asked_account(request, all_accounts(card))
    make = FILES.get(request.GET.get("format", ""))
    if account is None or make is None:
        return redirect("card", card.pk)
    span = month_span(asked_month(request, timezone.localdate(timezone.now())))
    subject = subject_of(card, account)
    return make(request, subject, span, statement(subject.book, span, limit=0))


def subject_of(card: Card, account: CardAccount) -> Subject:
    """What the statement says that it is about."""
    return Subject(
        title=f"{_('Card')} {card.card_no} · {account.pollutant} · {account.period}",
        asset=account.account.asset,
        book=book_of(account.account),
        facts=[
            (_("Enterprise"), card.enterprise),
            (_("Unified social credit code"), card.enterprise.uscc),
            (_("Card"), card.card_no),
            (_("Chip number"), card.physical_no),
            (_("Counts"), f"{account.pollutant} · {account.period}"),
        ],
        number=f"KP{card.card_no}-{account.pk}",
    )


def statement_part(request: ActorRequest, card: Card) -> dict[str, Any]:
    """What the card page shows of one account's month."""
    accounts = all_accounts(card)
    account = asked_account(request, accounts)
    if account is None:
        return {"account": None}
    month = asked_month(request, timezone.localdate(timezone.now()))
    first, following = month_bounds(month)
    span = month_span(first)
    after = Cursor.read(request.GET.get("line", ""))
    page, lines = card_statement(account, span, after)
    table = Table(
        lines,
        statement_columns(account),
        request=request,
        caption=_("Account statement"),
        empty=_("No movement in this month."),
        page_size=100,
        can_export=False,
        name="statement",
    )
    return {
        "account": account,
        "accounts": accounts,
        "month": first,
        "before": first - datetime.timedelta(days=1),
        "following": following,
        "opening": amount_of(page.opening, account.pollutant),
        "closing": amount_of(page.closing, account.pollutant),
        "next_line": page.later,
        "statement": table,
    }
