"""Holds and reversals: each resolved once."""

import datetime

import pytest

from ledger import queries, services
from ledger.models import Operation
from ledger.refusals import (
    AlreadyReversed,
    CaptureTooLarge,
    HoldIsOver,
    InsufficientBalance,
    NotReversible,
)
from ledger.rules import Move, Purpose
from parties.services import system_actor
from tests.factories_ledger import DOCUMENT, NOW, account, lot, lot_account, post, posting

T = 10**9


@pytest.fixture
def available(enterprise):
    return lot_account(lot(enterprise))


def hold(of, tonnes=4, key="h1", expires_at=None):
    return services.place_hold(
        by=system_actor("demo"),
        account=of,
        amount=tonnes * T,
        purpose="pledge",
        document=DOCUMENT,
        key=key,
        now=NOW,
        expires_at=expires_at,
    )


def balance(of):
    of.refresh_from_db()
    return of.balance


def capture(held, to, tonnes):
    by = system_actor("demo")
    return services.capture_hold(by=by, hold=held, to_account=to, amount=tonnes * T, now=NOW)


def test_held_amount_is_not_free(available):
    assert hold(available).pk == hold(available).pk
    assert balance(available) == 6 * T
    with pytest.raises(InsufficientBalance):
        hold(available, tonnes=7, key="h2")


def test_partial_capture_gives_the_rest_back(available, rival):
    other = lot_account(lot(rival.enterprise, key="rival"))
    captured = capture(hold(available), other, 3)
    assert (captured.state, captured.captured) == ("CAPTURED", 3 * T)
    assert (balance(available), balance(other)) == (7 * T, 13 * T)
    assert list(queries.verify()) == []


def test_hold_is_resolved_once(available, rival):
    held = hold(available)
    services.release_hold(by=system_actor("demo"), hold=held, now=NOW)
    assert balance(available) == 10 * T
    other = lot_account(lot(rival.enterprise, key="rival"))
    with pytest.raises(HoldIsOver):
        capture(held, other, 1)
    with pytest.raises(HoldIsOver):
        services.release_hold(by=system_actor("demo"), hold=held, now=NOW)


@pytest.mark.parametrize("tonnes", [0, 5])
def test_capture_beyond_the_hold_is_refused(available, tonnes):
    with pytest.raises(CaptureTooLarge):
        capture(hold(available), available, tonnes)


def test_expired_holds_are_released(available):
    hold(available, expires_at=NOW)
    hold(available, tonnes=1, key="h2", expires_at=NOW + datetime.timedelta(days=1))
    assert services.expire_holds(by=system_actor("clock"), now=NOW) == 1
    assert balance(available) == 9 * T


def reverse(operation_id, key="r1", now=NOW):
    return services.reverse(
        by=system_actor("demo"), operation_id=operation_id, key=key, reason="typing error", now=now
    )


def test_reversal_is_a_linked_counter_operation_and_happens_once(available, enterprise):
    card = account(enterprise, Purpose.CARD)
    first = post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))[0]
    undone = reverse(first.operation_id)
    assert Operation.objects.get(pk=undone.operation_id).reverses_id == first.operation_id
    assert (balance(available), balance(card)) == (10 * T, 0)
    assert reverse(first.operation_id).is_new is False
    with pytest.raises(AlreadyReversed):
        reverse(first.operation_id, key="r2")


def test_late_or_irreversible_operation_is_not_reversed(available, enterprise):
    card = account(enterprise, Purpose.CARD)
    load = post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))[0]
    with pytest.raises(NotReversible):
        reverse(load.operation_id, now=NOW + datetime.timedelta(days=31))
    grant = Operation.objects.get(kind="GRANT")
    with pytest.raises(NotReversible):
        reverse(grant.pk, now=NOW + datetime.timedelta(days=1))
