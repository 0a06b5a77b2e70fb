"""The kinds of operation: what each may move, who may start it, and its dated rules."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ledger import documents, services
from ledger.forms import OperationRuleForm
from ledger.models import OperationRule, OperationType
from ledger.models.accounts import PURPOSE_NAMES
from ledger.rules import ANY_PURPOSE
from parties.access import ActorRequest, allow
from parties.models.people import ROLE_NAMES
from parties.rules import ROLES, Act, Role
from shell.figures import NOTHING
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table

BREAK = SafeString("<br>")


@allow(Act.SEE_LEDGER)
def operation_types(request: ActorRequest) -> HttpResponse:
    """What each kind of operation may move and who may start it: the rule as data, in words."""
    rows = OperationType.objects.prefetch_related("movements")
    today = timezone.localdate()
    rules = OperationRule.objects.in_force(today).select_related("type", "region")
    kinds = Table(
        list(rows),
        [
            Column("name", _("Kind"), value=str),
            Column("code", _("Code"), kind="code"),
            Column("movements", _("May move"), value=movements),
            Column("starters", _("May be started by"), value=starters),
            Column("document_types", _("Document"), value=document_words),
            Column("note", _("Note")),
        ],
        request=request,
        caption=_("Kinds of operation"),
        page_size=200,
        can_export=False,
    )
    rule_table = Table(
        rules.order_by("type_id", "region_id"),
        rule_columns(),
        request=request,
        caption=_("Rules in force today"),
        page_size=200,
        can_export=False,
        name="rules",
    )
    context = {
        "table": kinds,
        "rules": rule_table,
        "can_edit": request.actor.may(Act.MANAGE_REGULATION),
    }
    return render(request, "ledger/operation_types.html", context)


def rule_columns() -> list[Column]:
    """What is shown of a dated rule."""
    return [
        Column("type", _("Kind"), value=lambda rule: rule.type),
        Column("region", _("Region"), value=lambda rule: rule.region or _("everywhere")),
        Column("valid_from", _("Valid from"), kind="date"),
        Column("needs_approval", _("Second person"), kind="status", value=second_person),
        Column("cool_off_workdays", _("Cool-off"), value=cool_off),
        Column("reversible_days", _("Reversible"), value=reversible),
        Column("backdate_days", _("Back-dating"), value=backdate),
        Column("legal_basis", _("Legal basis"), value=lambda rule: rule.legal_basis or NOTHING),
    ]


def lines(words: Iterable[Any]) -> Any:
    """One line each; a dash when there is none."""
    return format_html_join(BREAK, "{}", ((word,) for word in words)) or NOTHING


def movements(kind: OperationType) -> Any:
    """From which purpose to which, one line each."""
    names = {**{str(p): n for p, n in PURPOSE_NAMES.items()}, ANY_PURPOSE: _("any")}
    pairs = [(names[m.source_purpose], names[m.target_purpose]) for m in kind.movements.all()]
    return format_html_join(BREAK, "{} → {}", pairs)


def starters(kind: OperationType) -> Any:
    """The roles whose acts start it; nobody's act: the system itself."""
    acts = set(kind.starters)
    roles = [role for role in Role if acts & {str(act) for act in ROLES[role]}]
    return lines(ROLE_NAMES[role] for role in roles) if roles else _("the system only")


def document_words(kind: OperationType) -> Any:
    """The documents it stands on, in words."""
    known = documents.DOCUMENTS
    names = [known[code].name if code in known else code for code in kind.document_types]
    return lines(names)


def second_person(rule: OperationRule) -> Status | None:
    """Marked where a second person is needed."""
    return Status("active", _("needed")) if rule.needs_approval else None


def cool_off(rule: OperationRule) -> str:
    """The working days between request and booking."""
    if not rule.cool_off_workdays:
        return _("none")
    return _("%(days)s working days") % {"days": rule.cool_off_workdays}


def reversible(rule: OperationRule) -> str:
    """The days in words."""
    if not rule.reversible_days:
        return _("not at all")
    return _("%(days)s days") % {"days": rule.reversible_days}


def backdate(rule: OperationRule) -> str:
    """How long before its posting it may take effect."""
    if rule.backdate_days is None:
        return _("any open day")
    if not rule.backdate_days:
        return _("not at all")
    return _("%(days)s days") % {"days": rule.backdate_days}


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def operation_rule_new(request: ActorRequest) -> HttpResponse:
    """Enter how a kind is handled from a day on; the row before ends on its eve."""
    form = OperationRuleForm(
        request.POST if request.method == "POST" else None, actor=request.actor
    )
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            services.set_operation_rule(by=request.actor, **form.cleaned_data)
            messages.success(request, _("Rule entered; the one before ends on its eve."))
            return redirect("operation_types")
    return render(
        request,
        "ledger/operation_rule_form.html",
        {"form": form},
        status=422 if form.errors else 200,
    )
