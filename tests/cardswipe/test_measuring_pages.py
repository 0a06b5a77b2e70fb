"""Where people see and set whence figures come: rules, outlet, event, correction; its guards."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cardswipe import services
from cardswipe.models import (
    DischargeEvent,
    LoadCheckRule,
    LoadCorrection,
    LoadSourceRule,
    MarkRule,
    SubstitutionRule,
)
from cardswipe.provenance import proposals
from ledger.models import LedgerRequest
from parties.services import system_actor
from tests import factories_permits
from tests.cardswipe.test_own_sessions import LATER, session
from tests.cardswipe.test_own_sessions import minute as own_minute
from tests.cardswipe.test_own_sessions import rule as own_rule
from tests.factories_cards import KG, NOW, book, bound, load, permit, ready, report, substitution
from tests.factories_cards import hour as hour_report
from tests.factories_devices import take

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
NOON = NOW.replace(minute=0, second=0, microsecond=0)
DATED = {"valid_from": "2026-12-01", "legal_basis": "Notice 1", "reason": "hills"}
ONCE = "7d444840-9dc0-11d1-b245-5ffdce74fad2"


@pytest.fixture
def page(client, officer):
    client.force_login(officer.user)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def box(enterprise):
    permit(enterprise)
    made, box = bound(enterprise, event_source="HOUR")
    load(made, 100 * KG)
    return box


@pytest.fixture
def estimated(box, enterprise):
    """An hour that was filled, between two that were reported."""
    substitution(enterprise)
    for number in (0, 2):
        book(hour_report(box, NOON + number * HOUR), now=NOON + 5 * HOUR)
    services.fill_missing(by=system_actor("clock"), now=NOON + 5 * HOUR)
    return DischargeEvent.objects.get(is_estimate=True)


def text(page, name, *args, query=""):
    answer = page.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_rules_of_measurement_stand_on_one_page_with_what_is_switched_off(page):
    shown = text(page, "measuring_rules")
    for words in ("Data marks", "Comparing loads", "Substitution", "switched off", "HJ 75-2017"):
        assert words in shown
    assert reverse("measuring_rules") in text(page, "discharge_rules")


@pytest.mark.parametrize(
    ("name", "model", "fields"),
    [
        ("mark_rule_new", MarkRule, {"mark": "D", "treatment": "HOLD"}),
        (
            "substitution_rule_new",
            SubstitutionRule,
            {"medium": "AIR", "cause": "OUT", "longest_gap_h": "24", "least_capture": "900",
             "method": "MAX_HOURS", "window": "180", "wait_h": "72", "is_on": "on"},
        ),
        (
            "load_check_rule_new",
            LoadCheckRule,
            {"tolerance": "20", "least_valid_water": "1000", "least_valid_gas": "750",
             "least_day_water": "750", "least_day_gas": "833", "frozen_minutes": "60",
             "gap_minutes": "30", "implausible_times": "20", "clock_shift_s": "600"},
        ),
    ],
)  # fmt: skip
def test_an_officer_enters_each_kind_of_rule(page, city, name, model, fields):
    answer = page.post(reverse(name), {**DATED, **fields, "region": city.pk})
    assert answer.status_code == 302
    assert model.objects.get(region=city).legal_basis == "Notice 1"


@pytest.mark.parametrize("mark", ["", "AB", "中", " "])
def test_a_data_mark_is_one_letter(page, city, mark):
    values = {**DATED, "region": city.pk, "mark": mark, "treatment": "HOLD"}
    assert page.post(reverse("mark_rule_new"), values).status_code == 422


def test_what_is_debited_is_chosen_on_the_page_of_the_outlet(page, box):
    address = reverse("load_source_new", args=[box.outlet_id])
    assert address in text(page, "outlet", box.outlet_id)
    assert page.post(address, {**DATED, "source": "OWN"}).status_code == 302
    rule = LoadSourceRule.objects.get()
    assert (rule.outlet_id, rule.region_id) == (box.outlet_id, box.outlet.site.region_id)
    assert str(rule.outlet) in text(page, "measuring_rules")


def test_an_outlet_without_a_controller_says_why_not(page, enterprise):
    bare = factories_permits.outlet(factories_permits.site(enterprise), code="DW009")
    address = reverse("load_source_new", args=[bare.pk])
    answer = page.post(address, {**DATED, "source": "OWN"})
    assert answer.status_code == 422
    assert "C408" in answer.content.decode()


def test_an_estimate_is_marked_wherever_it_is_seen(page, box, estimated):
    assert "estimate" in text(page, "discharges")
    shown = text(page, "discharge", estimated.pk)
    assert "Filled by a substitution rule" in shown
    assert "greatest of 1 valid hours" in shown
    assert "substitution rule" in text(page, "outlet", box.outlet_id)
    later = (NOON + 9 * HOUR).astimezone(datetime.timezone(datetime.timedelta(hours=8)))
    query = f"?scale=hour&until={later:%Y-%m-%dT%H:%M}"
    assert reverse("discharge", args=[estimated.pk]) in text(
        page, "controller_readings", box.pk, query=query
    )


def test_a_later_report_is_adopted_by_a_correction(page, box, estimated, second_officer):
    book(hour_report(box, NOON + HOUR, 4 * KG), now=NOON + 6 * HOUR)
    (offer,) = proposals(estimated)
    assert (offer.loads, offer.cause) == ({"COD": 4 * KG}, "TRUE")
    address = reverse("correct_load", args=[estimated.pk])
    assert f"{address}?take={offer.source}" in text(page, "discharge", estimated.pk)
    form = page.get(f"{address}?take={offer.source}").content.decode()
    assert 'value="4"' in form
    sent = {"load_COD": "4", "cause": "TRUE", "reason": "late report", "once": ONCE}
    assert page.post(address, sent).status_code == 302
    request = LedgerRequest.objects.get()
    assert LoadCorrection.objects.get().request == request
    page.force_login(second_officer.user)
    decision = {"decision": "grant", "reason": "fine"}
    page.post(reverse("ledger_request", args=[request.pk]), decision)
    services.settle_corrections(by=system_actor("clock"), now=NOW)
    assert "corrected" in text(page, "discharge", estimated.pk)


@pytest.mark.parametrize(
    ("field", "value"), [("load_COD", "-1"), ("load_COD", ""), ("load_COD", "1e3"), ("reason", "")]
)
def test_a_bad_correction_comes_back_with_what_is_wrong(page, enterprise, field, value):
    _card, box = ready(enterprise)
    event = book(report(box))[0].event_id
    sent = {"load_COD": "1", "cause": "OTHER", "reason": "x", "once": ONCE, field: value}
    answer = page.post(reverse("correct_load", args=[event]), sent)
    assert answer.status_code == 422
    assert not LoadCorrection.objects.exists()


def test_a_switched_off_rule_offers_its_figure_for_information_only(box):
    book(hour_report(box, NOON, 2 * KG), now=NOON + 5 * HOUR)
    SubstitutionRule.objects.filter(medium="WATER").update(method="MAX_HOURS")
    marked = hour_report(box, NOON + HOUR, 9 * KG, is_estimate=True, marks="COD:D")
    event = DischargeEvent.objects.get(pk=book(marked, now=NOON + 5 * HOUR)[0].event_id)
    (offer,) = proposals(event)
    assert offer.loads == {"COD": 2 * KG}
    assert offer.doubt


CORRECTION = "event_id, pollutant_id, before, after, cause, request_id, state"
SOURCE = "region_id, valid_from, legal_basis, note, outlet_id, source"
FILLING = (
    "region_id, valid_from, legal_basis, note, medium, cause, longest_gap_h, least_capture, method,"
    ' "window", wait_h, is_on'
)
GUARDS = {
    "load_sources_of_an_outlet_never_overlap": (
        f"INSERT INTO cardswipe_loadsourcerule ({SOURCE}) SELECT {SOURCE}"
        " FROM cardswipe_loadsourcerule"
    ),
    "load_source_ends_after_it_begins": (
        "UPDATE cardswipe_loadsourcerule SET valid_to = valid_from - 1"
    ),
    "load_source_is_known": "UPDATE cardswipe_loadsourcerule SET source = 'X'",
    "substitution_rules_of_a_region_never_overlap": (
        f"INSERT INTO cardswipe_substitutionrule ({FILLING}) SELECT {FILLING}"
        " FROM cardswipe_substitutionrule"
    ),
    "substitution_rule_ends_after_it_begins": (
        "UPDATE cardswipe_substitutionrule SET valid_to = valid_from - 1"
    ),
    "substitution_rule_looks_back": 'UPDATE cardswipe_substitutionrule SET "window" = 0',
    "substitution_rule_waits_an_hour_to_a_month": (
        "UPDATE cardswipe_substitutionrule SET wait_h = 0"
    ),
    "estimate_is_not_updated": "UPDATE cardswipe_estimate SET gap_h = 1",
    "estimate_is_not_deleted": "DELETE FROM cardswipe_estimate",
    "estimate_is_not_truncated": "TRUNCATE cardswipe_estimate",
    "one_open_correction_per_load": (
        f"INSERT INTO cardswipe_loadcorrection ({CORRECTION}) SELECT event_id, pollutant_id,"
        " before, after, cause, request_id + 999, state FROM cardswipe_loadcorrection"
    ),
    "request_corrects_a_load_once": (
        f"INSERT INTO cardswipe_loadcorrection ({CORRECTION}) SELECT event_id, pollutant_id,"
        " before, after, cause, request_id, 'DROPPED' FROM cardswipe_loadcorrection"
    ),
    "correction_changes_something": (
        f"INSERT INTO cardswipe_loadcorrection ({CORRECTION}) SELECT event_id, 'TP', 1, 1, cause,"
        " request_id, state FROM cardswipe_loadcorrection"
    ),
    "load_correction_is_not_rewritten": "UPDATE cardswipe_loadcorrection SET after = after + 1",
    "load_correction_is_not_deleted": "DELETE FROM cardswipe_loadcorrection",
    "load_correction_is_not_truncated": "TRUNCATE cardswipe_loadcorrection CASCADE",
}


@pytest.mark.parametrize("guard", GUARDS)
def test_the_database_keeps_whence_figures_came(box, estimated, officer, guard):
    LoadSourceRule.objects.create(
        outlet=box.outlet, region=box.outlet.site.region, source="OWN", valid_from=NOW.date(),
        legal_basis="x",
    )  # fmt: skip
    services.ask_to_correct(
        by=officer, event=estimated, loads={"COD": 5}, cause="OTHER", reason="x", key="k", now=NOW
    )
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        # Nothing may wait for its check when TRUNCATE comes.
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {GUARDS[guard]}")
    assert guard in str(refused.value) + str(refused.value.__cause__)


def test_a_session_shows_both_sources_and_which_one_was_debited(page, enterprise):
    swiped = ready(enterprise)
    own_rule(swiped[1])
    take(own_minute(swiped[1], 0), session(swiped, kg="1.5"))
    assert "Sessions that wait for our integral" in text(page, "discharges")
    services.book_own_sessions(by=system_actor("clock"), now=LATER)
    assert "Sessions that wait for our integral" not in text(page, "discharges")
    event = DischargeEvent.objects.get()
    shown = text(page, "discharge", event.pk)
    assert "our integral; the device" in shown
    assert "1/6" in shown
    assert "too few valid minutes" in shown
    found = {one.source: (one.loads["COD"], one.doubt) for one in proposals(event)}
    assert found == {"device": (1_500_000, ""), "own": (240_000, "too few valid minutes")}
