"""Pages of cards, vouchers, events, alarms, valves and the board, as people use them."""

import datetime
import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from cardswipe.models import Alarm, Card, Controller, ValveOrder, Voucher
from cardswipe.queries.home import cards_home, todos
from ledger.models import QuotaPeriod
from tests import factories_cards as made
from tests import factories_ledger
from tests.factories_cards import KG, alarms, balance, book, bound, card, ready, report, step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    """The pages read the clock; it stands where the factories act."""
    time_machine.move_to(made.NOW + datetime.timedelta(minutes=5), tick=False)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def browser(member) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.user)
    return client


@pytest.fixture
def loaded(enterprise):
    return ready(enterprise)


def load_form(**changes):
    period = QuotaPeriod.objects.get(start_date__lte=made.TODAY, end_date__gte=made.TODAY)
    once = str(uuid.uuid4())
    return {"quantity_COD": "0.050", "mode": "YEARLY", "once": once, "period": period.pk} | changes


def test_loading_a_card_takes_quantities_then_a_check_then_the_voucher(loaded, agent):
    held, _box = loaded
    client, address, form = browser(agent), f"/cards/{held.pk}/load/", load_form()
    check = client.post(address, form)
    assert "Nothing is booked yet" in check.content.decode()
    assert "0.150" in check.content.decode()
    assert balance(held) == 100 * KG
    done = client.post(address, form | {"confirmed": "1"}, follow=True)
    assert "CZ339901-000002" in done.content.decode()
    assert balance(held) == 150 * KG
    client.post(address, form | {"confirmed": "1"})
    assert (Voucher.objects.count(), balance(held)) == (2, 150 * KG)


@pytest.mark.parametrize("typed", ["1e3", "NaN", "-1", "１２", "0.0001", "1,5", "Infinity", "٣"])
def test_quantities_that_are_no_plain_number_are_refused_at_the_field(loaded, agent, typed):
    held, _box = loaded
    answer = browser(agent).post(f"/cards/{held.pk}/load/", load_form(quantity_COD=typed))
    assert answer.status_code == 422
    assert re.search(r"\[S10\d\]", answer.content.decode())
    assert balance(held) == 100 * KG


def test_more_than_available_is_refused_with_what_there_is(loaded, agent):
    held, _box = loaded
    answer = browser(agent).post(f"/cards/{held.pk}/load/", load_form(quantity_COD="9000"))
    assert answer.status_code == 422
    assert "[C208]" in answer.content.decode()


def test_a_form_without_any_quantity_is_refused(loaded, agent):
    held, _box = loaded
    answer = browser(agent).post(f"/cards/{held.pk}/load/", load_form(quantity_COD=""))
    assert "[C210]" in answer.content.decode()


def test_quantity_goes_back_to_the_lots_by_the_page(loaded, agent):
    held, _box = loaded
    form = {"quantity_COD": "0.03", "reason": "限产", "once": str(uuid.uuid4())}
    browser(agent).post(f"/cards/{held.pk}/unload/", form | {"confirmed": "1"})
    assert balance(held) == 70 * KG


@pytest.mark.parametrize(("state", "code"), [("LOST", "C201"), ("CANCELLED", "C202")])
def test_a_blocked_card_cannot_be_loaded(loaded, agent, state, code):
    held, _box = loaded
    times = {"lost_at": made.NOW} if state == "LOST" else {"closed_at": made.NOW}
    Card.objects.filter(pk=held.pk).update(state=state, **times)
    answer = browser(agent).get(f"/cards/{held.pk}/load/")
    assert answer.status_code == 409
    assert code in answer.content.decode()


def test_an_enterprise_without_permit_is_told_why_it_cannot_load(enterprise, agent):
    held, _box = bound(enterprise)
    address = f"/cards/{held.pk}/load/"
    assert "No quota period is open" in browser(agent).get(address).content.decode()
    factories_ledger.lot(enterprise)
    assert "No permit in force" in browser(agent).get(address).content.decode()


def test_an_officer_issues_binds_replaces_and_cancels(enterprise, officer):
    made.permit(enterprise)
    box = made.controller(enterprise)
    client = browser(officer)
    once = {"once": str(uuid.uuid4())}
    form = {"enterprise": enterprise.pk, "physical_no": "CHIPX1"} | once
    assert client.post("/cards/issue/", form).status_code == 302
    held = Card.objects.get(physical_no="CHIPX1")
    client.post(f"/cards/{held.pk}/bind/", {"controller": box.pk} | once)
    assert "in use" in client.get(f"/cards/{held.pk}/").content.decode()
    again = {"physical_no": "CHIPX2", "reason": "磨损"} | once
    client.post(f"/cards/{held.pk}/replace/", again)
    new = Card.objects.get(physical_no="CHIPX2")
    assert new.state == "ACTIVE"
    client.post(f"/cards/{new.pk}/unbind/{box.pk}/")
    client.post(f"/cards/{new.pk}/cancel/", {"reason": "停产"} | once)
    new.refresh_from_db()
    assert new.state == "CANCELLED"


