"""Off-line batches: signed, provisional, settled when all has come, else by an officer."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from cardswipe import services
from cardswipe.models import Alarm, OfflineBatch, OfflineRule
from cardswipe.offline import mac_of
from cardswipe.services.offline import signing_keys
from cardswipe.services.sessions import close_all_sessions
from ledger import queries
from parties.services import system_actor
from tests.factories_cards import KG, NOW, alarms, balance, book, ready, report
from tests.factories_devices import GATEWAY, frame, local, take
from tests.refused import refused

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
BEGIN = NOW - 5 * HOUR


@pytest.fixture
def box(enterprise):
    """A controller whose card holds 100 kg COD; 10 % may go off line, at most three days."""
    OfflineRule.objects.create(
        region_id="339900",
        percent=10,
        hours=72,
        valid_from=datetime.date(2026, 1, 1),
        legal_basis="地方做法",
    )
    return ready(enterprise)[1]


def batch_frame(box, *, kg="5.000000", number=7, first=411, last=412, key="", hours=4):
    """The statement of two sessions, signed with the controller's key or another."""
    said = (
        f"BatchNo={number};BeginTime={local(BEGIN)};EndTime={local(BEGIN + hours * HOUR)};"
        f"FirstSwipe={first};LastSwipe={last};w01018-Cou={kg}"
    )
    mac = mac_of(key or signing_keys(box.mn)[0], f"{box.mn};{said}")
    return frame(box, "3905", f"{said};Mac={mac}")


