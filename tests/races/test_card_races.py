"""Parallel loads, discharges, replacements on one card: sums are conserved, nothing deadlocks."""

import threading

import pytest
from django.db import connection

from cardswipe import services
from cardswipe.models import Card, DischargeEvent, Voucher
from cardswipe.rules import Verdict
from ledger import queries
from ledger.rules import Purpose
from parties.services import system_actor
from shell.refusals import Refusal
from tests import factories
from tests.factories_cards import KG, NOW, alarms, balance, book, held, load, ready, report, step

pytestmark = pytest.mark.django_db(transaction=True)


def together(acts):
    """Run the acts in threads that start at one moment; what each gave or why it was refused."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number):
        barrier.wait()
        try:
            results[number] = acts[number]()
        except Refusal as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def scene(county):
    """An enterprise whose card holds 100 kg of COD."""
    from permits.services import load_reference_data

    load_reference_data()
    owner = factories.enterprise(county)
    return owner, *ready(owner)


def test_parallel_loads_and_discharges_conserve_the_sums(scene):
    owner, card, box = scene
    available = held(owner, Purpose.AVAILABLE)
    loads = [lambda n=n: load(card, KG, key=f"race-{n}") for n in range(6)]
    reports = [report(box, 3 * KG) for _ in range(6)]
    results = together(loads + [lambda r=r: book(r) for r in reports])
    assert not [result for result in results if isinstance(result, Refusal)]
    assert held(owner, Purpose.AVAILABLE) == available - 6 * KG
    assert balance(card) == (100 + 6 - 18) * KG
    assert held(owner, Purpose.DISCHARGED) == 18 * KG
    serials = list(Voucher.objects.order_by("serial").values_list("serial", "card_serial"))
    assert serials == [(n, n) for n in range(1, 8)]
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_one_event_from_many_gateways_is_booked_once(scene):
    _owner, card, box = scene
    event = report(box, 10 * KG)
    answers = together([lambda: book(event)] * 8)
    verdicts = [answer[0].verdict for answer in answers]
    assert sorted(verdicts) == [Verdict.BOOKED] + [Verdict.REPEATED] * 7
    assert (balance(card), DischargeEvent.objects.count()) == (90 * KG, 1)


def test_crossing_batches_neither_deadlock_nor_lose_an_event(scene):
    owner, card, box = scene
    step(owner, 50)
    reports = [report(box, KG) for _ in range(40)]
    batches = [reports[n:] + reports[:n] for n in (0, 10, 20, 30)]
    together([lambda b=b: book(*b) for b in batches])
    together([lambda b=b: book(*b[::-1]) for b in batches])
    assert balance(card) == 60 * KG
    book(*(report(box, KG) for _ in range(20)))
    assert alarms(owner) == [("STEP", 50, 1)]


def test_a_replacement_in_the_middle_of_discharges_loses_nothing(scene):
    owner, card, box = scene
    officer = system_actor("demo")

    def replace():
        return services.replace_card(by=officer, card=card, physical_no="RACECHIP", now=NOW)

    reports = [
        report(box, KG, started_at=NOW - (n + 1) * (NOW - NOW.replace(hour=9))) for n in range(10)
    ]
    together([replace, *[lambda r=r: book(r) for r in reports]])
    new = Card.objects.get(physical_no="RACECHIP")
    assert (balance(card), balance(new)) == (0, 90 * KG)
    assert held(owner, Purpose.OVERRUN) == 0


def test_a_form_sent_in_parallel_makes_one_voucher(scene):
    _owner, card, _box = scene
    results = together([lambda: load(card, KG, key="same")] * 6)
    assert len({voucher.pk for voucher in results}) == 1
    assert balance(card) == 101 * KG


def test_a_chip_issued_twice_at_once_belongs_to_one_card(scene):
    owner, _card, _box = scene

    def issue():
        return services.issue_card(
            by=system_actor("demo"), enterprise=owner, physical_no="TWICE1", now=NOW
        )

    results = together([issue] * 5)
    assert sum(isinstance(result, Card) for result in results) == 1
