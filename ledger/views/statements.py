"""The statement of one account: like a good bank's."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger import documents, queries
from ledger.figures import amount_of, kind_of
from ledger.filters import PeriodForm
from ledger.models import Account
from ledger.queries.statements import Line, kind_names
from ledger.rules import DocumentRef
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.figures import day
from shell.sheets import plain_value, sheet_response, write_sheet
from shell.tables import Column, Table

from .accounts import restriction

PAGE = 50
USUAL_DAYS = 30
EXPORT_PAGE = 2_000
DAY = datetime.timedelta(days=1)
MICROSECOND = datetime.timedelta(microseconds=1)


@allow(Act.SEE_LEDGER)
def account(request: ActorRequest, account_id: int) -> HttpResponse:
    """The statement of one account: days, balance before and after, every movement."""
    rows = Account.objects.for_actor(request.actor).select_related(
        "enterprise", "region", "asset__pollutant", "asset__period"
    )
    shown = door(rows, pk=account_id)
    form = PeriodForm(request.GET if "first" in request.GET else usual_days(shown))
    if not form.is_valid():
        return render(request, "ledger/account.html", head(shown, form), status=422)
    start, end = bounds(form.cleaned_data["first"], form.cleaned_data["last"])
    if request.GET.get("format") == "xlsx":
        return export(request, shown, start, end)
    page = queries.statement(shown, start=start, end=end, after=cursor(request), limit=PAGE)
    context = {
        **head(shown, form),
        "opening": amount_of(page.opening, shown.asset),
        "closing": amount_of(page.closing, shown.asset),
        "change": amount_of(page.closing - page.opening, shown.asset),
        "table": statement_table(request, shown, page.lines),
        "address": f"?first={form['first'].value()}&last={form['last'].value()}",
        "next_after": page.next_after,
        "is_continued": cursor(request) > 0,
    }
    return render(request, "ledger/account.html", context)


def head(shown: Account, form: PeriodForm) -> dict[str, Any]:
    """What stands above a statement."""
    facts = [
        (_("Holder"), shown.enterprise or shown.region),
        (_("Counts"), shown.asset),
        (_("Balance now"), amount_of(shown.balance, shown.asset)),
        (_("Movements"), shown.version),
    ]
    if shown.min_balance:
        facts.append((_("May fall to"), amount_of(shown.min_balance, shown.asset)))
    return {"account": shown, "form": form, "facts": facts, "mark": restriction(shown)}


def usual_days(shown: Account) -> dict[str, str]:
    """The month up to today, or up to the last movement of an account at rest."""
    today = timezone.localdate()
    moved = timezone.localdate(shown.moved_at) if shown.moved_at else today
    last = today if today - moved < USUAL_DAYS * DAY else moved
    return {"first": (last - USUAL_DAYS * DAY).isoformat(), "last": last.isoformat()}


def bounds(
    first: datetime.date, last: datetime.date
) -> tuple[datetime.datetime, datetime.datetime]:
    """The first and the last moment of these days here."""
    zone = timezone.get_current_timezone()
    start = datetime.datetime.combine(first, datetime.time(), tzinfo=zone)
    return start, datetime.datetime.combine(last + DAY, datetime.time(), tzinfo=zone) - MICROSECOND


def cursor(request: ActorRequest) -> int:
    """The version after which the page begins."""
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


class StatementTable(Table):
    """One page of a journal that is never counted."""

    @property
    def count(self) -> int | None:
        return None


def statement_table(request: ActorRequest, shown: Account, lines: list[Line]) -> Table:
    """A page of movements, each with its document and the account on the other side."""
    return StatementTable(
        lines,
        statement_columns(request, shown, lines),
        request=request,
        caption=_("Movements"),
        row_url=lambda line: reverse("operation", args=[line.operation_id]),
        empty=_("No movement on these days. Choose a longer stretch."),
        page_size=PAGE,
        can_export=False,
    )


def statement_columns(
    request: ActorRequest, shown: Account, lines: list[Line], *, is_sheet: bool = False
) -> list[Column]:
    """Time, kind, document, other side, movement, balance: three look-ups for a whole page."""
    kinds, kind = kind_names(), kind_of(shown.asset)
    refs = [DocumentRef(line.document_type, line.document_id) for line in lines]
    known = documents.links(refs, None if is_sheet else request.actor)
    sides = other_sides(request, shown, lines)
    return [
        Column("posted_at", _("Posted"), kind="second"),
        Column("effective_date", _("Effective on"), kind="date"),
        Column("kind", _("Kind"), value=lambda line: str(kinds[line.kind])),
        Column("document", _("Document"), value=lambda line: linked(known, line)),
        Column("other", _("Other side"), value=lambda line: sides[line.other_account_id]),
        Column("delta", _("Movement"), kind=kind),
        Column("balance", _("Balance"), kind=kind),
    ]


def linked(known: dict[DocumentRef, documents.Link], line: Line) -> Any:
    """The document's words, as a link where it can be opened."""
    link = known[DocumentRef(line.document_type, line.document_id)]
    return format_html('<a href="{}">{}</a>', link.url, link.words) if link.url else link.words


def other_sides(request: ActorRequest, shown: Account, lines: list[Line]) -> dict[int, str]:
    """The accounts on the other side: the purpose, and the holder when it is another one whom
    this person may see."""
    ids = {line.other_account_id for line in lines}
    others = Account.objects.select_related("enterprise").filter(pk__in=ids)
    own = set(others.for_actor(request.actor).values_list("pk", flat=True))
    found = {}
    for other in others:
        is_told = other.pk in own and other.enterprise_id not in {None, shown.enterprise_id}
        purpose = str(other.get_purpose_display())
        found[other.pk] = f"{purpose} · {other.enterprise}" if is_told else purpose
    return found


def export(
    request: ActorRequest, shown: Account, start: datetime.datetime, end: datetime.datetime
) -> HttpResponse:
    """The whole statement as a workbook, read a page of the journal at a time."""
    columns = statement_columns(request, shown, [])
    heads = [f"{c.label} ({c.unit_word})" if c.unit_word else c.label for c in columns]
    name = f"{shown.get_purpose_display()} {shown.asset} {day(start)} {day(end)}"
    return sheet_response(name, write_sheet(name, heads, exported(request, shown, start, end)))


def exported(
    request: ActorRequest, shown: Account, start: datetime.datetime, end: datetime.datetime
) -> Iterator[list[Any]]:
    """The rows of the workbook, with the balance before and after."""
    balance = Column("balance", "", kind=kind_of(shown.asset), value=lambda value: value)
    page = queries.statement(shown, start=start, end=end, limit=EXPORT_PAGE)
    blank = [None, None, None]
    yield [start, None, _("Balance before"), *blank, plain_value(balance, page.opening)]
    while True:
        columns = statement_columns(request, shown, page.lines, is_sheet=True)
        for line in page.lines:
            yield [plain_value(column, line) for column in columns]
        if page.next_after is None:
            break
        after = page.next_after
        page = queries.statement(shown, start=start, end=end, after=after, limit=EXPORT_PAGE)
    yield [end, None, _("Balance after"), *blank, plain_value(balance, page.closing)]