def sessions(box, *numbers, each=5 * KG // 2):
    """The sessions of the batch, booked late."""
    for number in numbers:
        began = BEGIN + (number - 410) * HOUR
        ended = began + HOUR / 2
        late = report(box, each, started_at=began, ended_at=ended, sequence=number)
        book(late)


def send(box, **given):
    """What becomes of the batch, over a connection of its own."""
    return sent(batch_frame(box, **given))


def sent(data):
    (outcome,) = take(data)
    close_all_sessions(gateway=GATEWAY, end="CLOSED", now=NOW)
    return outcome


def settle_due():
    return services.settle_due(by=system_actor("clock"), now=NOW)


def test_a_batch_whose_sessions_have_come_settles_itself(box):
    sessions(box, 411, 412)
    outcome = send(box)
    assert (outcome.verdict, outcome.answer is not None) == ("C100", True)
    batch = OfflineBatch.objects.get()
    assert (batch.state, batch.findings) == ("SETTLED", [])
    assert batch.totals == {"COD": 5 * KG}


def test_a_batch_that_comes_first_waits_for_its_sessions(box, enterprise):
    send(box)
    assert OfflineBatch.objects.get().findings == ["MISSING"]
    assert settle_due() == 0
    sessions(box, 411, 412)
    assert settle_due() == 1
    assert OfflineBatch.objects.get().state == "SETTLED"
    assert alarms(enterprise) == []


def test_a_batch_debits_nothing_itself(box, enterprise):
    card = box.bindings.get().card
    send(box)
    assert balance(card) == 100 * KG
    sessions(box, 411, 412)
    send(box)
    assert balance(card) == 95 * KG
    assert list(queries.verify(only=queries.ROW_CODES)) == []


@pytest.mark.parametrize(
    ("given", "finding"),
    [({"key": "00" * 32}, "BAD_MAC"), ({"kg": "4.000000"}, "DIFFERS")],
)
def test_what_does_not_fit_stays_provisional_and_alarms(box, enterprise, officer, given, finding):
    sessions(box, 411, 412)
    send(box, **given)
    batch = OfflineBatch.objects.get()
    assert (batch.state, batch.findings) == ("PROV", [finding])
    assert settle_due() == 0
    assert alarms(enterprise) == [("OFFLINE", None, 1)]
    done = services.settle_batch(by=officer, batch=batch, reason="现场核对无误", now=NOW)
    assert (done.state, done.settled_by) == ("SETTLED", officer)
    with refused("C238"):
        services.settle_batch(by=officer, batch=batch, reason="x", now=NOW)


@pytest.mark.parametrize(
    ("given", "finding"), [({"each": 6 * KG, "kg": "12.000000"}, "OVER_ALLOWANCE")]
)
def test_more_than_the_allowance_is_told_and_settled(box, given, finding):
    sessions(box, 411, 412, each=given["each"])
    send(box, kg=given["kg"])
    batch = OfflineBatch.objects.get()
    assert (batch.state, batch.findings) == ("SETTLED", [finding])
    assert "OVER_ALLOWANCE" in Alarm.objects.latest("pk").params["fault"]


def test_without_a_rule_nothing_is_allowed_off_line(box):
    OfflineRule.objects.all().delete()
    sessions(box, 411, 412)
    send(box)
    assert OfflineBatch.objects.get().findings == ["OVER_ALLOWANCE", "TOO_LONG"]


def test_the_same_batch_again_changes_nothing_and_another_is_refused(box):
    send(box)
    assert send(box).verdict == "C100"
    assert send(box, kg="6.000000").verdict == "C122"
    assert OfflineBatch.objects.count() == 1


@pytest.mark.parametrize("cut", ["BatchNo=7;", "FirstSwipe=411;", "w01018-Cou=5.000000;"])
def test_a_batch_without_one_of_its_parts_is_kept_and_not_answered(box, cut):
    said = f"BatchNo=7;BeginTime={local(BEGIN)};EndTime={local(NOW)};FirstSwipe=411;LastSwipe=412;"
    said = f"{said}w01018-Cou=5.000000;".replace(cut, "").rstrip(";")
    outcome = sent(frame(box, "3905", f"{said};Mac={'0' * 64}"))
    assert outcome.verdict in {"C105", "C129"}
    assert outcome.answer is None
    assert sent(frame(box, "3905", said)).verdict == "C105", "without a signature"


def test_an_officer_settles_on_the_page_and_an_engineer_reads_the_key(box, officer, engineer):
    sessions(box, 411, 412)
    send(box, kg="4.000000")
    batch = OfflineBatch.objects.get()
    client = Client()
    client.force_login(officer.user)
    assert f"/offline-batches/{batch.pk}/" in client.get("/offline-batches/").content.decode()
    form = {"reason": "核对", "once": "8f2f8c5e-4f3c-4d52-8f39-0d6d7a1f3c11"}
    assert client.post(f"/offline-batches/{batch.pk}/", form).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "SETTLED"
    client.force_login(engineer.user)
    page = client.get(f"/controllers/{box.pk}/counter-key/")
    assert signing_keys(box.mn)[0] in page.content.decode()
    assert page["Cache-Control"] == "no-store"


def test_a_swipe_is_told_the_last_voucher_and_what_may_go_off_line(box):
    card = box.bindings.get().card
    asked = f"DataTime={local()};CardNo={card.card_no};SwipeNo=9"
    answer = sent(frame(box, "3901", asked)).answer
    said = answer.decode()
    assert "CardSerial=1;OffHours=72;w01018-Left=100.000000,w01018-Off=10.000000" in said


RULE = "region_id, percent, hours, valid_from, legal_basis, note"
BATCH = (
    "controller_id, number, began_at, ended_at, first, last, totals, signed, mac, state,"
    " findings, received_at, reason"
)
GUARDS = {
    "offline_batch_is_in_order": "UPDATE cardswipe_offlinebatch SET last = first - 1",
    "settled_batch_says_by_whom_and_when": "UPDATE cardswipe_offlinebatch SET state = 'SETTLED'",
    "offline_allowance_is_small": "UPDATE cardswipe_offlinerule SET percent = 50",
    "offline_rule_ends_after_it_begins": (
        "UPDATE cardswipe_offlinerule SET valid_to = valid_from - 1"
    ),
    "offline_rules_of_a_region_never_overlap": (
        f"INSERT INTO cardswipe_offlinerule ({RULE}) SELECT {RULE} FROM cardswipe_offlinerule"
    ),
    "offline_batch_counts_once": (
        f"INSERT INTO cardswipe_offlinebatch ({BATCH}) SELECT {BATCH} FROM cardswipe_offlinebatch"
    ),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_the_database_refuses_what_breaks_a_rule_off_line(box, guard):
    send(box)
    with (
        pytest.raises(DatabaseError, match=guard),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(GUARDS[guard])
