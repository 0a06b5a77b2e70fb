"""Parallel holds, captures and lot splits with real threads: every unit goes one way once."""

import datetime

import pytest

from ledger import queries, services
from ledger.models import Account, Hold, KeyMisuse, Lot
from ledger.refusals import InsufficientBalance
from ledger.rules import Move, Purpose
from parties.services import system_actor
from shell.refusals import Refusal
from tests import factories
from tests.factories_ledger import DOCUMENT, NOW, account, lot, lot_account, post, posting
from tests.races.test_ledger_races import together

T = 10**9
DAY = datetime.date(2026, 11, 20)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(county):
    return factories.enterprise(county)


@pytest.fixture
def by(db):
    return system_actor("demo")


def codes(results):
    return sorted(result.code for result in results if isinstance(result, Refusal))


def place(by, of, number, tonnes=1):
    return services.place_hold(
        by=by, account=of, amount=tonnes * T, purpose="PLEDGE", document=DOCUMENT,
        key=f"h{number}", now=NOW,
    )  # fmt: skip


def test_a_thousand_tries_to_spend_one_balance(owner):
    """E14: 20 threads, 50 tries each, of a balance that covers 10 of them."""
    available, card = lot_account(lot(owner)), account(owner, Purpose.CARD)

    def spend(number):
        done = 0
        for attempt in range(50):
            try:
                post(posting("CARD_LOAD", f"{number}.{attempt}", Move(available.pk, card.pk, T)))
                done += 1
            except InsufficientBalance:
                continue
        return done

    assert sum(together(20, spend)) == 10
    assert Account.objects.get(pk=card.pk).balance == 10 * T
    assert Account.objects.get(pk=available.pk).balance == 0
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_parallel_holds_never_hold_more_than_there_is(owner, by):
    """J09: two holds at once never take an account below zero."""
    available = lot_account(lot(owner))
    results = together(16, lambda n: place(by, available, n))
    assert codes(results) == ["L201"] * 6
    assert Account.objects.get(pk=available.pk).balance == 0
    assert Hold.objects.count() == 10
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_one_key_in_parallel_is_one_hold(owner, by):
    available = lot_account(lot(owner))
    results = together(8, lambda _n: place(by, available, "same"))
    assert len({hold.pk for hold in results}) == 1
    assert Account.objects.get(pk=available.pk).balance == 9 * T


def test_hold_is_never_both_captured_and_released(owner, by):
    """J10: half of the threads capture, half release, some let it expire; one wins."""
    available, target = lot_account(lot(owner)), lot_account(lot(owner, key="other"))
    held = place(by, available, "one", tonnes=4)

    def resolve(number):
        if number % 2:
            return services.release_hold(by=by, hold=held, now=NOW)
        return services.capture_hold(by=by, hold=held, to_account=target, amount=4 * T, now=NOW)

    assert codes(together(12, resolve)) == ["L301"] * 11
    over = Hold.objects.get(pk=held.pk)
    assert over.captured + over.released == 4 * T
    assert {over.captured, over.released} == {0, 4 * T}
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_parallel_partial_captures_take_each_unit_once(owner, by):
    available, target = lot_account(lot(owner)), lot_account(lot(owner, key="other"))
    held = place(by, available, "one", tonnes=4)

    def take(_number):
        return services.capture_hold(
            by=by, hold=held, to_account=target, amount=T, now=NOW, keep_rest=True
        )

    results = together(9, take)
    assert len(codes(results)) == 5
    assert Account.objects.get(pk=target.pk).balance == 14 * T
    assert Hold.objects.get(pk=held.pk).state == "CAPTURED"


def test_parallel_splits_give_the_lot_away_once(owner, by):
    whole = lot(owner, valid_to=datetime.date(2028, 6, 30))

    def split(number):
        return services.split_lot(
            by=by, lot=whole, quantity_per_year=3 * T, effective_date=DAY, document=DOCUMENT,
            key=f"s{number}", now=NOW,
        )  # fmt: skip

    results = together(8, split)
    assert codes(results) == ["L203"] * 5
    whole.refresh_from_db()
    assert whole.quantity_per_year == T
    assert sum(part.quantity_per_year for part in Lot.objects.filter(parent=whole)) == 9 * T
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_merging_and_splitting_at_once_lose_nothing(owner, by):
    lots = [lot(owner, key="a"), lot(owner, key="b")]
    values = {"by": by, "effective_date": DAY, "document": DOCUMENT, "now": NOW}

    def act(number):
        if number % 2:
            return services.merge_lots(lots=lots, key=f"m{number}", **values)
        return services.split_lot(lot=lots[0], quantity_per_year=T, key=f"s{number}", **values)

    together(6, act)
    given = Lot.objects.filter(enterprise=owner).values_list("quantity_per_year", flat=True)
    assert sum(given) == 20 * T
    held = Account.objects.filter(enterprise=owner, purpose="AVAILABLE")
    assert sum(held.values_list("balance", flat=True)) == 20 * T
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_one_key_with_two_bodies_at_once_is_booked_once_and_noted(owner):
    """On other accounts, so that no lock makes one wait for the other before the key is claimed."""
    pairs = []
    for number in range(4):
        own = factories.enterprise(owner.region)
        pairs.append((lot_account(lot(own, key=f"l{number}")), account(own, Purpose.CARD)))

    def load(number):
        source, target = pairs[number]
        return post(posting("CARD_LOAD", "race", Move(source.pk, target.pk, T)))

    results = together(4, load)
    assert codes(results) == ["L102"] * 3
    assert KeyMisuse.objects.filter(key="race").count() == 3