def test_a_chip_number_in_small_letters_is_refused(enterprise, officer):
    form = {"enterprise": enterprise.pk, "physical_no": "chip", "once": str(uuid.uuid4())}
    assert browser(officer).post("/cards/issue/", form).status_code == 422


def test_an_agent_reports_the_card_lost_and_the_officer_finds_it(loaded, agent, officer):
    held, _box = loaded
    form = {"lost_at": "2026-11-20T18:00", "reason": "遗失", "once": str(uuid.uuid4())}
    assert browser(agent).post(f"/cards/{held.pk}/lost/", form).status_code == 302
    held.refresh_from_db()
    assert held.state == "LOST"
    browser(officer).post(f"/cards/{held.pk}/found/")
    held.refresh_from_db()
    assert held.state == "ACTIVE"


def test_the_card_page_shows_balance_and_statement_with_its_documents(loaded, agent):
    held, box = loaded
    book(report(box, 30 * KG))
    page = browser(agent).get(f"/cards/{held.pk}/").content.decode()
    assert "0.070" in page
    assert "CZ339901-000001" in page
    assert "−0.030" in page
    part = browser(agent).get(f"/cards/{held.pk}/holdings/").content.decode()
    assert "0.070" in part
    empty = browser(agent).get(f"/cards/{held.pk}/?month=2026-02").content.decode()
    assert "No movement in this month." in empty


def test_an_event_leads_back_to_card_voucher_lot_and_permit(loaded, agent):
    held, box = loaded
    answer = book(report(box, 30 * KG))[0]
    page = browser(agent).get(f"/discharges/{answer.event_id}/").content.decode()
    permit_no = Voucher.objects.get().permit_no
    for found in (held.card_no, "CZ339901-000001", "339901-COD-2026", permit_no):
        assert found in page
    listed = browser(agent).get("/discharges/?first_day=2026-11-20&last_day=2026-11-20")
    assert f"/discharges/{answer.event_id}/" in listed.content.decode()
    none = browser(agent).get("/discharges/?last_day=2026-11-19").content.decode()
    assert f"/discharges/{answer.event_id}/" not in none


def test_an_alarm_is_shown_to_both_and_handled_by_the_bureau(loaded, agent, officer, enterprise):
    _held, box = loaded
    book(report(box, 130 * KG))
    found = Alarm.objects.get(kind="OVERRUN")
    assert "0.030 t" in browser(agent).get("/alarms/").content.decode()
    client = browser(officer)
    once = {"once": str(uuid.uuid4())}
    assert client.post(f"/alarms/{found.pk}/handle/", once).status_code == 422
    client.post(f"/alarms/{found.pk}/handle/", {"handling": "已约谈"} | once)
    assert "已约谈" in client.get(f"/alarms/{found.pk}/").content.decode()
    assert ("OVERRUN", None, 1) not in alarms(enterprise)
    assert "No open alarm" in client.get("/alarms/").content.decode()
    assert "handled" in client.get("/alarms/?state=all").content.decode()


def test_two_officers_move_a_valve(loaded, officer, second_officer):
    _held, box = loaded
    once = {"once": str(uuid.uuid4())}
    asked = {"action": "CLOSE", "reason": "数据异常"} | once
    first = browser(officer).post(f"/controllers/{box.pk}/valve/", asked, follow=True)
    assert "a second person must decide" in first.content.decode()
    order = ValveOrder.objects.get()
    decision = {"decision": "grant", "reason": "同意"} | once
    own = browser(officer).post(f"/valve-orders/{order.pk}/decide/", decision)
    assert "[A201]" in own.content.decode()
    browser(second_officer).post(f"/valve-orders/{order.pk}/decide/", decision)
    order.refresh_from_db()
    assert order.state == "REQUESTED"
    assert "waits for the controller" in browser(officer).get("/valve-orders/").content.decode()


def test_the_board_puts_alarms_first_and_says_unknown_for_the_silent(loaded, officer, rival):
    _held, box = loaded
    book(report(box, 130 * KG))
    quiet = bound(rival.enterprise)[1]
    Controller.objects.filter(pk=box.pk).update(last_seen_at=timezone.now())
    page = browser(officer).get("/board/").content.decode()
    assert page.index(str(box.outlet.site.enterprise)) < page.index(str(rival.enterprise))
    assert "off-line: unknown" in page
    assert "never heard from" in page
    assert quiet.last_seen_at is None
    other = browser(officer).get("/board/?county=339902").content.decode()
    assert str(rival.enterprise) in other  # a county that is not there filters nothing


def test_the_quota_page_shows_bars_trend_and_plan(loaded, agent, enterprise):
    _held, box = loaded
    book(report(box, 30 * KG))
    client = browser(agent)
    page = client.get("/quota/?trend=NH3N").content.decode()
    assert "month plan per day" in page
    assert "0.030" in page
    part = client.get(f"/quota/{enterprise.pk}/part/").content.decode()
    assert "<html" not in part
    assert "last 30 days" in part


def test_a_bureau_chooses_an_enterprise_first(loaded, officer, enterprise):
    page = browser(officer).get("/quota/").content.decode()
    assert f"/quota/{enterprise.pk}/" in page
    assert browser(officer).get(f"/quota/{enterprise.pk}/").status_code == 200


