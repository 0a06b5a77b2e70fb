"""The posting path: atomic, idempotent, covered."""

import dataclasses
import datetime

import pytest
from django.db import connection

from ledger import queries
from ledger.models import Account, Operation, QuotaPeriod, Transfer
from ledger.refusals import (
    AccountClosed,
    AccountRestricted,
    AccountUnknown,
    AmountNotPositive,
    ApprovalNeeded,
    AssetsDiffer,
    BadKey,
    InsufficientBalance,
    KeyReused,
    KindUnknown,
    MovementNotAllowed,
    NothingToMove,
    OutOfRange,
    PeriodClosed,
    SameAccount,
)
from ledger.rules import Move, Purpose
from tests.factories_ledger import (
    NOW,
    account,
    lot,
    lot_account,
    post,
    posting,
    restrict,
    rule_from_today,
)

T = 10**9


@pytest.fixture
def available(enterprise):
    return lot_account(lot(enterprise))


@pytest.fixture
def card(enterprise):
    return account(enterprise, Purpose.CARD)


def balance(of: Account) -> int:
    of.refresh_from_db()
    return of.balance


def test_posting_moves_the_amount_once(available, card):
    first = post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, 3 * T)))
    again = post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, 3 * T)))
    assert (first[0].is_new, again[0].is_new) == (True, False)
    assert first[0].operation_id == again[0].operation_id
    assert (balance(available), balance(card)) == (7 * T, 3 * T)


def test_same_key_with_another_body_is_refused(available, card):
    post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))
    with pytest.raises(KeyReused):
        post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, 2 * T)))
    assert balance(card) == T


def test_same_key_twice_in_one_batch_is_booked_once(available, card):
    twice = [posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T))] * 2
    receipts = post(*twice)
    assert receipts[0].operation_id == receipts[1].operation_id
    assert balance(card) == T


def test_batch_is_all_or_nothing(available, card):
    with pytest.raises(InsufficientBalance) as refusal:
        post(
            posting("CARD_LOAD", "v1", Move(available.pk, card.pk, 6 * T)),
            posting("CARD_LOAD", "v2", Move(available.pk, card.pk, 6 * T)),
        )
    assert (refusal.value.params["item"], refusal.value.params["key"]) == (2, "v2")
    assert refusal.value.params["missing"] == 2 * T
    assert balance(card) == 0
    assert not Operation.objects.filter(kind="CARD_LOAD").exists()


def test_what_the_card_lacks_is_booked_as_overrun(available, card, enterprise):
    overrun = account(enterprise, Purpose.OVERRUN)
    sink = account(enterprise, Purpose.DISCHARGED)
    post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))
    post(posting("DISCHARGE", "e1", Move(card.pk, sink.pk, 3 * T, overflow=overrun.pk)))
    assert (balance(card), balance(overrun), balance(sink)) == (0, -2 * T, 3 * T)
    assert [t.amount for t in Transfer.objects.filter(operation__key="e1")] == [T, 2 * T]


@pytest.mark.parametrize(
    ("refusal", "change"),
    [
        (BadKey, {"key": ""}),
        (NothingToMove, {"moves": ()}),
        (KindUnknown, {"kind": "GIFT"}),
        (MovementNotAllowed, {"kind": "HOLD"}),
    ],
)
def test_malformed_posting_is_refused(available, card, refusal, change):
    good = posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T))
    with pytest.raises(refusal):
        post(dataclasses.replace(good, **change))


@pytest.mark.parametrize("amount", [0, -1, 2**63])
def test_amount_out_of_range_is_refused(available, card, amount):
    with pytest.raises(AmountNotPositive):
        post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, amount)))


def test_move_to_itself_is_refused(available):
    with pytest.raises(SameAccount):
        post(posting("LOT_SPLIT", "s1", Move(available.pk, available.pk, T)))


def test_unknown_account_is_refused(available):
    with pytest.raises(AccountUnknown):
        post(posting("CARD_LOAD", "v1", Move(available.pk, 10**9, T)))


def test_two_assets_do_not_mix(available, enterprise):
    other = account(enterprise, Purpose.CARD, pollutant="NH3N")
    with pytest.raises(AssetsDiffer):
        post(posting("CARD_LOAD", "v1", Move(available.pk, other.pk, T)))


def test_sum_beyond_bigint_is_refused(enterprise):
    overrun = account(enterprise, Purpose.OVERRUN)
    sink = account(enterprise, Purpose.DISCHARGED)
    huge = 2**63 - 1
    post(posting("DISCHARGE", "e1", Move(overrun.pk, sink.pk, huge)))
    with pytest.raises(OutOfRange):
        post(posting("DISCHARGE", "e2", Move(overrun.pk, sink.pk, huge)))


def test_closed_period_is_refused(available, card):
    QuotaPeriod.objects.update(state="CLOSED")
    later = datetime.date(2027, 1, 1)
    with pytest.raises(PeriodClosed):
        post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T), effective_date=later))


@pytest.mark.parametrize(("side", "restriction"), [("source", "RECEIVE"), ("target", "CLOSED")])
def test_restricted_account_is_refused(available, card, side, restriction):
    chosen = available if side == "source" else card
    restrict(chosen.pk, restriction)
    with pytest.raises(AccountRestricted if side == "source" else AccountClosed):
        post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))


def test_kind_that_needs_an_approval_is_refused_without(available, card):
    rule_from_today("CARD_LOAD", needs_approval=True)
    with pytest.raises(ApprovalNeeded):
        post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))


def test_posting_time_never_runs_backwards(available, card):
    post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))
    earlier = NOW - datetime.timedelta(hours=5)
    post(posting("CARD_LOAD", "v2", Move(available.pk, card.pk, T)), now=earlier)
    assert Operation.objects.get(key="v2").posted_at == NOW


def test_balance_at_any_past_moment_is_known(available, card):
    later = NOW + datetime.timedelta(hours=1)
    post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))
    post(posting("CARD_LOAD", "v2", Move(available.pk, card.pk, 2 * T)), now=later)
    before = NOW - datetime.timedelta(seconds=1)
    moments = (before, NOW, later)
    assert [queries.balance_at(card, moment) for moment in moments] == [0, T, 3 * T]


READ = """
SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_xact_user_tables
WHERE relname = 'ledger_operation'
"""


def test_a_repeated_key_is_one_look_up_even_by_a_plan_of_the_first_day(available, card):
    """A session keeps its plan; one made for an empty journal must not go through a full one."""
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        batch = [posting("CARD_LOAD", f"k{n}", Move(available.pk, card.pk, 1)) for n in range(300)]
        for start in range(0, len(batch), 50):
            post(*batch[start : start + 50])
        cursor.execute(READ)
        (before,) = cursor.fetchone()
        assert not any(receipt.is_new for receipt in post(*batch[:50]))
        cursor.execute(READ)
        (after,) = cursor.fetchone()
    assert after - before <= 2 * 50
