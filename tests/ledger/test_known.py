"""Balances in both times: by effective date, as known at any moment."""

import datetime

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import queries
from ledger.models import Operation
from ledger.rules import Move, Purpose
from tests import factories
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting

DAY = datetime.timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture
def pair(enterprise):
    return lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)


def load(pair, key, amount, *, effective, at):
    move = Move(pair[0].pk, pair[1].pk, amount)
    post(posting("CARD_LOAD", key, move, effective_date=effective), now=at)


def test_late_movement_counts_on_its_day_once_it_is_known(pair):
    load(pair, "a", 5, effective=TODAY, at=NOW)
    load(pair, "late", 7, effective=TODAY, at=NOW + 3 * DAY)
    on = [queries.balance_on(pair[1], TODAY, NOW + n * DAY) for n in range(5)]
    assert on == [5, 5, 5, 12, 12]
    assert queries.balance_on(pair[1], TODAY - DAY, NOW + 9 * DAY) == 0


def test_early_movement_counts_from_its_day_on(pair):
    load(pair, "early", 7, effective=TODAY + 2 * DAY, at=NOW)
    on = [queries.balance_on(pair[1], TODAY + n * DAY, NOW + 9 * DAY) for n in range(4)]
    assert on == [0, 0, 7, 7]


def by_definition(of, day, known_at):
    """The sum over every movement ever made: slow, and plainly right."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(l.delta), 0)::bigint FROM ledger_leg l"
            " JOIN ledger_operation o ON o.id = l.operation_id"
            " WHERE l.account_id = %s AND o.effective_date <= %s AND o.posted_at <= %s",
            [of.pk, day, known_at],
        )
        return cursor.fetchone()[0]


MOVES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(-6, 6), st.integers(1, 10**6), st.booleans()),
    max_size=12,
)


@pytest.mark.django_db
@settings(max_examples=8, deadline=None)
@given(moves=MOVES)
def test_balance_on_is_what_summing_all_movements_gives(moves):
    with transaction.atomic():
        owner = factories.enterprise(factories.county(factories.city()))
        accounts = lot_account(lot(owner)), account(owner, Purpose.CARD)
        for number, (days, delay, amount, is_back) in enumerate(sorted(moves)):
            held = accounts[1].__class__.objects.get(pk=accounts[1].pk).balance
            is_back = is_back and held >= amount
            source, target = accounts[::-1] if is_back else accounts
            kind = "CARD_UNLOAD" if is_back else "CARD_LOAD"
            at = NOW + days * DAY
            day = at.date() + delay * DAY
            move = Move(source.pk, target.pk, amount)
            post(posting(kind, f"k{number}", move, effective_date=day), now=at)
        for days in (-3, 0, 1, 5, 14):
            for known in (0, 4, 20):
                asked = TODAY + days * DAY, NOW + known * DAY
                for one in accounts:
                    assert queries.balance_on(one, *asked) == by_definition(one, *asked)
        transaction.set_rollback(True)


def test_nothing_but_late_and_early_operations_is_in_the_index(pair):
    load(pair, "a", 5, effective=TODAY, at=NOW)
    load(pair, "late", 7, effective=TODAY - DAY, at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_indexdef('operation_delay'::regclass)")
        assert "<> effective_date" in cursor.fetchone()[0]
    assert Operation.objects.filter(kind="CARD_LOAD").count() == 2
