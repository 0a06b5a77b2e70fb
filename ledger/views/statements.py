"""Statements, like a good bank's: of one account, and of all that an enterprise holds."""

import datetime
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import queries, statement_files
from ledger.figures import amount_of, kind_of
from ledger.forms import HoldingForm, StatementForm
from ledger.models import Account, Asset
from ledger.queries import Cursor, Span, Statement
from ledger.queries.statements import PAGE, Total, has_totals, holding_of, totals
from ledger.services.requests import RESTRICTABLE
from ledger.statement_files import Subject
from ledger.told import ToldLine, direction, linked, told
from parties.access import ActorRequest, allow, door
from parties.models import Enterprise
from parties.rules import Act
from shell.figures import day
from shell.streams import Leaf, csv_bytes, streamed, xlsx_bytes
from shell.tables import Column, Table

from .accounts import restriction

USUAL_DAYS = 30
DAY = datetime.timedelta(days=1)


@allow(Act.SEE_LEDGER)
def account(request: ActorRequest, account_id: int) -> HttpResponseBase:
    """The statement of one account: days, balance before and after, every movement."""
    rows = Account.objects.for_actor(request.actor).select_related(
        "enterprise", "region", "asset__pollutant", "asset__period"
    )
    shown = door(rows, pk=account_id)
    subject = Subject(
        title=f"{shown.get_purpose_display()} · {shown.asset}",
        asset=shown.asset,
        book=queries.book_of(shown),
        facts=account_facts(shown),
        number=f"DZ{shown.pk:08d}",
    )
    form = StatementForm(request.GET if "first" in request.GET else usual_days(shown.moved_at))
    context = {
        "account": shown,
        "mark": restriction(shown),
        "balance_now": shown.balance,
        "may_restrict": may_restrict(request, shown),
    }
    return answer(request, "ledger/account.html", subject, form, context)


def may_restrict(request: ActorRequest, shown: Account) -> bool:
    """Whether this person may ask that the account be restricted."""
    return shown.purpose in RESTRICTABLE and request.actor.may(Act.ADJUST_LEDGER)


def account_facts(shown: Account) -> list[tuple[str, Any]]:
    """Whose account it is and what it counts."""
    facts: list[tuple[str, Any]] = [
        (_("Holder"), shown.enterprise or shown.region),
        (_("Ledger account"), f"{shown.get_purpose_display()} · {shown.pk}"),
        (_("Counts"), shown.asset),
    ]
    if shown.min_balance:
        facts.append((_("May fall to"), amount_of(shown.min_balance, shown.asset)))
    free = queries.free_of(shown)
    if free is not None:
        facts.append((_("Free now"), amount_of(free, shown.asset)))
    if held := queries.held_from([shown]):
        facts.append((_("Held"), amount_of(held[shown.pk], shown.asset)))
    return facts


@allow(Act.SEE_LEDGER)
def holding(request: ActorRequest, enterprise_id: int) -> HttpResponseBase:
    """The statement of all that an enterprise holds of a pollutant in a quota period."""
    found = Enterprise.objects.for_actor(request.actor).select_related("region")
    shown = door(found, pk=enterprise_id)
    assets = held_assets(shown)
    chosen = present_asset(assets)
    if chosen is None:
        return render(request, "ledger/holding.html", {"enterprise": shown})
    asked = request.GET if "first" in request.GET else usual_holding(request, chosen)
    form = HoldingForm(asked, assets=assets)
    asset = form.cleaned_data["asset"] if form.is_valid() else chosen
    subject = Subject(
        title=f"{shown} · {asset}",
        asset=asset,
        book=holding_of(shown, asset),
        facts=[
            (_("Holder"), shown),
            (_("Unified social credit code"), shown.uscc),
            (_("Counts"), asset),
            (_("Accounts"), _("all lots and cards, what is frozen and what is owed")),
        ],
        number=f"CY{shown.pk:06d}-{asset.pk:04d}",
        has_inner=form.is_valid() and form.cleaned_data["inner"],
        is_holding=True,
    )
    return answer(request, "ledger/holding.html", subject, form, {"enterprise": shown})


def held_assets(enterprise: Enterprise) -> "QuerySet[Asset]":
    """What the enterprise ever held, of the newest quota period first."""
    own = Account.objects.filter(enterprise=enterprise, purpose__in=queries.statements.HOLDING)
    return (
        Asset.objects.filter(pk__in=own.values("asset"))
        .select_related("pollutant", "period")
        .order_by("-period__start_date", "pollutant__position")
    )


def present_asset(assets: "QuerySet[Asset]") -> Asset | None:
    """The first pollutant of today's quota period, else the newest that there is."""
    today = timezone.localdate()
    present = assets.filter(period__start_date__lte=today, period__end_date__gte=today)
    return present.first() or assets.first()


def usual_holding(request: HttpRequest, chosen: Asset) -> dict[str, str]:
    """The asset asked for, else the present one, over its quota period up to today."""
    named = request.GET.get("asset", "")
    period = chosen.period
    assert period, "a holding is of a pollutant in a period"
    last = min(timezone.localdate(), period.end_date)
    return {
        "asset": named or str(chosen.pk),
        "first": min(period.start_date, last).isoformat(),
        "last": last.isoformat(),
    }


def usual_days(moved_at: datetime.datetime | None) -> dict[str, str]:
    """The month up to today, or up to the last movement of an account at rest."""
    today = timezone.localdate()
    moved = timezone.localdate(moved_at) if moved_at else today
    last = today if today - moved < USUAL_DAYS * DAY else moved
    return {"first": (last - USUAL_DAYS * DAY).isoformat(), "last": last.isoformat()}


