"""Card sessions at outlets where our own integral is debited: the frame names the session, its
minutes say what it used, and nothing is ever debited twice or left out."""

import datetime
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardswipe import services
from cardswipe.models import DischargeEvent, EventConflict, LoadSourceRule, SessionReport
from cardswipe.queries.swipes import left_on
from cardswipe.services.sessions import close_all_sessions
from ledger.models import Operation
from ledger.rules import Purpose
from parties.services import system_actor
from tests.factories_cards import KG, NOW, TODAY, alarms, balance, held, ready
from tests.factories_devices import GATEWAY, frame, local, take

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)
BEGIN = NOW.replace(minute=0, second=0, microsecond=0) - 2 * HOUR
LATER = NOW + 2 * HOUR
CLOCK = 1  # stands for a run of the clock among frames


def give(*frames, **given):
    """Frames over a connection of their own, which has ended when the next ones come."""
    outcomes = take(*frames, **given)
    close_all_sessions(gateway=GATEWAY, end="CLOSED", now=NOW)
    return outcomes


def rule(box, **given):
    values = {"source": "OWN", "valid_from": datetime.date(2026, 1, 1), "legal_basis": "办法"}
    region = box.outlet.site.region
    return LoadSourceRule.objects.create(outlet=box.outlet, region=region, **values | given)


@pytest.fixture
def plain(enterprise):
    """A card with 100 kg COD and its controller, debited by what the device reports."""
    return ready(enterprise)


@pytest.fixture
def own(plain):
    rule(plain[1])
    return plain


def minute(box, number, *, cod="40", flow="10", mark="N"):
    """Ten minutes at ten litres a second: 6 m³, at 40 mg/L 240 g COD."""
    cp = f"DataTime={local(BEGIN + number * 10 * MINUTE)};w00000-Avg={flow},w00000-Flag=N"
    return frame(box, "2051", f"{cp};w01018-Avg={cod},w01018-Flag={mark}")


def session(own, *, first=0, last=60, kg="1.44", number=1):
    """A session from so many minutes after BEGIN to so many, as the controller reports it."""
    card, box = own
    cp = f"BeginTime={local(BEGIN + first * MINUTE)};EndTime={local(BEGIN + last * MINUTE)}"
    cp += f";CardNo={card.card_no};SwipeNo={number};w00000-Cou=36.0;w01018-Cou={kg},w01018-Flag=N"
    return frame(box, "3903", cp)


def minutes(own, count=6):
    return [minute(own[1], n) for n in range(count)]


def book(now=LATER):
    return services.book_own_sessions(by=system_actor("clock"), now=now)


def discharged(enterprise, code="COD"):
    return held(enterprise, Purpose.DISCHARGED, code)


def kinds(enterprise):
    return {kind for kind, _pollutant, _times in alarms(enterprise)}


def test_the_minutes_are_debited_and_the_controllers_figure_is_not(own, enterprise):
    (*_minutes, outcome) = give(*minutes(own), session(own, kg="0.9"))
    assert (outcome.verdict, outcome.notes[-1]) == ("C100", "event None KEPT")
    assert DischargeEvent.objects.count() == 0
    assert book() == 1
    event = DischargeEvent.objects.get()
    assert (event.kind, event.sequence, event.card, event.marks) == ("SESSION", 1, own[0], "OWN")
    assert (event.is_estimate, event.volume_l) == (False, 36_000)
    assert (discharged(enterprise), balance(own[0])) == (1_440_000, 100 * KG - 1_440_000)
    report = SessionReport.objects.get()
    assert (report.event, report.integral["COD"]) == (event, [1_440_000, 6, 6, "DIFFERS"])
    assert "LOAD_DIFFERS" in kinds(enterprise)


def test_without_a_rule_or_on_another_day_the_controllers_figure_is_debited(plain, enterprise):
    rule(plain[1], valid_from=TODAY + datetime.timedelta(days=1))
    give(*minutes(plain), session(plain, kg="0.9"))
    assert (DischargeEvent.objects.count(), book()) == (1, 0)
    assert discharged(enterprise) == 900_000


def test_nothing_is_booked_before_its_minutes_had_their_hour(own):
    give(*minutes(own), session(own))
    assert book(now=NOW + HOUR - MINUTE) == 0
    assert (book(now=NOW + HOUR), book(now=NOW + HOUR)) == (1, 0)


def test_what_waits_is_no_longer_left_on_the_card(own):
    give(session(own, kg="1.44"))
    assert left_on(own[0], {"COD"}, today=TODAY) == {"COD": 100 * KG - 1_440_000}
    book()
    assert left_on(own[0], {"COD"}, today=TODAY) == {"COD": 100 * KG - 1_440_000}


