"""Parallel spends with real threads: nothing is spent twice, nothing is lost."""

import threading

import pytest
from django.db import connection

from ledger import queries
from ledger.models import Account
from ledger.refusals import InsufficientBalance, KeyReused
from ledger.rules import Move, Purpose
from shell.refusals import Refusal
from tests.factories_ledger import account, lot, lot_account, post, posting

T = 10**9

pytestmark = pytest.mark.django_db(transaction=True)


def together(count, act):
    """Run `act(n)` in so many threads that start at one moment; what each gave or raised."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(number):
        barrier.wait()
        try:
            results[number] = act(number)
        except Refusal as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def pair(county):
    from tests import factories

    owner = factories.enterprise(county)
    return lot_account(lot(owner)), account(owner, Purpose.CARD)


def test_parallel_spends_never_exceed_the_balance(pair):
    available, card = pair
    results = together(
        20, lambda n: post(posting("CARD_LOAD", f"v{n}", Move(available.pk, card.pk, T)))
    )
    assert sum(isinstance(result, InsufficientBalance) for result in results) == 10
    assert Account.objects.get(pk=card.pk).balance == 10 * T
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_one_key_in_parallel_is_booked_once(pair):
    available, card = pair
    results = together(
        12, lambda n: post(posting("CARD_LOAD", "same", Move(available.pk, card.pk, T)))[0]
    )
    assert {result.operation_id for result in results} == {results[0].operation_id}
    assert sum(result.is_new for result in results) == 1
    assert Account.objects.get(pk=card.pk).balance == T


def test_one_key_in_parallel_for_other_accounts_is_refused(pair, county):
    """No account is shared, so no lock decides: the unique key does."""
    from tests import factories

    others = []
    for number in range(6):
        owner = factories.enterprise(county, name=f"E{number}")
        own = lot_account(lot(owner, key=f"lot-{number}x"))
        others.append((own, account(owner, Purpose.CARD)))
    results = together(
        6, lambda n: post(posting("CARD_LOAD", "same", Move(others[n][0].pk, others[n][1].pk, T)))
    )
    assert sum(isinstance(result, KeyReused) for result in results) == 5
    assert sum(card.balance for card in Account.objects.filter(purpose=Purpose.CARD)) == T


def test_crossing_batches_do_not_deadlock(pair):
    available, card = pair
    post(posting("CARD_LOAD", "first", Move(available.pk, card.pk, 5 * T)))
    there, back = Move(available.pk, card.pk, T), Move(card.pk, available.pk, T)

    def cross(n):
        kinds = [("CARD_LOAD", there), ("CARD_UNLOAD", back)]
        ordered = kinds if n % 2 else kinds[::-1]
        return post(*[posting(kind, f"{n}-{kind}", move) for kind, move in ordered])

    assert all(len(result) == 2 for result in together(10, cross))
    assert Account.objects.get(pk=card.pk).balance == 5 * T
    assert list(queries.verify(only=queries.ROW_CODES)) == []
