"""Regulation of measuring: valid figures, comparing both sources, substitution, what is debited."""

from decimal import Decimal

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cardswipe import services
from cardswipe.marks import mark_word
from cardswipe.measuring_forms import (
    LoadCheckRuleForm,
    LoadSourceForm,
    MarkRuleForm,
    SubstitutionRuleForm,
)
from cardswipe.models import GasStateRule, LoadCheckRule, LoadSourceRule, MarkRule, SubstitutionRule
from cardswipe.models.factors import MarkTreatment
from cardswipe.substitution import Method
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.dated import place
from shell.tables import Column, Status, table_page
from shell.units import plain

from .gas_states import state_columns
from .regulation import enter, enter_at_outlet, one, outlet_link, rule_table

HOME = "measuring_rules"
TREATMENT_TONES = {
    MarkTreatment.ACCEPT: "normal",
    MarkTreatment.ESTIMATE: "yellow",
    MarkTreatment.HOLD: "unknown",
}


def share(thousandths: int) -> str:
    """A share as people write it: 5 %, 97.5 %."""
    return f"{plain(Decimal(thousandths) / 10)} %"


def tolerance_word(row: LoadCheckRule) -> str:
    return share(row.tolerance)


def valid_word(row: LoadCheckRule) -> str:
    """How much of an hour and of a day must be valid."""
    terms = row.terms()
    return _("water %(water)s and %(water_h)s h, gas %(gas)s and %(gas_h)s h") % {
        "water": share(row.least_valid_water),
        "water_h": terms.least_hours(is_water_medium=True),
        "gas": share(row.least_valid_gas),
        "gas_h": terms.least_hours(is_water_medium=False),
    }


def doubt_word(row: LoadCheckRule) -> str:
    return _("frozen %(frozen)s min, gap %(gap)s min, %(times)s times the limit") % {
        "frozen": row.frozen_minutes,
        "gap": row.gap_minutes,
        "times": row.implausible_times,
    }


def check_columns() -> list[Column]:
    return [
        Column("tolerance", _("Tolerance"), value=tolerance_word),
        Column("least_valid", _("Valid, of an hour and of a day"), value=valid_word),
        Column("doubt", _("Doubtful after"), value=doubt_word),
        Column("region", _("Region"), value=place),
    ]


def treatment_status(row: MarkRule) -> Status:
    return Status(TREATMENT_TONES[MarkTreatment(row.treatment)], row.get_treatment_display())


def mark_columns() -> list[Column]:
    return [
        Column("mark", _("Data mark"), value=lambda row: mark_word(row.mark)),
        Column("treatment", _("Treatment"), kind="status", value=treatment_status),
        Column("region", _("Region"), value=place),
    ]


def case_word(row: SubstitutionRule) -> str:
    """When the row applies."""
    parts = [row.get_medium_display(), row.get_cause_display()]
    if row.longest_gap_h:
        parts.append(_("up to %(hours)s h") % {"hours": row.longest_gap_h})
    if row.least_capture:
        parts.append(_("capture from %(share)s") % {"share": share(row.least_capture)})
    return " · ".join(str(part) for part in parts)


def filling_word(row: SubstitutionRule) -> str:
    """What the row fills with."""
    given = {"count": row.window, "wait": row.wait_h}
    if row.method == Method.MAX_HOURS:
        return _("after %(wait)s h: greatest of the last %(count)s valid hours") % given
    return _("after %(wait)s h: 1/24 of the greatest of the last %(count)s valid days") % given


def on_status(row: SubstitutionRule) -> Status:
    return Status("normal", _("switched on")) if row.is_on else Status("neutral", _("switched off"))


def substitution_columns() -> list[Column]:
    return [
        Column("case", _("Case"), value=case_word),
        Column("filling", _("Filled with"), value=filling_word),
        Column("is_on", _("Use"), kind="status", value=on_status),
        Column("region", _("Region"), value=place),
    ]


def source_columns() -> list[Column]:
    return [
        Column("source", _("Debited"), value=lambda row: row.get_source_display()),
        Column("outlet", _("Outlet"), value=outlet_link),
        Column("region", _("Region"), value=place),
    ]


@allow(Act.SEE_CONTROLLERS)
def measuring_rules(request: ActorRequest) -> HttpResponse:
    """What makes a figure valid, how both sources compare, what fills gaps, what is debited."""
    checks = rule_table(
        request, LoadCheckRule, check_columns(), _("Comparing loads"), "load_check_rule"
    )
    context = {
        "marks": rule_table(request, MarkRule, mark_columns(), _("Data marks"), "mark_rule"),
        "substitutions": rule_table(
            request,
            SubstitutionRule,
            substitution_columns(),
            _("Substitution"),
            "substitution_rule",
        ),
        "sources": rule_table(
            request,
            LoadSourceRule,
            source_columns(),
            _("What is debited"),
            "load_source_rule",
            related=["outlet__site__enterprise"],
        ),
        "gas_states": rule_table(
            request,
            GasStateRule,
            state_columns(),
            _("State of gas"),
            "gas_state_rule",
            related=["outlet__site__enterprise"],
        ),
        "can_edit": request.actor.may(Act.MANAGE_REGULATION),
    }
    return table_page(request, "cardswipe/measuring.html", checks, context)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def check_new(request: ActorRequest) -> HttpResponse:
    """Enter when an hour's data are doubtful."""
    return enter(request, LoadCheckRuleForm, _("New rule of comparison"), HOME)


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def check(request: ActorRequest, load_check_rule_id: int) -> HttpResponse:
    """One rule of comparison."""
    rows, columns = LoadCheckRule.objects, check_columns()
    return one(request, rows, load_check_rule_id, columns, _("Rule of comparison"), HOME)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def mark_new(request: ActorRequest) -> HttpResponse:
    """Enter what a data mark means."""
    return enter(request, MarkRuleForm, _("New rule of a data mark"), HOME)


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def mark(request: ActorRequest, mark_rule_id: int) -> HttpResponse:
    """One rule of a data mark."""
    columns, title = mark_columns(), _("Rule of a data mark")
    return one(request, MarkRule.objects, mark_rule_id, columns, title, HOME)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def substitution_new(request: ActorRequest) -> HttpResponse:
    """Enter with what hours without valid data are filled."""
    return enter(request, SubstitutionRuleForm, _("New rule of substitution"), HOME)


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def substitution(request: ActorRequest, substitution_rule_id: int) -> HttpResponse:
    """One rule of substitution."""
    rows, columns = SubstitutionRule.objects, substitution_columns()
    return one(request, rows, substitution_rule_id, columns, _("Rule of substitution"), HOME)


@allow(Act.SEE_CONTROLLERS, methods=("GET", "POST"))
def source(request: ActorRequest, load_source_rule_id: int) -> HttpResponse:
    """One rule of what is debited at an outlet."""
    rows, columns = LoadSourceRule.objects, source_columns()
    return one(request, rows, load_source_rule_id, columns, _("What is debited"), HOME)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def source_new(request: ActorRequest, outlet_id: int) -> HttpResponse:
    """Say which source of an outlet's hours and card sessions is debited."""
    title = _("What is debited at %(outlet)s")
    return enter_at_outlet(request, outlet_id, LoadSourceForm, services.set_load_source, title)
