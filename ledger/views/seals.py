"""Sealing the statement of an account, and the page of a sealed one."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger import receipts, services
from ledger.figures import amount_of
from ledger.forms import StatementForm
from ledger.models import Account, SealedStatement
from ledger.refusals import StatementNotSealed
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.figures import second

TABLE = "ledger_sealedstatement"


@allow(Act.SEE_LEDGER, methods=("POST",))
def seal(request: ActorRequest, account_id: int) -> HttpResponse:
    """Seal the statement on the page as it stands now."""
    shown = door(Account.objects.for_actor(request.actor), pk=account_id)
    form, now = StatementForm(request.POST), timezone.now()
    if not form.is_valid():
        raise StatementNotSealed
    made = services.seal_statement(by=request.actor, account=shown, span=form.span(now), now=now)
    return redirect("sealed_statement", made.pk)


def reach(request: ActorRequest, seal_id: int) -> SealedStatement:
    rows = SealedStatement.objects.for_actor(request.actor).select_related(
        "account__enterprise", "account__region", "account__asset__pollutant",
        "account__asset__period", "sealed_by__user",
    )  # fmt: skip
    return door(rows, pk=seal_id)


@allow(Act.SEE_LEDGER)
def sealed_statement(request: ActorRequest, seal_id: int) -> HttpResponse:
    """What was sealed, and its receipt."""
    shown = reach(request, seal_id)
    url = reverse("sealed_receipt", args=[shown.pk])
    context = {
        "sealed": shown,
        "facts": facts_of(shown),
        "proof": receipts.facts_of(TABLE, shown.pk, url),
    }
    return render(request, "ledger/sealed_statement.html", context)


def facts_of(shown: SealedStatement) -> list[tuple[str, Any]]:
    """The sealed figures."""
    asset = shown.account.asset
    days = {"first": shown.first_date, "last": shown.last_date, "order": shown.ordering}
    address = f"{reverse('account', args=[shown.account_id])}?first={days['first']}"
    address += f"&last={days['last']}&order={days['order']}"
    words = _("Statement of these days as it stands today")
    return [
        (_("Days"), f"{shown.first_date} – {shown.last_date}"),
        (_("Opening balance"), amount_of(shown.opening, asset)),
        (_("Closing balance"), amount_of(shown.closing, asset)),
        (_("Movements"), shown.line_count),
        (
            _("SHA-256 of the lines"),
            format_html('<code class="digest">{}</code>', bytes(shown.content_sha256).hex()),
        ),
        (_("Sealed at"), second(shown.sealed_at)),
        (_("Statement"), format_html('<a href="{}">{}</a>', address, words)),
    ]


@allow(Act.SEE_LEDGER)
def sealed_receipt(request: ActorRequest, seal_id: int) -> HttpResponse:
    """The receipt of a sealed statement."""
    return receipts.as_file(TABLE, reach(request, seal_id).pk)
