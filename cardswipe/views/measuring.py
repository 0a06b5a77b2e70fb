"""Regulation of measuring: when an hour's data are doubtful."""

from decimal import Decimal

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cardswipe.measuring_forms import LoadCheckRuleForm
from cardswipe.models import LoadCheckRule
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.dated import place
from shell.tables import Column, table_page

from .regulation import enter, one, rule_table

HOME = "measuring_rules"


def tolerance_word(row: LoadCheckRule) -> str:
    return share(row.tolerance)


def share(thousandths: int) -> str:
    """A share as people write it: 5 %, 97.5 %."""
    return f"{(Decimal(thousandths) / 10).normalize():f} %"


def valid_word(row: LoadCheckRule) -> str:
    return _("water %(water)s, gas %(gas)s") % {
        "water": share(row.least_valid_water),
        "gas": share(row.least_valid_gas),
    }


def day_word(row: LoadCheckRule) -> str:
    terms = row.terms()
    return _("water %(water)s h, gas %(gas)s h") % {
        "water": terms.least_hours(is_water_medium=True),
        "gas": terms.least_hours(is_water_medium=False),
    }


def doubt_word(row: LoadCheckRule) -> str:
    return _("frozen %(frozen)s min, gap %(gap)s min, %(times)s times the limit") % {
        "frozen": row.frozen_minutes,
        "gap": row.gap_minutes,
        "times": row.implausible_times,
    }


def check_columns() -> list[Column]:
    return [
        Column("tolerance", _("Tolerated difference"), value=tolerance_word),
        Column("least_valid", _("Valid minutes, at least"), value=valid_word),
        Column("least_day", _("Valid hours of a day, at least"), value=day_word),
        Column("doubt", _("Doubtful after"), value=doubt_word),
        Column("region", _("Region"), value=place),
    ]


@allow(Act.SEE_CONTROLLERS)
def measuring_rules(request: ActorRequest) -> HttpResponse:
    """What makes a figure valid, and how the two sources of a load are compared."""
    checks = rule_table(
        request, LoadCheckRule, check_columns(), _("Comparing loads"), "load_check_rule"
    )
    context = {"can_edit": request.actor.may(Act.MANAGE_REGULATION)}
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