def answer(
    request: ActorRequest,
    template: str,
    subject: Subject,
    form: StatementForm,
    context: dict[str, Any],
) -> HttpResponseBase:
    """The page, or the file asked for; days that make no sense are refused on their field."""
    context |= {"form": form, "facts": subject.facts, "subject": subject}
    if not form.is_valid():
        return render(request, template, context, status=422)
    now = timezone.now()
    span = form.span(now)
    make = FILES.get(request.GET.get("format", ""))
    if make:
        page = queries.statement(subject.book, span, limit=0)
        return make(request, subject, span, page)
    page = queries.statement(
        subject.book,
        span,
        after=Cursor.read(request.GET.get("after", "")),
        before=Cursor.read(request.GET.get("before", "")),
        limit=PAGE,
        has_inner=subject.has_inner,
    )
    return render(request, template, context | page_context(request, subject, form, span, page))


def page_context(
    request: ActorRequest, subject: Subject, form: StatementForm, span: Span, page: Statement
) -> dict[str, Any]:
    """Balances, totals, the table and the ways onward."""
    here = {name: form[name].value() or "" for name in form.fields}
    here = {name: "on" if value is True else value for name, value in here.items() if value}
    address = f"?{urlencode(here)}"
    sums = totals(subject.book, span) if has_totals(subject.book) else None
    return {
        "opening": amount_of(page.opening, subject.asset),
        "closing": amount_of(page.closing, subject.asset),
        "change": amount_of(page.closing - page.opening, subject.asset),
        "table": line_table(request, subject, told(page.lines, request.actor)),
        "totals": total_table(request, subject, sums or []),
        "is_untotalled": sums is None,
        "address": address,
        "earlier": page.earlier,
        "later": page.later,
        "is_by_day": span.order == "effective",
    }


class UncountedTable(Table):
    """One page of a journal that is never counted."""

    @property
    def count(self) -> int | None:
        return None


def line_table(request: ActorRequest, subject: Subject, lines: list[ToldLine]) -> Table:
    """A page of movements, each with its document and the account on the other side."""
    kind = kind_of(subject.asset)
    own = [Column("account", _("Ledger account"))] if subject.is_holding else []
    columns = [
        Column("line.posted_at", _("Posted"), kind="second"),
        Column("line.effective_date", _("Effective on"), kind="date"),
        Column("kind", _("Kind")),
        Column("document", _("Document"), value=lambda one: linked(one.document)),
        *own,
        Column("other", _("Other side"), value=lambda one: direction(one, subject.asset)),
        Column("line.delta", _("Movement"), kind=kind),
        Column("line.balance", _("Balance"), kind=kind),
    ]
    return UncountedTable(
        lines,
        columns,
        request=request,
        caption=_("Movements"),
        row_url=lambda one: reverse("operation", args=[one.line.operation_id]),
        row_tone=lambda one: "yellow" if one.line.reverses_id else "",
        empty=_("No movement on these days. Choose a longer stretch."),
        page_size=max(len(lines), 1),
        can_export=False,
    )


def total_table(request: ActorRequest, subject: Subject, sums: list[Total]) -> Table:
    """What each kind of operation brought and took."""
    kind, names = kind_of(subject.asset), queries.statements.kind_names()
    return Table(
        sums,
        [
            Column("kind", _("Kind"), value=lambda one: str(names[one.kind])),
            Column("count", _("Movements"), kind="count"),
            Column("came", _("Came in"), kind=kind),
            Column("went", _("Went out"), kind=kind),
        ],
        request=request,
        caption=_("Totals by kind"),
        sums={
            "count": sum(one.count for one in sums),
            "came": sum(one.came for one in sums),
            "went": sum(one.went for one in sums),
        },
        page_size=100,
        can_export=False,
        name="totals",
    )


def file_name(subject: Subject, span: Span) -> str:
    """What the file is saved as."""
    return f"{subject.title} {day(span.first)} {day(span.last)}".replace(" · ", " ")


def as_csv(
    request: ActorRequest, subject: Subject, span: Span, page: Statement
) -> HttpResponseBase:
    """Every movement as CSV; `bom=0` leaves the mark for spreadsheets out."""
    rows = statement_files.rows(subject, span, page, request.actor)
    chunks = csv_bytes(statement_files.heads(subject), rows, has_bom=request.GET.get("bom") != "0")
    return streamed(request, chunks, name=file_name(subject, span), suffix="csv")


def as_xlsx(
    request: ActorRequest, subject: Subject, span: Span, page: Statement
) -> HttpResponseBase:
    """Every movement as a workbook."""
    sums = totals(subject.book, span)
    leaves: list[Leaf] = statement_files.leaves(subject, span, page, sums, request.actor)
    return streamed(request, xlsx_bytes(leaves), name=file_name(subject, span), suffix="xlsx")


def as_pdf(
    request: ActorRequest, subject: Subject, span: Span, page: Statement
) -> HttpResponseBase:
    """The statement on paper, up to what paper can bear."""
    content = statement_files.pdf(
        request,
        subject,
        span,
        page,
        totals(subject.book, span),
        actor=request.actor,
        now=timezone.now(),
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{subject.number}.pdf"'
    return response


FILES: dict[str, Callable[[ActorRequest, Subject, Span, Statement], HttpResponseBase]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "pdf": as_pdf,
}
