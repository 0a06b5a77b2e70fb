"""Regulation of permits: legal terms, the catalogue, what must be on file, sizes; dated rows."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.access import ActorRequest, allow, door
from parties.queries import timeline
from parties.rules import Act
from permits import services
from permits.admission import Effect
from permits.admission_forms import NegativeItemForm, VerificationMethodForm, ZoneForm
from permits.catalogue_tables import catalogue_columns
from permits.models import (
    AttachmentRule,
    CatalogueEntry,
    LegalClock,
    NegativeItem,
    ReviewDuty,
    RightsRule,
    VerificationMethod,
    Zone,
)
from permits.queries.dated import rules_for
from permits.queries.desk import calendar_gaps
from permits.services.attachments import megabytes
from permits.work_forms import (
    AttachmentRuleForm,
    EndPermitRuleForm,
    LegalClockForm,
    PermitRuleForm,
    ReviewDutyForm,
    RightsRuleForm,
)
from shell.dated import place, term_columns
from shell.refusals import refusals_to
from shell.tables import Column, Status, Table, table_page

from .forms import form_page, posted


def dated() -> list[Column]:
    return [
        Column("region", _("Region"), value=place),
        *term_columns(),
        Column("legal_basis", _("Legal basis")),
    ]


def dated_briefly() -> list[Column]:
    """For tables with much text: the last day and the legal basis stand on the row's own page."""
    region, first_day, _last_day, standing, _basis = dated()
    return [region, first_day, standing]


def clock_columns() -> list[Column]:
    return [
        Column("act", _("Act")),
        Column(
            "amount",
            _("Length of term"),
            value=lambda row: f"{row.amount} {row.get_unit_display()}",
        ),
    ]


def duty_columns() -> list[Column]:
    return [
        Column("get_duty_display", _("What must be on file")),
        Column(
            "kind",
            _("Kind of application"),
            value=lambda row: row.get_kind_display() if row.kind else _("every"),
        ),
        Column(
            "management_class",
            _("Management class"),
            value=lambda row: (
                row.get_management_class_display() if row.management_class else _("every")
            ),
        ),
    ]


def size_columns() -> list[Column]:
    return [
        Column(
            "most_bytes", _("Largest file"), value=lambda row: f"{megabytes(row.most_bytes)} MB"
        ),
        Column(
            "most_bytes_in_all",
            _("All files of an enterprise"),
            value=lambda row: f"{megabytes(row.most_bytes_in_all)} MB",
        ),
    ]


def zone_columns() -> list[Column]:
    return [
        Column("code", _("Code"), kind="code"),
        Column("zone", _("Zone"), value=lambda row: str(row).removeprefix(f"{row.code} ")),
        Column("get_kind_display", _("Kind of zone")),
    ]


def item_columns() -> list[Column]:
    return [
        Column("industry", _("Industry"), kind="code"),
        Column(
            "zone_kind",
            _("Kind of zone"),
            value=lambda row: row.get_zone_kind_display() if row.zone_kind else _("every"),
        ),
        Column(
            "get_effect_display",
            _("Effect"),
            kind="status",
            tone=lambda row: "closed" if row.effect == Effect.BAN else "yellow",
        ),
        Column("text", _("As the list says")),
    ]


def method_columns() -> list[Column]:
    return [Column("rank", _("Order"), kind="count"), Column("__str__", _("Method"))]


def rights_columns() -> list[Column]:
    return [Column("get_issued_when_display", _("Certificates of rights are issued"))]


def rule_table(
    request: ActorRequest,
    model: Any,
    columns: list[Column],
    caption: str,
    name: str,
    *,
    tail: list[Column] | None = None,
) -> Table:
    """The rows of one kind that this bureau goes by."""
    return Table(
        rules_for(model, request.actor),
        [*columns, *(tail or dated())],
        request=request,
        caption=caption,
        row_url=lambda row: reverse(name, args=[row.pk]),
        empty=_("No row yet."),
        name=name,
        page_size=200,
    )


@allow(Act.SEE_DESK)
def permit_regulation(request: ActorRequest) -> HttpResponse:
    """What holds for applications and reviews, by region and date."""
    clocks = rule_table(request, LegalClock, clock_columns(), _("Legal terms"), "legal_clock")
    context = {
        "duties": rule_table(
            request, ReviewDuty, duty_columns(), _("Before a permit is granted"), "review_duty"
        ),
        "sizes": rule_table(
            request, AttachmentRule, size_columns(), _("Sizes of attachments"), "attachment_rule"
        ),
        "zones": rule_table(request, Zone, zone_columns(), _("Zones"), "zone"),
        "items": rule_table(
            request, NegativeItem, item_columns(), _("Negative list"), "negative_item"
        ),
        "methods": rule_table(
            request, VerificationMethod, method_columns(), _("Methods of verification"), "method"
        ),
        "rights": rule_table(
            request, RightsRule, rights_columns(), _("Certificates of rights"), "rights_rule"
        ),
        "catalogue": rule_table(
            request,
            CatalogueEntry,
            catalogue_columns(),
            _("Catalogue of management classes"),
            "catalogue_entry",
            tail=dated_briefly(),
        ),
        "calendar_gaps": calendar_gaps(request.actor, timezone.localdate()),
        "can_edit": request.actor.may(Act.MANAGE_REGULATION),
    }
    return table_page(request, "permits/regulation.html", clocks, context)


