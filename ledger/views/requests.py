"""What one person asks of the ledger and a second one decides: list, one request, its decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger import documents, services
from ledger.figures import amount_of
from ledger.forms import DecideForm, RestrictForm
from ledger.models import Account, LedgerRequest, OperationType
from ledger.models.accounts import Restriction
from ledger.models.requests import OPEN_STATES, RequestKind, RequestState
from ledger.rules import DocumentRef
from ledger.views import lot_requests
from parties.access import ActorRequest, allow, door
from parties.forms import ReasonForm, reason_of
from parties.queries import timeline
from parties.rules import Act
from shell.figures import NOTHING, moment
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page

TONES = {
    RequestState.ASKED: "waiting",
    RequestState.WAITING: "active",
    RequestState.DONE: "normal",
    RequestState.REFUSED: "closed",
    RequestState.TAKEN_BACK: "neutral",
}


def mark_of(row: LedgerRequest) -> Status:
    """The state with its tone."""
    return Status(TONES[RequestState(row.state)], row.get_state_display())


def about(row: LedgerRequest) -> str:
    """What it is about, in a few words."""
    if row.kind == RequestKind.LOT:
        return lot_requests.about(row)
    if row.kind == RequestKind.CLOSE_PERIOD:
        return f"{row.region} {row.period}"
    if row.kind == RequestKind.RESTRICT:
        wanted = Restriction(row.content["to"]).label
        return f"{row.content['holder']} · {row.account.get_purpose_display()} → {wanted}"  # type: ignore[union-attr]
    return f"{row.content['kind']} {row.content['key']}"


@allow(Act.SEE_LEDGER)
def requests(request: ActorRequest) -> HttpResponse:
    """The requests of the bureau's region, or what the own enterprise has asked for."""
    table = Table(
        LedgerRequest.objects.for_actor(request.actor).select_related(
            "region", "period", "account", "lot__pollutant", "asked_by__user"
        ),
        [
            Column("get_kind_display", _("What is asked"), sort="kind"),
            Column("about", _("About"), value=about),
            Column("asked_by", _("Asked by"), value=lambda row: row.asked_by.user),
            Column("asked_at", _("Asked at"), kind="moment", sort="asked_at"),
            Column("due_on", _("To be carried out from"), kind="date"),
            Column("state", _("State"), kind="status", value=mark_of),
        ],
        request=request,
        caption=_("Requests about the ledger"),
        row_url=lambda row: reverse("ledger_request", args=[row.pk]),
        empty=_(
            "Nobody has asked for anything. A closing, a restriction, a correction or an act on a"
            " lot begins at its period, account, operation or lot."
        ),
    )
    return table_page(request, "ledger/requests.html", table, {})


def reach(request: ActorRequest, pk: int) -> LedgerRequest:
    rows = LedgerRequest.objects.for_actor(request.actor).select_related(
        "region",
        "period",
        "account",
        "lot__pollutant",
        "lot__enterprise",
        "asked_by__user",
        "approval__checker_user",
    )
    return door(rows, pk=pk)


@allow(Act.SEE_LEDGER, methods=("GET", "POST"))
def ledger_request(request: ActorRequest, ledger_request_id: int) -> HttpResponse:
    """One request: exactly what will be done, and for a second person the decision."""
    shown = reach(request, ledger_request_id)
    may_decide = may_be_second(request, shown)
    form = DecideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            done = decide(request, shown, form)
            messages.success(request, done)
            return redirect("ledger_request", shown.pk)
    is_own = shown.asked_by.user_id == request.user.pk
    context = {
        "shown": shown,
        "mark": mark_of(shown),
        "facts": facts_of(shown) + (lot_requests.made_of(request, shown) if shown.lot_id else []),
        "content": deed_of(request, shown),
        "booked": lot_requests.booked_table(request, shown) if shown.lot_id else None,
        "form": form if may_decide or form.errors else None,
        "take_back": ReasonForm() if is_own and shown.state in OPEN_STATES else None,
        "events": timeline(shown),
    }
    status = 422 if form.errors else 200
    return render(request, "ledger/request.html", context, status=status)


def decide(request: ActorRequest, shown: LedgerRequest, form: DecideForm) -> str:
    """Take the decision; what was done, in words."""
    granted = form.cleaned_data["decision"] == "grant"
    decided = services.decide_request(
        by=request.actor,
        request=shown,
        granted=granted,
        reason=form.cleaned_data["reason"],
        now=timezone.now(),
    )
    if not granted:
        return _("Refused.")
    if decided.state == RequestState.DONE:
        return _("Granted and carried out.")
    return _("Granted. It is carried out on %(day)s.") % {"day": decided.due_on}


