"""Events without an open quota period: booked late or dismissed by officers, none forgotten."""

import datetime
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from cardswipe import services
from cardswipe.late import MOST, LateAct, check_choice
from cardswipe.models import DailyTotal, DischargeEvent, LateDecision
from cardswipe.queries.booked import booked_loads
from cardswipe.queries.late import debited_sums, waiting_by_controller, waiting_count
from ledger import queries
from ledger.fault_words import spoken
from ledger.models import Operation, OperationRule, OperationType, QuotaPeriod
from ledger.rules import Purpose
from ledger.services import decide_request, set_operation_rule
from parties.models import Approval, Notice
from parties.services import system_actor
from tests import factories_cards
from tests.factories_cards import KG, NOW, TODAY, alarms, balance, book, held, report
from tests.refused import refused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
LAST_YEAR = NOW - 365 * DAY


@pytest.fixture
def box(enterprise):
    """A controller in whose city the year before is closed; its card holds 100 kg this year."""
    factories_cards.permit(enterprise)
    card = factories_cards.card(enterprise, now=NOW - 500 * DAY)
    made = factories_cards.controller(enterprise)
    services.bind_card(by=system_actor("demo"), card=card, controller=made, now=NOW - 499 * DAY)
    factories_cards.load(card)
    year = TODAY.year - 1
    QuotaPeriod.objects.create(
        region_id="339900",
        label=str(year),
        start_date=datetime.date(year, 1, 1),
        end_date=datetime.date(year, 12, 31),
        state="CLOSED",
    )
    return made


def come_late(box, *quantities, at=LAST_YEAR):
    """Events of a day in the closed year, as they arrive now."""
    hour = datetime.timedelta(hours=1)
    reports = [
        report(box, q, started_at=at + n * hour, ended_at=at + n * hour)
        for n, q in enumerate(quantities)
    ]
    ids = [said.event_id for said in book(*reports)]
    return list(DischargeEvent.objects.filter(pk__in=ids).order_by("pk"))


def decide(by, events, act=LateAct.BOOK, **given):
    values = {"reason": "上年数据补传", "key": f"{act}-{events[0].pk}", "now": NOW} | given
    return services.decide_late(by=by, act=act, events=events, **values)


def grant(by, decision, *, granted=True):
    return services.settle_late(by=by, decision=decision, granted=granted, reason="属实", now=NOW)


def states(events):
    found = DischargeEvent.objects.filter(pk__in=[event.pk for event in events])
    return set(found.values_list("state", flat=True))


def verified():
    return list(queries.verify(only=queries.ROW_CODES))


def card_of(box):
    return box.bindings.get().card


def test_an_event_of_a_closed_period_waits_and_the_officer_is_told(box, enterprise):
    (event,) = come_late(box, 30 * KG)
    assert event.state == "WAITING"
    assert ("LATE", None, 1) in alarms(enterprise)
    assert services.book_waiting(by=system_actor("clock"), now=NOW) == 0
    assert balance(card_of(box)) == 100 * KG
    assert verified() == []


def test_a_booking_moves_nothing_until_a_second_officer_grants_it(
    box, enterprise, officer, second_officer
):
    events = come_late(box, 30 * KG, 5 * KG)
    asked = decide(officer, events)
    assert (asked.state, states(events)) == ("ASKED", {"WAITING"})
    assert balance(card_of(box)) == 100 * KG
    done = grant(second_officer, asked)
    assert (done.state, states(events)) == ("DONE", {"BOOKED"})
    assert balance(card_of(box)) == 65 * KG
    assert held(enterprise, Purpose.DISCHARGED) == 35 * KG
    assert verified() == []


def test_a_late_operation_is_of_today_and_names_the_old_day_and_period(
    box, officer, second_officer
):
    events = come_late(box, 30 * KG)
    done = grant(second_officer, decide(officer, events))
    (booked,) = Operation.objects.filter(kind_id="LATE_DISCHARGE")
    assert (booked.scope, booked.document_id) == ("DISCHARGE", events[0].pk)
    assert (booked.effective_date, booked.by, booked.approval) == (TODAY, officer, done.approval)
    old = timezone.localdate(LAST_YEAR)
    assert f"{old.isoformat()} ({old.year}) · 上年数据补传" in booked.reason


def test_what_the_card_lacks_is_overrun_and_the_alarm_of_waiting_events_ends(
    box, enterprise, officer, second_officer
):
    grant(second_officer, decide(officer, come_late(box, 130 * KG)))
    assert balance(card_of(box)) == 0
    assert held(enterprise, Purpose.OVERRUN) == -30 * KG
    kinds = [kind for kind, _percent, _times in alarms(enterprise)]
    assert "OVERRUN" in kinds
    assert "LATE" not in kinds


