"""The monthly plan: split, warned of, and moved on application."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswipe import services
from cardswipe.models import Alarm, Reallocation, ValveOrder, Voucher, WarningLevel
from cardswipe.plans import MonthLine, Term, even_split, months_of
from cardswipe.queries.plans import plan_of
from cardswipe.rules import StepBase
from ledger import queries
from parties.models import Notice
from parties.services import system_actor
from tests.factories_cards import (
    KG,
    NOW,
    alarms,
    balance,
    book,
    bound,
    card,
    load,
    period,
    permit,
    ready,
    report,
    step,
)
from tests.refused import refused

NOVEMBER, DECEMBER = datetime.date(2026, 11, 1), datetime.date(2026, 12, 1)
DAYS = st.dates(datetime.date(2024, 1, 1), datetime.date(2027, 12, 31))
TERMS = st.lists(st.tuples(st.integers(1, 10**12), DAYS, DAYS), max_size=4)


@given(st.integers(0, 10**15), DAYS, st.integers(0, 800), TERMS)
def test_the_months_together_are_the_whole_quota(granted, start, days, terms):
    end = start + datetime.timedelta(days=days)
    shares = even_split(granted, start, end, [Term(*term) for term in terms])
    assert sum(shares.values()) == granted
    assert min(shares.values()) >= 0
    assert list(shares) == months_of(start, end)


def test_a_right_that_begins_in_november_plans_nothing_before():
    year = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)
    shares = even_split(420, *year, [Term(365, datetime.date(2026, 11, 20), year[1])])
    assert {m.month: share for m, share in shares.items() if share} == {11: 110, 12: 310}


@pytest.mark.parametrize(
    ("planned", "used", "percent"), [(100, 79, 79), (100, 130, 130), (0, 0, 0), (0, 1, 100)]
)
def test_the_used_share_of_a_month(planned, used, percent):
    assert MonthLine(NOVEMBER, planned, 0, used).percent == percent


@pytest.fixture
def planned(enterprise, db):
    """A card with 300 kg COD; the permit gives about 0.3 t for the rest of November."""
    step(enterprise, 80, base=StepBase.MONTH)
    step(enterprise, 100, base=StepBase.MONTH, level="RED", closes_valve=True)
    return ready(enterprise, 900 * KG)


def line(enterprise, month=NOVEMBER):
    return plan_of(enterprise, period(enterprise), "COD").month(month)


def watch(now=NOW):
    return services.watch_months(by=system_actor("clock"), now=now)


def test_the_plan_is_shown_against_what_main_outlets_discharged(enterprise, planned):
    book(report(planned[1], 40 * KG), report(planned[1], 2 * KG))
    shown = line(enterprise)
    assert (shown.used, shown.left) == (42 * KG, shown.even - 42 * KG)
    assert line(enterprise, DECEMBER).used == 0


def test_a_month_over_its_plan_is_warned_of_once_and_shuts_the_valve(enterprise, planned):
    book(report(planned[1], line(enterprise).planned * 85 // 100))
    watch()
    watch()
    assert alarms(enterprise) == [("MONTH", 80, 1)]
    assert "2026-11" in Alarm.objects.get().sentence
    book(report(planned[1], line(enterprise).left))
    watch()
    assert alarms(enterprise) == [("MONTH", 100, 1), ("MONTH", 80, 1)][::-1]
    order = ValveOrder.objects.get()
    assert (order.action, order.cause, order.state) == ("CLOSE", "RULE", "REQUESTED")


def test_a_new_month_lets_go_what_the_old_one_held(enterprise, planned):
    book(report(planned[1], line(enterprise).planned))
    watch()
    watch(now=NOW + datetime.timedelta(days=12))
    assert alarms(enterprise) == []
    assert WarningLevel.objects.get(month=NOVEMBER).percent == 0
    assert ValveOrder.objects.get().outcome == "withdrawn"


def test_without_a_step_for_months_nobody_is_warned(enterprise, db):
    book(report(ready(enterprise, 900 * KG)[1], 500 * KG))
    assert watch() == 0
    assert alarms(enterprise) == []


def ask(agent, enterprise, **changed):
    values = {
        "by": agent,
        "enterprise": enterprise,
        "period": period(enterprise),
        "pollutant": "COD",
        "quantity": 50 * KG,
        "from_month": DECEMBER,
        "to_month": NOVEMBER,
        "reason": "旺季提前",
        "key": "form",
        "now": NOW,
    }
    return services.ask_to_move_months(**values | changed)


def decide(asked, officer, *, granted=True):
    return services.decide_reallocation(
        by=officer, asked=asked, granted=granted, reason="同意", now=NOW
    )


def test_a_granted_move_between_months_changes_the_plan_and_nothing_else(
    enterprise, planned, agent, officer
):
    before = line(enterprise), line(enterprise, DECEMBER)
    asked = ask(agent, enterprise)
    assert line(enterprise) == before[0]
    decide(asked, officer)
    assert line(enterprise).planned == before[0].planned + 50 * KG
    assert line(enterprise, DECEMBER).planned == before[1].planned - 50 * KG
    assert balance(planned[0]) == 900 * KG


def test_a_granted_move_ends_the_warning_of_the_month(enterprise, planned, agent, officer):
    book(report(planned[1], line(enterprise).planned))
    watch()
    asked = ask(agent, enterprise, quantity=line(enterprise).planned // 2)
    decide(asked, officer)
    assert alarms(enterprise) == []


def test_both_sides_are_told(enterprise, planned, agent, officer):
    Notice.objects.all().delete()
    asked = ask(agent, enterprise)
    said = Notice.objects.latest("pk")
    assert said.bureau is not None
    assert "旺季提前" in said.text_zh
    decide(asked, officer, granted=False)
    told = Notice.objects.latest("pk")
    assert (told.enterprise, told.link) == (enterprise, f"/reallocations/{asked.pk}/")
    assert "refused" in told.text_en


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("C231", {"from_month": NOVEMBER}),
        ("C232", {"to_month": datetime.date(2027, 1, 1)}),
        ("C233", {"to_month": datetime.date(2026, 10, 1)}),
        ("C234", {"quantity": 10**13}),
    ],
)
def test_a_move_that_cannot_be_is_refused(enterprise, planned, agent, code, changed):
    with refused(code):
        ask(agent, enterprise, **changed)
    assert Reallocation.objects.count() == 0


def test_the_form_sent_twice_is_one_application_and_one_decision(
    enterprise, planned, agent, officer
):
    first = ask(agent, enterprise)
    assert ask(agent, enterprise) == first
    decide(first, officer)
    with refused("C236"):
        decide(first, officer)
    assert line(enterprise).moved == 50 * KG


def test_what_no_longer_fits_when_granted_is_refused_then(enterprise, planned, agent, officer):
    asked = ask(agent, enterprise, quantity=line(enterprise, DECEMBER).left)
    decide(ask(agent, enterprise, key="other"), officer)
    with refused("C234"):
        decide(asked, officer)
    asked.refresh_from_db()
    assert asked.state == "ASKED"


def test_who_asks_never_decides(enterprise, planned, officer):
    with refused("A201"):
        decide(ask(officer, enterprise), officer)


def test_an_application_is_taken_back_by_its_maker_only(enterprise, planned, agent, officer):
    asked = ask(agent, enterprise)
    with refused("A207"):
        services.take_back_reallocation(by=officer, asked=asked, reason="x", now=NOW)
    done = services.take_back_reallocation(by=agent, asked=asked, reason="误填", now=NOW)
    assert done.state == "BACK"


@pytest.fixture
def pair(enterprise, db):
    """Two cards of an enterprise; the first holds 100 kg."""
    permit(enterprise)
    first, second = bound(enterprise)[0], card(enterprise)
    load(first)
    return first, second


def ask_cards(agent, pair, **changed):
    values = {
        "by": agent,
        "from_card": pair[0],
        "to_card": pair[1],
        "period": period(pair[0].enterprise),
        "pollutant": "COD",
        "quantity": 30 * KG,
        "reason": "二号口用量增加",
        "key": "form",
        "now": NOW,
    }
    return services.ask_to_move_cards(**values | changed)


def test_a_granted_move_between_cards_is_one_posting_with_a_voucher_on_each(agent, officer, pair):
    done = decide(ask_cards(agent, pair), officer)
    assert (balance(pair[0]), balance(pair[1])) == (70 * KG, 30 * KG)
    out, into = done.voucher_out, done.voucher_in
    assert (out.card, into.card) == pair
    assert (out.lines.get().after, into.lines.get().after) == (70 * KG, 30 * KG)
    assert out.operation_id == into.operation_id
    assert list(queries.verify(only=queries.ROW_CODES)) == []
    assert Voucher.objects.count() == 3


def test_what_was_moved_goes_back_to_its_lot_when_the_card_is_cancelled(agent, officer, pair):
    decide(ask_cards(agent, pair), officer)
    pair[1].refresh_from_db()
    services.cancel_card(by=officer, card=pair[1], now=NOW)
    assert balance(pair[1]) == 0
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_a_move_between_cards_that_cannot_be_is_refused(agent, pair, rival):
    with refused("C231"):
        ask_cards(agent, pair, to_card=pair[0])
    with refused("C235"):
        ask_cards(agent, pair, to_card=card(rival.enterprise))
    with refused("C212"):
        ask_cards(agent, pair, quantity=101 * KG)
    services.report_lost(by=agent, card=pair[1], now=NOW)
    pair[1].refresh_from_db()
    with refused("C201"):
        ask_cards(agent, pair)
