"""The pure rules: state table, numbers, limits, terms, grants."""

import datetime
import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits import rules
from permits.rights import Amounts, Grant, grants
from permits.rules import Kind, LimitLine, State, Step, Term
from tests.refused import refused

DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", State)
def test_step_is_taken_only_from_the_states_of_the_table(state, step):
    sources, target = rules.STEPS[step]
    if state in sources:
        assert rules.next_state(state, step) == (target or state)
        assert step in rules.open_steps(state)
    else:
        with refused("P101"):
            rules.next_state(state, step)
        assert step not in rules.open_steps(state)


def test_closed_applications_stay_closed():
    assert all(not rules.open_steps(state) for state in rules.CLOSED_STATES)


def test_every_open_state_can_reach_issue_or_an_end():
    for state in set(State) - rules.CLOSED_STATES:
        assert rules.open_steps(state)


@pytest.mark.parametrize("step", sorted(rules.REASONED_STEPS))
def test_step_that_stops_or_refuses_needs_a_reason(step):
    with refused("P116"):
        rules.check_reason(step, " \n")
    rules.check_reason(step, "缺少环评批复")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("91350100M000100Y43001P", ("91350100M000100Y43", "001", "P")),
        ("91350100M0001TGQXM002V", ("91350100M0001TGQXM", "002", "V")),
        ("H9339901123456789a0019", ("H9339901123456789a", "001", "9")),
        ("H9339901000012345k001P", ("H9339901000012345k", "001", "P")),
    ],
)
def test_permit_number_is_read_into_its_parts(text, parts):
    number = rules.parse_permit_no(text)
    assert (number.uscc, number.site, number.mark) == parts
    assert str(number) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "91350100M000100Y43001",
        "91350100M000100Y43001p",
        "91350100M000100I43001P",
        "91350100M000100Y4３001P",
        "91350100M000100Y43001P\n",
        "H9339901123456789i001P",
        "H9339901123456789A001p",
    ],
)
def test_text_without_the_form_is_no_permit_number(text):
    assert rules.parse_permit_no(text) is None


def test_mark_is_entered_never_computed():
    for mark in "PVQ9":
        number = rules.permit_no_for(uscc="91350100M000100Y43", site_no="001", mark=mark)
        assert number.endswith(mark)
    with refused("P110"):
        rules.permit_no_for(uscc="91350100M000100Y43", site_no="001", mark="é")


def line(**changes):
    values = {
        "outlet": "DW001",
        "outlet_kind": "MAIN",
        "outlet_medium": "WATER",
        "pollutant": "COD",
        "pollutant_medium": "WATER",
        "concentration": Decimal(50),
        "quantity_per_year": 10**9,
    }
    return LimitLine(**values | changes)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("P104", {"outlet_kind": "GENERAL"}),
        ("P105", {"quantity_per_year": None}),
        ("P106", {"pollutant": "SO2", "pollutant_medium": "AIR"}),
        ("P109", {"concentration": None}),
        ("P109", {"concentration": Decimal(0)}),
        ("P109", {"concentration": Decimal("NaN")}),
        ("P118", {"quantity_per_year": 0}),
        ("P118", {"quantity_per_year": rules.MOST_PER_YEAR + 1}),
    ],
)
def test_limit_that_cannot_stand_is_refused(code, changes):
    with refused(code):
        rules.check_limit(line(**changes))


def test_waste_water_has_a_quantity_but_no_concentration():
    rules.check_limit(line(pollutant="WATER", concentration=None))


def test_limits_are_some_and_none_twice():
    with refused("P108"):
        rules.check_limits([])
    with refused("P107"):
        rules.check_limits([line(), line(concentration=Decimal(60))])


def test_total_is_the_sum_over_main_outlets():
    general = line(outlet="DW002", outlet_kind="GENERAL", quantity_per_year=None)
    both = [line(), line(outlet="DW003", quantity_per_year=5), general]
    assert rules.totals(both) == {"COD": 10**9 + 5}


@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2090, 12, 31)), st.integers(1, 8))
def test_term_of_years_ends_the_day_before_the_same_day(today, years):
    term = rules.term_for(Kind.APPLY, today=today, years=years, old=None)
    assert term.start == today
    after = term.end + DAY
    assert (after.year, after.month) == (today.year + years, today.month)
    assert after.day == today.day or (today.month, today.day, after.day) == (2, 29, 28)