@pytest.mark.parametrize("is_booked", [False, True])
@pytest.mark.parametrize("is_over", [False, True])
def test_a_session_sent_again_is_known_whatever_the_rule_says_since(own, is_booked, is_over):
    give(*minutes(own), session(own))
    assert book() == 1 if is_booked else True
    if is_over:
        LoadSourceRule.objects.update(valid_to=BEGIN.date() - datetime.timedelta(days=1))
    (again,) = give(session(own))
    assert again.verdict == "C121"
    book()
    assert (DischargeEvent.objects.count(), Operation.objects.filter(kind="DISCHARGE").count()) == (
        1, 1,
    )  # fmt: skip
    assert EventConflict.objects.count() == 0


@pytest.mark.parametrize("is_booked", [False, True])
def test_a_contradicting_report_is_kept_and_debits_nothing(own, enterprise, is_booked):
    give(*minutes(own), session(own))
    assert book() == 1 if is_booked else True
    (other,) = give(session(own, kg="9"))
    assert other.verdict == "C122"
    assert "CONFLICT" in kinds(enterprise)
    book()
    conflict = EventConflict.objects.get()
    assert conflict.body["loads"] == [["COD", 9_000_000], ["WATER", 36_000]]
    assert discharged(enterprise) == 1_440_000
    assert not SessionReport.objects.waiting().exists()


def test_a_session_booked_before_the_rule_came_stays_booked_once(plain, enterprise):
    give(*minutes(plain), session(plain, kg="0.9"))
    rule(plain[1])
    assert [one.verdict for one in give(session(plain, kg="0.9"))] == ["C121"]
    assert (book(), discharged(enterprise)) == (0, 900_000)


@pytest.mark.parametrize(
    ("sent", "marks"),
    [
        ([], "OWN COD:0/6 WATER:0/6"),
        ([0, 1, 2, 3, 4], "OWN COD:5/6 WATER:5/6"),
        # Every third minute only: the rhythm of the day before says that more were due.
        ([0, 3], "OWN COD:2/6 WATER:2/6"),
    ],
)
def test_without_enough_minutes_the_controllers_figure_is_an_estimate_and_told(
    own, enterprise, sent, marks
):
    before = [minute(own[1], n) for n in (-9, -8)]
    give(*before, *(minute(own[1], n) for n in sent), session(own, kg="1.5"))
    book()
    event = DischargeEvent.objects.get()
    assert (event.is_estimate, event.marks) == (True, marks)
    assert discharged(enterprise) == 1_500_000
    assert "FEW_MINUTES" in kinds(enterprise)


def test_an_invalid_minute_makes_only_its_pollutant_an_estimate(own, enterprise):
    rows = [minute(own[1], n, mark="D" if n == 2 else "N") for n in range(6)]
    give(*rows, session(own, kg="1.5"))
    book()
    assert DischargeEvent.objects.get().marks == "OWN COD:5/6"
    assert discharged(enterprise) == 1_500_000


def test_minutes_that_come_late_are_told_and_change_nothing_by_themselves(own, enterprise):
    give(session(own, kg="1.5"))
    book()
    assert services.tell_late_minutes(now=LATER) == 0
    give(*minutes(own))
    assert (book(), services.tell_late_minutes(now=LATER)) == (0, 1)
    assert "TRUE_FIGURES" in kinds(enterprise)
    assert discharged(enterprise) == 1_500_000