def facts_of(shown: LedgerRequest) -> list[tuple[str, Any]]:
    """Who asked for what, and who decided."""
    facts: list[tuple[str, Any]] = [
        (_("What is asked"), shown.get_kind_display()),
        (_("About"), about(shown)),
        (_("Reason"), shown.reason),
        (_("Legal basis"), shown.legal_basis or NOTHING),
        (_("Asked by"), f"{shown.asked_by.user} · {shown.asked_by.get_role_display()}"),
        (_("Asked at"), moment(shown.asked_at)),
        (_("To be carried out from"), shown.due_on.isoformat()),
    ]
    if shown.approval and shown.approval.checker_user:
        facts.append((_("Decided by"), shown.approval.checker_user))
    if shown.operation_id:
        url = reverse("operation", args=[shown.operation_id])
        facts.append((_("Operation"), format_html('<a href="{}">{}</a>', url, shown.operation_id)))
    return facts


def may_be_second(request: ActorRequest, shown: LedgerRequest) -> bool:
    """Whether this person may decide it: in a role that its approval asks for, not his own."""
    is_open = shown.state == RequestState.ASKED and shown.approval is not None
    return (
        is_open
        and not request.actor.enterprise_id
        and request.actor.may(Act(shown.approval.act))  # type: ignore[union-attr]
        and shown.asked_by.user_id != request.user.pk
    )


def deed_of(request: ActorRequest, shown: LedgerRequest) -> list[tuple[Any, Any]]:
    """Exactly what will be done, in words: what the approval's fingerprint stands for."""
    if shown.kind == RequestKind.LOT:
        return lot_requests.deed_of(request, shown)
    asked = shown.content
    if shown.kind == RequestKind.CLOSE_PERIOD:
        return [
            (_("Quota period"), asked["period"]),
            (_("First day"), asked["first_day"]),
            (_("Last day"), asked["last_day"]),
        ]
    if shown.kind == RequestKind.RESTRICT:
        return [
            (_("Ledger account"), account_link(asked["account"])),
            (_("Holder"), asked["holder"]),
            (_("Restriction now"), Restriction(asked["from"]).label),
            (_("Restriction then"), Restriction(asked["to"]).label),
        ]
    return booking_of(asked)


def booking_of(asked: dict[str, Any]) -> list[tuple[str, Any]]:
    """The operation that will be booked, movement by movement."""
    ref = DocumentRef(*asked["document"])
    facts = [
        (_("Kind"), OperationType.objects.filter(pk=asked["kind"]).first() or asked["kind"]),
        (_("Document"), documents.links([ref], None)[ref].words),
    ]
    if asked["corrects"]:
        url = reverse("operation", args=[asked["corrects"]])
        facts.append((_("Corrects"), format_html('<a href="{}">{}</a>', url, asked["corrects"])))
    accounts = Account.objects.select_related("asset__pollutant", "asset__period").in_bulk(
        [pk for source, target, *_rest in asked["moves"] for pk in (source, target)]
    )
    for source, target, amount, _overflow in asked["moves"]:
        way = format_html("{} → {}", account_link(source), account_link(target))
        facts.append((way, amount_of(amount, accounts[source].asset)))
    return facts


def account_link(pk: int) -> Any:
    """An account by its number."""
    return format_html('<a href="{}">{}</a>', reverse("account", args=[pk]), pk)


@allow(Act.SEE_LEDGER, methods=("POST",))
def take_back_request(request: ActorRequest, ledger_request_id: int) -> HttpResponse:
    """Take an own request back."""
    shown = reach(request, ledger_request_id)
    if reason := reason_of(request):
        services.take_back_request(by=request.actor, request=shown, reason=reason)
        messages.success(request, _("The request is taken back."))
    return redirect("ledger_request", shown.pk)


@allow(Act.ADJUST_LEDGER, methods=("GET", "POST"))
def restrict_account(request: ActorRequest, account_id: int) -> HttpResponse:
    """Ask a second person to open, restrict or close an account; below, what was asked before."""
    shown = door(
        Account.objects.for_actor(request.actor).select_related("enterprise", "region", "asset"),
        pk=account_id,
    )
    form = RestrictForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            asked = services.ask_to_restrict(
                by=request.actor,
                account=shown,
                restriction=form.cleaned_data["restriction"],
                reason=form.cleaned_data["reason"],
                legal_basis=form.cleaned_data["legal_basis"],
                key=f"restrict:{form.cleaned_data['once']}",
                now=timezone.now(),
            )
            messages.success(request, _("Asked. A second person decides."))
            return redirect("ledger_request", asked.pk)
    context = {"account": shown, "form": form, "before": before_table(request, shown)}
    status = 422 if form.errors else 200
    return render(request, "ledger/restrict.html", context, status=status)


def before_table(request: ActorRequest, shown: Account) -> Table:
    """The restrictions asked for before: the account's history."""
    return Table(
        LedgerRequest.objects.filter(account=shown).select_related(
            "region", "period", "account", "asked_by__user"
        ),
        [
            Column("asked_at", _("Asked at"), kind="moment"),
            Column("about", _("About"), value=about),
            Column("reason", _("Reason")),
            Column("legal_basis", _("Legal basis")),
            Column("asked_by", _("Asked by"), value=lambda row: row.asked_by.user),
            Column("state", _("State"), kind="status", value=mark_of),
        ],
        request=request,
        caption=_("Restrictions so far"),
        row_url=lambda row: reverse("ledger_request", args=[row.pk]),
        empty=_("This account was never restricted."),
        can_export=False,
    )
