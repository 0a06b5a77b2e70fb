"""One operation with all of its transfers."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger import documents, receipts
from ledger.figures import amount_of
from ledger.models import Account, Operation, Transfer
from ledger.rules import DocumentRef
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.figures import NOTHING, second
from shell.tables import Column, Table


@allow(Act.SEE_LEDGER)
def operation(request: ActorRequest, operation_id: int) -> HttpResponse:
    """One atomic act: who, when, why, by which document, and what it moved."""
    rows = Operation.objects.for_actor(request.actor).select_related(
        "kind", "by__user", "reverses", "approval"
    )
    shown = door(rows, pk=operation_id)
    undone = Operation.objects.filter(reverses=shown).first()
    context = {
        "operation": shown,
        "undone": undone,
        "facts": facts_of(request, shown, undone),
        "table": transfer_table(request, shown),
        "proof": receipts.facts_of(
            "ledger_operation", shown.pk, reverse("operation_receipt", args=[shown.pk])
        ),
    }
    return render(request, "ledger/operation.html", context)


def facts_of(
    request: ActorRequest, shown: Operation, undone: Operation | None
) -> list[tuple[str, Any]]:
    """What stands at the head of an operation."""
    ref = DocumentRef(shown.document_type, shown.document_id)
    link = documents.links([ref], request.actor)[ref]
    words = format_html('<a href="{}">{}</a>', link.url, link.words) if link.url else link.words
    facts = [
        (_("Posted"), second(shown.posted_at)),
        (_("Effective on"), shown.effective_date.isoformat()),
        (_("By"), f"{shown.by.user} · {shown.by.get_role_display()}"),
        (_("Document"), words),
        (_("Reason"), shown.reason or NOTHING),
    ]
    if shown.approval_id:
        facts.append((_("Approval"), approval_link(request, shown)))
    if shown.reverses_id:
        facts.append((_("Reverses"), operation_link(shown.reverses_id)))
    if undone:
        facts.append((_("Reversed by"), operation_link(undone.pk)))
    if shown.corrects_id:
        facts.append((_("Corrects"), operation_link(shown.corrects_id)))
    corrections = shown.corrections.order_by("pk").values_list("pk", flat=True)
    facts += [(_("Corrected by"), operation_link(pk)) for pk in corrections]
    facts.append((_("Key"), format_html("<code>{} {}</code>", shown.scope, shown.key)))
    return facts


def operation_link(pk: int) -> Any:
    """Another operation, which touches the same accounts."""
    return format_html('<a href="{}">{}</a>', reverse("operation", args=[pk]), pk)


def approval_link(request: ActorRequest, shown: Operation) -> Any:
    """The second person's approval; its page is the bureau's."""
    words = _("approval %(number)s") % {"number": shown.approval_id}
    if request.actor.enterprise_id:
        return words
    try:
        url = reverse("approval", args=[shown.approval_id])
    except NoReverseMatch:
        return words
    return format_html('<a href="{}">{}</a>', url, words)


def transfer_table(request: ActorRequest, shown: Operation) -> Table:
    """The transfers; of accounts out of reach only the purpose is told."""
    transfers = list(
        Transfer.objects.filter(operation=shown, posted_at=shown.posted_at).order_by("line")
    )
    ids = {pk for t in transfers for pk in (t.source_id, t.target_id)}
    accounts = Account.objects.select_related(
        "enterprise", "region", "asset__pollutant", "asset__period"
    ).in_bulk(ids)
    own = set(
        Account.objects.for_actor(request.actor).filter(pk__in=ids).values_list("pk", flat=True)
    )

    def side(pk: int) -> Any:
        return side_of(accounts[pk], is_own=pk in own)

    def after(pk: int, balance: int) -> Any:
        return amount_of(balance, accounts[pk].asset) if pk in own else NOTHING

    return Table(
        transfers,
        [
            Column("asset", _("Counts"), value=lambda t: accounts[t.source_id].asset),
            Column("source", _("From account"), value=lambda t: side(t.source_id)),
            Column(
                "source_balance",
                _("holds then"),
                kind="amount",
                value=lambda t: after(t.source_id, t.source_balance),
            ),
            Column("target", _("To account"), value=lambda t: side(t.target_id)),
            Column(
                "target_balance",
                _("holds then"),
                kind="amount",
                value=lambda t: after(t.target_id, t.target_balance),
            ),
            Column(
                "amount",
                _("Amount"),
                kind="amount",
                value=lambda t: amount_of(t.amount, accounts[t.source_id].asset),
            ),
        ],
        request=request,
        caption=_("Transfers"),
        page_size=500,
        can_export=False,
    )


def side_of(account: Account, *, is_own: bool) -> Any:
    """An account in words, as a link where this person may see it."""
    purpose = account.get_purpose_display()
    if not is_own:
        return purpose
    words = f"{purpose} · {account.enterprise or account.region}"
    return format_html('<a href="{}">{}</a>', reverse("account", args=[account.pk]), words)