@pytest.mark.parametrize(
    ("spans", "grams"),
    [
        # The valve is shut outside: the minutes at the edges are the session's whole.
        ([(3, 47)], [1200]),
        ([(3, 8)], [240]),
        ([(10, 20)], [240]),
        # Two that share ten minutes have them by the time each takes of them.
        ([(0, 23), (26, 40)], [2 * 240 + 240 * 3 // 7, 240 * 4 // 7 + 240]),
        ([(0, 25), (25, 40)], [600, 360]),
        # A controller that reports one time twice does not have it debited twice.
        ([(0, 60), (0, 60)], [720, 720]),
        ([(5, 5)], [1440]),
    ],
)
def test_minutes_at_the_edges_are_debited_once_and_whole(own, enterprise, spans, grams):
    frames = [
        session(own, first=first, last=last, number=n) for n, (first, last) in enumerate(spans, 1)
    ]
    give(*minutes(own), *frames)
    assert book() == len(spans)
    booked = DischargeEvent.objects.order_by("sequence")
    found = [one.loads.get(pollutant_id="COD").quantity for one in booked]
    assert [amount // 1000 for amount in found] == grams
    touched = {n for first, last in spans for n in range(first // 10, -(-last // 10))}
    if spans != [(5, 5)]:  # without any time there is no integral
        assert abs(discharged(enterprise) - 240_000 * len(touched)) <= 1


def test_what_a_booked_session_took_is_not_taken_again_by_one_that_comes_late(own, enterprise):
    give(*minutes(own), session(own, first=0, last=23, number=1))
    book()
    assert discharged(enterprise) == 720_000
    give(session(own, first=26, last=40, number=2), now=LATER + MINUTE)
    book(now=LATER + 2 * HOUR)
    assert discharged(enterprise) == 4 * 240_000


@pytest.mark.parametrize("is_booked", [False, True])
def test_a_session_told_again_under_another_begin_is_debited_once_and_whole(
    own, enterprise, is_booked
):
    give(*minutes(own), session(own))
    assert book() == 1 if is_booked else True
    give(session(own, first=2))
    book()
    assert (DischargeEvent.objects.count(), discharged(enterprise)) == (1, 1_440_000)
    assert "CONFLICT" in kinds(enterprise)
    assert not SessionReport.objects.waiting().exists()


def test_the_meter_goes_on_until_the_session_is_booked(own):
    from cardswipe.models import LiveMeter

    real = frame(own[1], "2011", f"DataTime={local(BEGIN)};w01018-Rtd=40,w01018-Flag=N")
    give(real, *minutes(own), session(own))
    since = LiveMeter.objects.get(pollutant_id="COD").since_at
    book()
    assert LiveMeter.objects.get(pollutant_id="COD").since_at > since == BEGIN


def story(own):
    """Two sessions that touch the same ten minutes, with all their minutes."""
    first = session(own, first=2, last=27, kg="0.7", number=1)
    return [*minutes(own), first, session(own, first=28, last=60, kg="0.8", number=2)]


orders = st.lists(st.integers(0, 7), max_size=10).flatmap(
    lambda more: st.permutations([*range(8), *more])
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=orders, cuts=st.sets(st.integers(0, 18), max_size=3))
def test_any_order_loss_and_repeat_of_frames_ends_in_the_same_ledger(own, enterprise, order, cuts):
    from django.db import transaction

    frames = story(own)
    with transaction.atomic():
        parts = itertools.pairwise(sorted({0, len(order), *(c for c in cuts if c < len(order))}))
        for first, last in parts:  # each part is a batch of its own; a lost frame comes again
            give(*(frames[place] for place in order[first:last]))
        assert (book(), book()) == (2, 0)
        found = DischargeEvent.objects.order_by("sequence").values_list("marks", "is_estimate")
        assert list(found) == [("OWN", False)] * 2
        shares = [one.loads.get(pollutant_id="COD").quantity
                  for one in DischargeEvent.objects.order_by("sequence")]  # fmt: skip
        assert shares == [480_000 + 240_000 * 7 // 9 + 1, 720_000 + 240_000 * 2 // 9]
        assert discharged(enterprise) == 1_440_000
        transaction.set_rollback(True)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations([*range(8), CLOCK + 7, CLOCK + 7]))
def test_whenever_the_clock_runs_each_session_is_debited_once_and_no_estimate_is_silent(
    own, enterprise, order
):
    from django.db import transaction

    frames = story(own)
    with transaction.atomic():
        for step, place in enumerate(order):
            now = LATER + step * 3 * HOUR
            if place > 7:
                book(now=now)
            else:
                give(frames[place], now=now)
        book(now=LATER + 90 * HOUR)
        events = DischargeEvent.objects.all()
        assert sorted(events.values_list("sequence", flat=True)) == [1, 2]
        assert Operation.objects.filter(kind="DISCHARGE").count() == 2
        booked = sum(one.loads.get(pollutant_id="COD").quantity for one in events)
        assert discharged(enterprise) == booked
        is_guessed = any(event.is_estimate for event in events)
        assert ("FEW_MINUTES" in kinds(enterprise)) is is_guessed
        assert is_guessed or booked == 1_440_000
        transaction.set_rollback(True)


def test_a_session_that_cannot_be_true_is_refused_and_not_kept(own):
    card, box = own
    ahead = NOW + 2 * MINUTE
    cp = f"BeginTime={local(ahead)};EndTime={local(NOW)};CardNo={card.card_no};SwipeNo=1"
    (outcome,) = give(frame(box, "3903", f"{cp};w01018-Cou=1,w01018-Flag=N"))
    assert (outcome.verdict, SessionReport.objects.count()) == ("C123", 0)