def enter(request: ActorRequest, form_class: type[Any], title: str) -> HttpResponse:
    """Enter a row; the alike one before it ends on its eve."""
    form: PermitRuleForm = form_class(
        posted(request), actor=request.actor, initial={"region": request.actor.region}
    )
    if form.is_valid():
        with refusals_to(form):
            rule: Any = form.rule()  # type: ignore[attr-defined]
            services.enter_permit_rule(
                by=request.actor, rule=rule, reason=form.cleaned_data["reason"]
            )
            messages.success(request, _("Entered; the row before it ends on its eve."))
            return redirect("permit_regulation")
    return form_page(request, "permits/regulation_form.html", form, {"title": title})


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def legal_clock_new(request: ActorRequest) -> HttpResponse:
    """Enter a legal term of the own region."""
    return enter(request, LegalClockForm, _("New legal term"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def review_duty_new(request: ActorRequest) -> HttpResponse:
    """Enter what must be on file before a permit is granted."""
    return enter(request, ReviewDutyForm, _("New duty of the review"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def attachment_rule_new(request: ActorRequest) -> HttpResponse:
    """Enter how large files may be."""
    return enter(request, AttachmentRuleForm, _("New size of attachments"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def rights_rule_new(request: ActorRequest) -> HttpResponse:
    """Enter when certificates of rights are issued."""
    return enter(request, RightsRuleForm, _("When certificates of rights are issued"))


@allow(Act.SEE_DESK, methods=("GET", "POST"))
def rights_rule(request: ActorRequest, rights_rule_id: int) -> HttpResponse:
    """One rule of certificates of rights."""
    return one(request, RightsRule, rights_rule_id, rights_columns(), _("Certificates of rights"))


def one(
    request: ActorRequest, model: Any, pk: int, columns: list[Column], title: str
) -> HttpResponse:
    """One row: what it says, its history, and the form that ends it."""
    rule = door(rules_for(model, request.actor), pk=pk)
    region = rule.region_id or ""
    is_own = request.actor.may(Act.MANAGE_REGULATION) and region.startswith(
        request.actor.region_prefix
    )
    form = EndPermitRuleForm(posted(request) if is_own else None)
    if is_own and form.is_valid():
        with refusals_to(form):
            services.end_permit_rule(
                by=request.actor,
                rule=rule,
                last_day=form.cleaned_data["last_day"],
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The last day is entered."))
            return redirect(request.path)
    facts = [(column.label, shown(column, rule)) for column in [*columns, *dated()]]
    context = {
        "title": title,
        "facts": [*facts, (_("Note"), rule.note or "–")],
        "may_end": is_own and rule.valid_to is None,
        "events": timeline(rule),
    }
    return form_page(request, "permits/regulation_rule.html", form, context)


def shown(column: Column, rule: Any) -> Any:
    """The value in words."""
    found = column.shown(rule)
    return found.word if isinstance(found, Status) else found


@allow(Act.SEE_DESK, methods=("GET", "POST"))
def legal_clock(request: ActorRequest, legal_clock_id: int) -> HttpResponse:
    """One legal term."""
    return one(request, LegalClock, legal_clock_id, clock_columns(), _("Legal term"))


@allow(Act.SEE_DESK, methods=("GET", "POST"))
def review_duty(request: ActorRequest, review_duty_id: int) -> HttpResponse:
    """One duty of the review."""
    return one(request, ReviewDuty, review_duty_id, duty_columns(), _("Before a permit is granted"))


@allow(Act.SEE_DESK, methods=("GET", "POST"))
def attachment_rule(request: ActorRequest, attachment_rule_id: int) -> HttpResponse:
    """One rule of sizes."""
    return one(
        request, AttachmentRule, attachment_rule_id, size_columns(), _("Sizes of attachments")
    )


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def zone_new(request: ActorRequest) -> HttpResponse:
    """Enter an environmental control unit."""
    return enter(request, ZoneForm, _("New zone"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def negative_item_new(request: ActorRequest) -> HttpResponse:
    """Enter a line of the negative list."""
    return enter(request, NegativeItemForm, _("New line of the negative list"))


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def method_new(request: ActorRequest) -> HttpResponse:
    """Enter a method of verification."""
    return enter(request, VerificationMethodForm, _("New method of verification"))


@allow(Act.SEE_DESK, methods=("GET", "POST"))
def zone(request: ActorRequest, zone_id: int) -> HttpResponse:
    """One zone."""
    return one(request, Zone, zone_id, zone_columns(), _("Zone"))


@allow(Act.SEE_DESK, methods=("GET", "POST"))
def negative_item(request: ActorRequest, negative_item_id: int) -> HttpResponse:
    """One line of the negative list."""
    return one(request, NegativeItem, negative_item_id, item_columns(), _("Negative list"))


@allow(Act.SEE_DESK, methods=("GET", "POST"))
def method(request: ActorRequest, method_id: int) -> HttpResponse:
    """One method of verification."""
    return one(
        request, VerificationMethod, method_id, method_columns(), _("Method of verification")
    )