@pytest.mark.parametrize(("right", "left"), [(20, 80), (40, 60)])
def test_what_was_booked_late_is_corrected_like_any_other(
    box, officer, second_officer, right, left
):
    events = come_late(box, 30 * KG)
    grant(second_officer, decide(officer, events))
    asked = services.ask_to_correct(
        by=officer, event=events[0], loads={"COD": right * KG}, cause="SAMPLE", reason="比对监测",
        key="correct-late", now=NOW,
    )  # fmt: skip
    decide_request(by=second_officer, request=asked, granted=True, reason="属实", now=NOW)
    assert booked_loads(events[0]) == {"COD": right * KG}
    assert balance(card_of(box)) == left * KG
    assert verified() == []


def test_a_dismissed_event_debits_nothing_and_may_be_taken_up_again(box, officer, second_officer):
    events = come_late(box, 30 * KG)
    grant(second_officer, decide(officer, events, LateAct.DISMISS))
    assert states(events) == {"DISMISSED"}
    assert balance(card_of(box)) == 100 * KG
    assert DailyTotal.objects.get(pollutant_id="COD").quantity == 30 * KG
    assert verified() == []
    again = decide(officer, events, LateAct.TAKE_UP)
    assert (again.state, states(events)) == ("DONE", {"WAITING"})
    grant(second_officer, decide(officer, events, key="second time"))
    assert states(events) == {"BOOKED"}
    assert verified() == []


def test_a_report_repeated_after_its_dismissal_stays_dismissed(box, officer, second_officer):
    late = report(box, 30 * KG, started_at=LAST_YEAR, ended_at=LAST_YEAR)
    (said,) = book(late)
    events = [DischargeEvent.objects.get(pk=said.event_id)]
    grant(second_officer, decide(officer, events, LateAct.DISMISS))
    assert [again.verdict for again in book(late)] == ["REPEATED"]
    assert states(events) == {"DISMISSED"}


def test_a_refused_or_withdrawn_decision_leaves_the_events_waiting(box, officer, second_officer):
    events = come_late(box, 30 * KG)
    refused_one = grant(second_officer, decide(officer, events), granted=False)
    asked = decide(officer, events, key="again")
    back = services.take_back_late(by=officer, decision=asked, reason="误填", now=NOW)
    assert (refused_one.state, back.state, states(events)) == ("REFUSED", "BACK", {"WAITING"})
    with refused("C257"):
        grant(second_officer, asked)


def test_where_the_table_asks_for_no_second_person_it_is_done_at_once(box, city, officer):
    set_operation_rule(
        by=officer,
        type=OperationType.objects.get(code="LATE_DISCHARGE"),
        region=city,
        valid_from=TODAY,
        needs_approval=False,
        cool_off_workdays=0,
        reversible_days=0,
        legal_basis="地方做法",
    )
    events = come_late(box, 30 * KG)
    assert (decide(officer, events).state, states(events)) == ("DONE", {"BOOKED"})
    assert not Approval.objects.filter(subject_type="late_decision").exists()
    assert OperationRule.objects.of_region("LATE_DISCHARGE", city, TODAY).region == city


def test_the_same_form_twice_is_one_decision(box, officer):
    events = come_late(box, 30 * KG)
    assert decide(officer, events) == decide(officer, events)
    assert LateDecision.objects.count() == 1


def test_who_asks_never_grants_and_two_decisions_never_meet(box, officer, second_officer):
    events = come_late(box, 30 * KG)
    asked = decide(officer, events)
    with refused("A201"):
        grant(officer, asked)
    with refused("C256"):
        decide(second_officer, events, LateAct.DISMISS)


def test_what_cannot_be_decided_is_refused(box, enterprise, officer):
    events = come_late(box, 30 * KG)
    with refused("C252"):
        decide(officer, events, LateAct.TAKE_UP)
    other = factories_cards.controller(enterprise, code="DW002")
    with refused("C253"):
        decide(officer, [*events, *come_late(other, KG)])
    QuotaPeriod.objects.filter(start_date__year=TODAY.year).update(state="CLOSED")
    with refused("C255"):
        decide(officer, events)


def test_an_event_whose_period_was_opened_meanwhile_is_left_to_the_clock(box, officer):
    day = NOW - 800 * DAY
    events = come_late(box, KG, at=day)
    QuotaPeriod.objects.create(
        region_id="339900",
        label="old",
        start_date=day.date() - DAY,
        end_date=day.date() + DAY,
    )
    with refused("C254"):
        decide(officer, events)


def test_a_grant_comes_too_late_when_the_period_it_names_is_over(box, officer, second_officer):
    asked = decide(officer, come_late(box, KG))
    with refused("C258"):
        services.settle_late(
            by=second_officer, decision=asked, granted=True, reason="", now=NOW + 60 * DAY
        )


@pytest.mark.parametrize(("code", "found"), [("C250", []), ("C251", ["WAITING"] * (MOST + 1))])
def test_no_event_and_too_many_are_refused(code, found):
    with refused(code):
        check_choice(LateAct.BOOK, found)


