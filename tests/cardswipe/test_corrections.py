"""What an event debited is corrected by the ledger's adjusting operation, by two persons."""

import datetime

import pytest

from cardswipe import services
from cardswipe.models import DailyTotal, DischargeEvent, LoadCorrection
from cardswipe.queries.booked import booked_loads
from cardswipe.queries.plans import used_in_month
from cardswipe.refusals import (
    CorrectionPending,
    LoadNotDebited,
    NothingDebited,
    NothingToCorrect,
)
from ledger.models import QuotaPeriod
from ledger.rules import Purpose
from ledger.services import decide_request, ensure_periods, take_back_request
from parties.rules import Role
from parties.services import system_actor
from tests import factories
from tests.factories_cards import (
    KG,
    NOW,
    balance,
    book,
    bound,
    held,
    load,
    period,
    permit,
    ready,
    report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(enterprise):
    return factories.bureau_member(enterprise.region, Role.PERMIT_OFFICER)


def booked(box, quantity=10 * KG, **given) -> DischargeEvent:
    return DischargeEvent.objects.get(pk=book(report(box, quantity, **given))[0].event_id)


def ask(officer, event, quantity, *, key="k1", cause="SAMPLE", code="COD"):
    return services.ask_to_correct(
        by=officer, event=event, loads={code: quantity}, cause=cause, reason="比对监测", key=key,
        now=NOW,
    )  # fmt: skip


def grant(second, request, *, granted=True):
    return decide_request(by=second, request=request, granted=granted, reason="属实", now=NOW)


def settle():
    return services.settle_corrections(by=system_actor("clock"), now=NOW)


def total() -> tuple[int, int]:
    return DailyTotal.objects.values_list("quantity", "estimated").get(pollutant_id="COD")


def test_too_much_goes_back_to_the_card_once_a_second_person_grants_it(enterprise, officer, second):
    card, box = ready(enterprise, 100 * KG)
    event = booked(box)
    request = ask(officer, event, 4 * KG)
    assert (balance(card), held(enterprise, Purpose.DISCHARGED)) == (90 * KG, 10 * KG)
    grant(second, request)
    assert (balance(card), held(enterprise, Purpose.DISCHARGED)) == (96 * KG, 4 * KG)
    assert booked_loads(event) == {"COD": 4 * KG}
    assert event.loads.get().quantity == 10 * KG  # what was reported stays


def test_what_lacks_is_debited_like_any_discharge(enterprise, officer, second):
    card, box = ready(enterprise, 12 * KG)
    event = booked(box)
    grant(second, ask(officer, event, 15 * KG))
    assert balance(card) == 0
    assert held(enterprise, Purpose.OVERRUN) == -3 * KG
    assert booked_loads(event) == {"COD": 15 * KG}


def test_overrun_is_given_back_first(enterprise, officer, second):
    card, box = ready(enterprise, 6 * KG)
    event = booked(box)  # 6 from the card, 4 owed
    grant(second, ask(officer, event, 5 * KG))
    assert held(enterprise, Purpose.OVERRUN) == 0
    assert balance(card) == KG


def test_a_correction_can_be_corrected_again(enterprise, officer, second):
    card, box = ready(enterprise, 100 * KG)
    event = booked(box)
    grant(second, ask(officer, event, 20 * KG))
    grant(second, ask(officer, event, 3 * KG, key="k2"))
    assert booked_loads(event) == {"COD": 3 * KG}
    assert balance(card) == 97 * KG
    settle()
    assert total() == (3 * KG, 0)


def test_the_days_total_follows_and_an_estimate_stops_being_one(enterprise, officer, second):
    _card, box = ready(enterprise)
    event = booked(box, is_estimate=True, marks="COD:D")
    assert total() == (10 * KG, 10 * KG)
    grant(second, ask(officer, event, 4 * KG))
    assert (settle(), settle()) == (1, 0)
    assert total() == (4 * KG, 0)
    assert LoadCorrection.objects.get().state == "COUNTED"


def test_a_substituted_figure_stays_an_estimate(enterprise, officer, second):
    _card, box = ready(enterprise)
    event = booked(box)
    grant(second, ask(officer, event, 4 * KG, cause="RULE"))
    settle()
    assert total() == (4 * KG, 4 * KG)


@pytest.mark.parametrize("way", ["refused", "taken back"])
def test_what_is_not_granted_changes_nothing(enterprise, officer, second, way):
    card, box = ready(enterprise)
    event = booked(box)
    request = ask(officer, event, 4 * KG)
    if way == "refused":
        grant(second, request, granted=False)
    else:
        take_back_request(by=officer, request=request, reason="误报")
    settle()
    assert LoadCorrection.objects.get().state == "DROPPED"
    assert (balance(card), total()) == (90 * KG, (10 * KG, 0))
    ask(officer, event, 5 * KG, key="k2")  # and may be asked anew


def test_the_same_form_twice_is_one_request(enterprise, officer):
    _card, box = ready(enterprise)
    event = booked(box)
    assert ask(officer, event, 4 * KG) == ask(officer, event, 4 * KG)
    assert LoadCorrection.objects.count() == 1


def test_refusals_say_why(enterprise, officer):
    _card, box = ready(enterprise)
    event = booked(box)
    with pytest.raises(NothingToCorrect):
        ask(officer, event, 10 * KG)
    with pytest.raises(LoadNotDebited):
        ask(officer, event, KG, code="TP")
    ask(officer, event, 4 * KG)
    with pytest.raises(CorrectionPending):
        ask(officer, event, 5 * KG, key="k2")


def test_an_event_that_debited_nothing_has_nothing_to_correct(enterprise, officer):
    _card, box = ready(enterprise)
    event = booked(box, loads=(("TP", 5),))
    with pytest.raises(NothingDebited):
        ask(officer, event, KG, code="TP")


def test_without_a_card_the_difference_is_owed(enterprise, officer, second):
    permit(enterprise)
    made, box = bound(enterprise)
    event = booked(box)
    grant(second, ask(officer, event, 12 * KG))
    assert held(enterprise, Purpose.OVERRUN) == -12 * KG
    load(made, KG)


def test_the_month_of_the_plan_counts_what_is_booked_now(enterprise, officer, second):
    _card, box = ready(enterprise)
    event = booked(box, started_at=NOW - datetime.timedelta(hours=2))
    grant(second, ask(officer, event, 4 * KG))
    settle()
    used = used_in_month(NOW.date().replace(day=1), {enterprise.pk})
    assert used[enterprise.pk, "COD"] == 4 * KG


def test_a_closed_period_stays_and_the_open_one_takes_the_difference(enterprise, officer, second):
    card, box = ready(enterprise)
    event = booked(box)
    last = period(enterprise)
    QuotaPeriod.objects.filter(pk=last.pk).update(state="CLOSED")
    later = datetime.datetime(2027, 2, 1, 4, tzinfo=datetime.UTC)
    day = later.date()
    ensure_periods(by=officer, region=last.region, first=day, last=day)
    request = services.ask_to_correct(
        by=officer, event=event, loads={"COD": 12 * KG}, cause="SAMPLE", reason="x", key="k9",
        now=later,
    )  # fmt: skip
    decide_request(by=second, request=request, granted=True, reason="x", now=later)
    assert booked_loads(event) == {"COD": 12 * KG}
    assert balance(card) == 90 * KG  # what was booked in the closed period stays
    assert held(enterprise, Purpose.OVERRUN) == -2 * KG
