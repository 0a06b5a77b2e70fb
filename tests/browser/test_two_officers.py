"""Late events and corrected loads: asked by one officer, granted by another, and looked at."""

import datetime

import pytest
from playwright.sync_api import expect

from cardswipe import services
from cardswipe.models import DischargeEvent, LateDecision, LoadCorrection
from ledger.models import LedgerRequest, QuotaPeriod
from parties.services import system_actor
from tests.browser import stage
from tests.factories_cards import (
    KG,
    NOW,
    TODAY,
    balance,
    book,
    card,
    controller,
    load,
    permit,
    ready,
    report,
)

MAIN = "main form[data-once]"
LAST_YEAR = NOW - datetime.timedelta(days=365)


@pytest.fixture
def late_box(enterprise):
    """A controller whose city has closed the year before; two of its events come only now."""
    permit(enterprise)
    made = card(enterprise, now=NOW - datetime.timedelta(days=500))
    box = controller(enterprise)
    begin = NOW - datetime.timedelta(days=499)
    services.bind_card(by=system_actor("demo"), card=made, controller=box, now=begin)
    load(made)
    year = TODAY.year - 1
    QuotaPeriod.objects.create(
        region_id="339900",
        label=str(year),
        start_date=datetime.date(year, 1, 1),
        end_date=datetime.date(year, 12, 31),
        state="CLOSED",
    )
    hour = datetime.timedelta(hours=1)
    book(
        report(box, 30 * KG, started_at=LAST_YEAR, ended_at=LAST_YEAR + hour),
        report(box, 5 * KG, started_at=LAST_YEAR + 2 * hour, ended_at=LAST_YEAR + 3 * hour),
    )
    return box


def press(page, name, value):
    """The button of this name and value, once the form is filled."""
    page.locator(f"{MAIN} button[name={name}][value={value}]").click()


def states():
    return set(DischargeEvent.objects.values_list("state", flat=True))


def test_late_events_are_booked_by_two_officers(page, address, late_box, officer, second_officer):
    page.context.faults.allow("422")
    stage.sign_in(page, officer)
    page.goto(f"{address}/late-events/")
    stage.shoot(page, "late-events")
    page.goto(f"{address}/late-events/{late_box.pk}/")
    stage.shoot(page, "late-controller")
    page.goto(f"{address}/late-events/{late_box.pk}/")
    press(page, "act", "book")
    expect(page.locator("main [name=reason]")).to_have_attribute("aria-invalid", "true")
    page.locator("main [name=reason]").fill("上年数据补传")
    press(page, "act", "book")
    page.wait_for_url("**/late-decisions/*/")
    decision = LateDecision.objects.get()
    assert (decision.state, states()) == ("ASKED", {"WAITING"})
    stage.sign_in(page, second_officer)
    page.goto(f"{address}/late-decisions/{decision.pk}/")
    stage.shoot(page, "late-decision-asked")
    page.goto(f"{address}/late-decisions/{decision.pk}/")
    page.locator("main [name=reason]").fill("属实")
    press(page, "decision", "grant")
    page.wait_for_load_state("load")
    assert states() == {"BOOKED"}
    assert balance(late_box.bindings.get().card) == 65 * KG
    page.goto(f"{address}/late-decisions/{decision.pk}/")
    stage.shoot(page, "late-decision-done")


def test_late_events_are_dismissed_and_taken_up_again(
    page, address, late_box, officer, second_officer
):
    stage.sign_in(page, officer)
    page.goto(f"{address}/late-events/{late_box.pk}/")
    page.locator("main [name=reason]").fill("企业已停产")
    press(page, "act", "dismiss")
    page.wait_for_url("**/late-decisions/*/")
    decision = LateDecision.objects.get()
    stage.sign_in(page, second_officer)
    page.goto(f"{address}/late-decisions/{decision.pk}/")
    page.locator("main [name=reason]").fill("属实")
    press(page, "decision", "grant")
    page.wait_for_load_state("load")
    assert states() == {"DISMISSED"}
    stage.sign_in(page, officer)
    page.goto(f"{address}/late-decisions/{decision.pk}/")
    stage.shoot(page, "late-decision-dismissed")
    page.goto(f"{address}/late-decisions/{decision.pk}/")
    page.locator("main [name=reason]").fill("企业提交了说明")
    page.locator(f"{MAIN} button").first.click()
    page.wait_for_load_state("load")
    assert states() == {"WAITING"}


def test_a_load_is_corrected_by_two_officers(page, address, enterprise, officer, second_officer):
    made, box = ready(enterprise, 100 * KG)
    event = book(report(box, 10 * KG))[0].event_id
    stage.sign_in(page, officer)
    page.goto(f"{address}/discharges/{event}/correct/")
    stage.shoot(page, "correct-load")
    page.goto(f"{address}/discharges/{event}/correct/")
    page.locator("main [name=load_COD]").fill("4")
    page.locator("main [name=cause]").select_option("SAMPLE")
    page.locator("main [name=reason]").fill("比对监测")
    page.locator(f"{MAIN} button").first.click()
    page.wait_for_url("**/ledger/requests/*/")
    asked = LedgerRequest.objects.get()
    assert balance(made) == 90 * KG
    stage.sign_in(page, second_officer)
    page.goto(f"{address}/ledger/requests/{asked.pk}/")
    stage.shoot(page, "correction-asked")
    page.goto(f"{address}/ledger/requests/{asked.pk}/")
    page.locator("main [name=reason]").fill("属实")
    press(page, "decision", "grant")
    page.wait_for_load_state("load")
    assert balance(made) == 96 * KG
    services.settle_corrections(by=system_actor("clock"), now=NOW)
    assert LoadCorrection.objects.get().state == "COUNTED"
    page.goto(f"{address}/discharges/{event}/")
    stage.shoot(page, "discharge-corrected")