def test_events_of_closed_periods_never_keep_others_from_their_turn(box, officer):
    come_late(box, KG, KG, KG)
    period = QuotaPeriod.objects.get(start_date__year=TODAY.year)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        QuotaPeriod.objects.filter(pk=period.pk).update(state="CLOSED")
        book(report(box, 7 * KG))
        QuotaPeriod.objects.filter(pk=period.pk).update(state="OPEN")
        cursor.execute("SET session_replication_role = origin")
    assert services.book_waiting(by=system_actor("clock"), now=NOW, limit=1) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("BOOKED", "no operation debits it"),
        ("DISMISSED", "no officer dismissed it"),
        ("NOT_DEBITED", "it has a load to debit"),
    ],
)
def test_the_check_finds_an_event_neither_debited_waiting_nor_dismissed(box, state, words):
    (event,) = come_late(box, KG)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE cardswipe_dischargeevent SET state = %s", [state])
        cursor.execute("SET session_replication_role = origin")
    (fault,) = queries.verify(only=["V17"])
    assert (fault.check, fault.row) == ("V17", f"event {event.pk}")
    assert words in fault.text
    with translation.override("zh-hans"):
        assert spoken(fault.text).startswith(f"状态 {state}")


def test_the_enterprise_hears_what_was_decided(box, enterprise, officer, second_officer):
    done = grant(second_officer, decide(officer, come_late(box, KG)))
    told = Notice.objects.filter(enterprise=enterprise).latest("pk")
    assert told.link == f"/late-decisions/{done.pk}/"
    assert "上年数据补传" in told.text_zh


def test_the_desk_lists_what_waits_by_controller(box, officer, rival):
    events = come_late(box, 30 * KG, 5 * KG)
    (row,) = waiting_by_controller(officer)
    assert (row.controller, row.count, row.closed) == (box, 2, (str(TODAY.year - 1),))
    assert debited_sums(DischargeEvent.objects.all()) == {"COD": 35 * KG}
    assert waiting_by_controller(rival) == []
    decide(officer, events)
    assert waiting_count(officer) == 0


def signed_in(actor):
    client = Client()
    client.force_login(actor.user)
    return client


def test_an_officer_books_from_the_desk_and_the_second_grants(box, officer, second_officer):
    (event,) = come_late(box, 30 * KG)
    page = signed_in(officer)
    assert f"/late-events/{box.pk}/" in page.get("/late-events/").content.decode()
    assert "/late-events/" in page.get("/home/").content.decode()
    assert f"?event={event.pk}" in page.get(f"/discharges/{event.pk}/").content.decode()
    day = timezone.localdate(LAST_YEAR).isoformat()
    form = {"first_day": day, "last_day": day, "reason": "补传", "act": "book"}
    form["once"] = "8f2f8c5e-4f3c-4d52-8f39-0d6d7a1f3c12"
    answer = page.post(f"/late-events/{box.pk}/", form)
    made = LateDecision.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/late-decisions/{made.pk}/")
    form = {"reason": "属实", "decision": "grant", "once": form["once"]}
    assert signed_in(second_officer).post(answer.url, form).status_code == 302
    event.refresh_from_db()
    assert event.state == "BOOKED"


def test_days_without_events_are_refused_on_the_page(box, officer):
    come_late(box, KG)
    day = TODAY.isoformat()
    form = {"first_day": day, "last_day": day, "reason": "x", "act": "dismiss"}
    form["once"] = "8f2f8c5e-4f3c-4d52-8f39-0d6d7a1f3c13"
    answer = signed_in(officer).post(f"/late-events/{box.pk}/", form)
    assert answer.status_code == 422
    assert "C250" in answer.content.decode()


@pytest.mark.parametrize("act", [{}, {"act": ""}, {"act": "BOOK"}])
def test_events_are_neither_booked_nor_dismissed_unless_that_is_said(box, officer, act):
    come_late(box, KG)
    day = timezone.localdate(LAST_YEAR).isoformat()
    form = {"first_day": day, "last_day": day, "reason": "x", "once": str(uuid.uuid4())} | act
    answer = signed_in(officer).post(f"/late-events/{box.pk}/", form)
    assert (answer.status_code, "C259" in answer.text) == (422, True)
    assert not LateDecision.objects.exists()


@pytest.mark.parametrize("decision", [{}, {"decision": ""}, {"decision": "GRANT"}])
def test_a_late_decision_is_neither_granted_nor_refused_unless_that_is_said(
    box, officer, second_officer, decision
):
    asked = decide(officer, come_late(box, KG))
    form = {"reason": "x", "once": str(uuid.uuid4())} | decision
    answer = signed_in(second_officer).post(f"/late-decisions/{asked.pk}/", form)
    assert (answer.status_code, "C305" in answer.text) == (422, True)
    asked.refresh_from_db()
    assert asked.state == "ASKED"


def test_an_enterprise_sees_what_waits_and_cannot_decide(box, agent):
    come_late(box, KG)
    page = signed_in(agent)
    said = page.get(f"/late-events/{box.pk}/").content.decode()
    assert 'name="act"' not in said
    assert page.post(f"/late-events/{box.pk}/", {"reason": "x"}).status_code == 200
    assert not LateDecision.objects.exists()
