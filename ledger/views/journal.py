"""The journal: the newest operations on the page, all of it as a file of any length."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import documents, journal_files
from ledger.documents import Link
from ledger.forms import JournalForm
from ledger.models import Operation
from ledger.queries import Span
from ledger.queries.journal import Entry, enterprise_journal, region_journal
from ledger.queries.latest import of_enterprise, of_region
from ledger.rules import DocumentRef
from ledger.told import linked
from parties.access import ActorRequest, allow
from parties.models import Enterprise, Membership
from parties.rules import Act
from shell.figures import day
from shell.paging import cursor
from shell.streams import Leaf, csv_bytes, streamed, xlsx_bytes
from shell.tables import Column, Table

USUAL_DAYS = 30
PAGE = 50


@allow(Act.SEE_LEDGER)
def journal(request: ActorRequest) -> HttpResponseBase:
    """What was posted on some days: the newest operations, and the whole as CSV or .xlsx."""
    today = timezone.localdate()
    first = today - datetime.timedelta(days=USUAL_DAYS)
    usual = {"first": first.isoformat(), "last": today.isoformat()}
    usual |= {name: value for name, value in request.GET.items() if name == "enterprise"}
    form = JournalForm(request.GET if "first" in request.GET else usual, actor=request.actor)
    if not form.is_valid():
        return render(request, "ledger/journal.html", {"form": form}, status=422)
    span = form.span(timezone.now())
    enterprise = form.cleaned_data.get("enterprise") or request.actor.enterprise
    if request.GET.get("format") in {"csv", "xlsx"}:
        return export(request, enterprise, span, request.GET["format"])
    context = {
        "form": form,
        "enterprise": enterprise,
        "table": operation_table(request, enterprise, span),
        "address": address(form),
    }
    return render(request, "ledger/journal.html", context)


def address(form: JournalForm) -> str:
    """This page's own query, to which the kind of file is added."""
    said = form.cleaned_data
    chosen = f"&enterprise={said['enterprise'].uscc}" if said.get("enterprise") else ""
    return f"?first={said['first']}&last={said['last']}{chosen}"


def entries_of(actor: Membership, enterprise: Enterprise | None, span: Span) -> Iterator[Entry]:
    """The journal of the enterprise, or of the whole region of the bureau."""
    if enterprise:
        return enterprise_journal(enterprise, span)
    return region_journal(actor.region_prefix, span)


def export(
    request: ActorRequest, enterprise: Enterprise | None, span: Span, suffix: str
) -> HttpResponseBase:
    """The journal as a file, sent while it is read: neither side ever holds it whole."""
    rows = journal_files.rows(entries_of(request.actor, enterprise, span), request.actor)
    name = f"{_('Journal')} {enterprise or request.actor.place} {day(span.first)} {day(span.last)}"
    heads = journal_files.heads()
    if suffix == "csv":
        chunks = csv_bytes(heads, rows, has_bom=request.GET.get("bom") != "0")
    else:
        chunks = xlsx_bytes([Leaf(_("Journal"), heads, rows)])
    return streamed(request, chunks, name=name, suffix=suffix)


def operation_table(request: ActorRequest, enterprise: Enterprise | None, span: Span) -> Table:
    """The operations of these days, the newest first, without counting them."""
    before = cursor(request.GET.get("after", ""))
    found = (
        of_enterprise(enterprise, span, before=before, limit=PAGE + 1)
        if enterprise
        else of_region(request.actor.region_prefix, span)
    )
    papers: dict[DocumentRef, Link] = {}

    def paper(one: Operation) -> Any:
        if not papers:
            refs = (DocumentRef(o.document_type, o.document_id) for o in table.shown_rows)
            papers.update(documents.links(refs, request.actor))
        return linked(papers[DocumentRef(one.document_type, one.document_id)])

    table = Table(
        found.select_related("kind", "by__user"),
        [
            Column("posted_at", _("Posted"), kind="second"),
            Column("effective_date", _("Effective on"), kind="date"),
            Column("kind", _("Kind")),
            Column("document", _("Document"), value=paper),
            Column("by", _("By")),
            Column("reason", _("Reason")),
            Column("pk", _("Operation"), kind="count"),
        ],
        request=request,
        caption=_("Journal"),
        row_url=lambda one: reverse("operation", args=[one.pk]),
        empty=_("Nothing was posted on these days. Choose a longer stretch."),
        page_size=PAGE,
        after="-id",
        can_export=False,
    )
    return table