def test_homes_list_cards_alarms_and_waiting_orders(loaded, agent, officer, second_officer):
    held, box = loaded
    step(held.enterprise, 80)
    book(report(box, 85 * KG))
    assert cards_home(held.enterprise, timezone.now())["card_rows"][0].card == held
    assert [line["route"] for line in todos(agent)] == ["alarm"]
    browser(officer).post(
        f"/controllers/{box.pk}/valve/",
        {"action": "CLOSE", "reason": "x", "once": str(uuid.uuid4())},
    )
    assert "valve_order" in [line["route"] for line in todos(second_officer)]
    assert "valve_order" not in [line["route"] for line in todos(officer)]


def test_empty_pages_say_why(agent, officer):
    assert "No card has been issued yet" in browser(agent).get("/cards/").content.decode()
    assert "No discharge has been reported" in browser(agent).get("/discharges/").content.decode()
    assert "No quota period is open" in browser(agent).get("/quota/").content.decode()
    assert "No controller is registered" in browser(officer).get("/board/").content.decode()


def test_cards_are_paged_and_found_by_number(enterprise, officer):
    wanted = [card(enterprise) for _ in range(3)][1]
    page = browser(officer).get(f"/cards/?q={wanted.card_no}").content.decode()
    assert page.count("row-link") == 1


def test_the_voucher_is_a_pdf_that_is_the_same_each_time(loaded, agent):
    made_voucher = Voucher.objects.get()
    address = f"/vouchers/{made_voucher.pk}/voucher.pdf"
    first, second = (browser(agent).get(address) for _ in range(2))
    assert first["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content
    assert f"{made_voucher.voucher_no}.pdf" in first["Content-Disposition"]


def test_an_enterprise_applies_on_its_plan_and_the_officer_grants(loaded, agent, officer):
    home = f"/quota/{agent.enterprise_id}/months/"
    page = browser(agent).get(home).content.decode()
    assert "2026-11" in page
    assert "Apply for a reallocation" in page
    form = {"source": "2026-12-01", "target": "2026-11-01", "quantity": "0.05", "reason": "peak"}
    form["once"] = str(uuid.uuid4())
    sent = browser(agent).post(f"{home}move/?pollutant=COD", form)
    assert "peak" in browser(officer).get(sent["Location"]).content.decode()
    decision = {"decision": "grant", "reason": "fits", "once": str(uuid.uuid4())}
    browser(officer).post(sent["Location"], decision)
    assert "granted" in browser(agent).get(sent["Location"]).content.decode()
    assert "2026-12 → 2026-11" in browser(agent).get(home).content.decode()


def test_too_much_between_months_comes_back_with_the_reason(loaded, agent):
    form = {"source": "2026-12-01", "target": "2026-11-01", "quantity": "900", "reason": "x"}
    form["once"] = str(uuid.uuid4())
    address = f"/quota/{agent.enterprise_id}/months/move/?pollutant=COD"
    answer = browser(agent).post(address, form)
    assert (answer.status_code, "C234" in answer.content.decode()) == (422, True)


def test_an_application_between_cards_is_taken_back_on_its_page(loaded, agent):
    other = card(agent.enterprise)
    form = {"target": other.pk, "quantity": "0.01", "reason": "x", "once": str(uuid.uuid4())}
    sent = browser(agent).post(f"/cards/{loaded[0].pk}/move/?pollutant=COD", form)
    assert sent.status_code == 302
    browser(agent).post(sent["Location"], {"reason": "mistake", "once": str(uuid.uuid4())})
    assert "taken back" in browser(agent).get(sent["Location"]).content.decode()


def test_a_card_statement_is_given_as_workbook_and_on_paper(loaded, agent, rival):
    address = f"/cards/{loaded[0].pk}/statement/?month=2026-11&format="
    paper = browser(agent).get(f"{address}pdf")
    assert paper.content.startswith(b"%PDF")
    workbook = b"".join(browser(agent).get(f"{address}xlsx").streaming_content)
    assert workbook.startswith(b"PK")
    assert browser(rival).get(f"{address}pdf").status_code == 404


def test_the_workbook_of_events_is_sent_while_it_is_made(loaded, agent):
    book(report(loaded[1]), report(loaded[1]))
    answer = browser(agent).get("/discharges/?format=xlsx")
    assert answer.streaming
    assert b"".join(answer.streaming_content).startswith(b"PK")


def test_chosen_lots_go_through_the_check_into_the_voucher(loaded, agent):
    last = datetime.date(2031, 12, 31)
    chosen = factories_ledger.lot(agent.enterprise, key="second", valid_to=last)
    held, _box = loaded
    client, address, form = browser(agent), f"/cards/{held.pk}/load/", load_form(lots=[chosen.pk])
    check = client.post(address, form).content.decode()
    assert "the lots you chose" in check
    assert f'name="lots" value="{chosen.pk}"' in check
    client.post(address, form | {"confirmed": "1"})
    assert Voucher.objects.count() == 2