def test_renewal_before_the_end_follows_it_and_after_it_begins_today():
    today = datetime.date(2026, 11, 20)
    running = Term(datetime.date(2022, 1, 1), datetime.date(2026, 12, 31))
    over = Term(datetime.date(2021, 1, 1), datetime.date(2025, 12, 31))
    follow = rules.term_for(Kind.RENEW, today=today, years=5, old=running)
    assert follow == Term(datetime.date(2027, 1, 1), datetime.date(2031, 12, 31))
    assert rules.term_for(Kind.RENEW, today=today, years=5, old=over).start == today
    assert rules.term_for(Kind.CHANGE, today=today, years=5, old=running) == running


quantities = st.dictionaries(st.sampled_from(["COD", "SO2", "TN"]), st.integers(1, 10**12))


@given(quantities, quantities, st.integers(0, 1500), st.integers(1, 3000))
def test_rights_on_every_day_are_what_the_new_version_permits(new, more, start, length):
    """Old rights and opened ones together make the new quantity, on each day of the new term."""
    first = datetime.date(2024, 1, 1)
    old_term = Term(first, first + 1825 * DAY)
    term = Term(first + start * DAY, first + (start + length) * DAY)
    old = dict(new)
    new = {code: new.get(code, 0) + more.get(code, 0) for code in set(new) | set(more)}
    found = grants(Kind.REAPPLY, new=amounts(new, term), old=amounts(old, old_term))
    for day in {term.start, min(old_term.end, term.end), term.end}:
        for code, quantity in new.items():
            held = old.get(code, 0) if old_term.start <= day <= old_term.end else 0
            held += sum(grant_on(grant, code, day) for grant in found)
            assert held == quantity


def grant_on(grant: Grant, code: str, day: datetime.date) -> int:
    runs = grant.term.start <= day <= grant.term.end
    return grant.quantity_per_year if runs and grant.pollutant == code else 0


def test_reapplication_for_less_than_granted_is_refused():
    term = Term(datetime.date(2026, 1, 1), datetime.date(2030, 12, 31))
    with refused("P115"):
        grants(Kind.REAPPLY, new=amounts({"COD": 5}, term), old=amounts({"COD": 6}, term))


def amounts(quantities, term, years=()):
    lines = [
        LimitLine("DW001", "MAIN", "WATER", code, "WATER", None, quantity, years)
        for code, quantity in quantities.items()
    ]
    return Amounts(lines, term)


@given(
    st.lists(st.integers(1, 9), min_size=5, max_size=5),
    st.dates(datetime.date(2024, 1, 1), datetime.date(2030, 12, 31)),
)
def test_years_of_a_term_open_what_each_year_permits(years, start):
    """On every anniversary and its eve exactly the quantity of that year is open, in one lot."""
    end = rules.add_years(start, 5) - DAY
    new = amounts({"COD": max(years)}, Term(start, end), tuple(years))
    found = grants(Kind.APPLY, new=new, old=amounts({}, None))
    for number, quantity in enumerate(years):
        first = rules.add_years(start, number)
        last = rules.add_years(start, number + 1) - DAY
        for day in (first, last):
            assert [
                grant_on(grant, "COD", day) for grant in found if grant_on(grant, "COD", day)
            ] == [quantity]
    assert len(found) == 1 + sum(a != b for a, b in itertools.pairwise(years))


@pytest.mark.parametrize(
    ("votes", "result"),
    [
        ({1: "FOR", 2: "FOR", 3: "AGAINST"}, "FOR"),
        ({1: "FOR", 2: "AGAINST"}, "AGAINST"),
        ({1: "FOR", 2: "ABSTAIN", 3: "ABSTAIN"}, "AGAINST"),
    ],
)
def test_panel_is_for_only_with_more_than_half_of_its_members(votes, result):
    assert rules.panel_result(votes) == result


@pytest.mark.parametrize("votes", [{}, {1: "FOR", 2: ""}])
def test_panel_without_all_votes_has_no_result(votes):
    with refused("P121"):
        rules.panel_result(votes)


@pytest.mark.parametrize(
    ("kind", "management_class", "has_site_check", "clock"),
    [
        (Kind.APPLY, "SIMPLIFIED", True, "DECIDE_SIMPLIFIED"),
        (Kind.APPLY, "KEY", False, "DECIDE_KEY"),
        (Kind.REAPPLY, "KEY", True, "DECIDE_KEY_SITE_CHECK"),
        (Kind.RENEW, "KEY", True, "DECIDE_RENEWAL"),
    ],
)
def test_decision_clock_follows_kind_class_and_site_check(
    kind, management_class, has_site_check, clock
):
    found = rules.decision_clock(kind, management_class, has_site_check=has_site_check)
    assert found == clock


def test_canonical_content_has_one_form_and_no_nan():
    assert rules.canonical({"b": 1, "a": "排污"}) == '{"a":"排污","b":1}'.encode()
    with pytest.raises(ValueError, match="Out of range"):
        rules.canonical({"a": float("nan")})
