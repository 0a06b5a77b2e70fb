"""Holds and reversals: each resolved once."""

import datetime

import pytest

from ledger import queries, services
from ledger.models import Hold, Operation
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
from tests.refused import broken, refused

T = 10**9


@pytest.fixture
def available(enterprise):
    return lot_account(lot(enterprise))


def hold(of, tonnes=4, key="h1", expires_at=None):
    return services.place_hold(
        by=system_actor("demo"),
        account=of,
        amount=tonnes * T,
        purpose="PLEDGE",
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
    assert list(queries.verify(only=queries.ROW_CODES)) == []


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


def test_partial_capture_may_keep_the_rest_held(available, rival):
    other = lot_account(lot(rival.enterprise, key="rival"))
    held = hold(available)
    by = system_actor("demo")
    for tonnes, left in ((1, 3), (2, 1)):
        held = services.capture_hold(
            by=by, hold=held, to_account=other, amount=tonnes * T, now=NOW, keep_rest=True
        )
        assert (held.state, held.left) == ("HELD", left * T)
    over = services.release_hold(by=by, hold=held, now=NOW)
    assert (over.state, over.captured, over.released) == ("CAPTURED", 3 * T, T)
    assert (balance(available), balance(other)) == (7 * T, 13 * T)
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_expired_hold_is_not_captured(available, rival):
    other = lot_account(lot(rival.enterprise, key="rival"))
    held = hold(available, expires_at=NOW)
    with refused("L303"):
        capture(held, other, 1)


def test_purpose_is_of_the_table_and_bounds_the_time(available):
    values = {"by": system_actor("demo"), "account": available, "amount": T, "now": NOW}
    with refused("L306"):
        services.place_hold(purpose="WHIM", document=DOCUMENT, key="w", **values)
    with refused("L304"):
        services.place_hold(purpose="TRADE", document=DOCUMENT, key="t", **values)
    month = NOW + datetime.timedelta(days=30)
    held = services.place_hold(
        purpose="TRADE", document=DOCUMENT, key="t", expires_at=month, **values
    )
    assert Operation.objects.get(key=f"{held.pk}:hold").kind_id == "HOLD"


@pytest.mark.parametrize(
    ("purpose", "kind"), [("PLEDGE", "PLEDGE"), ("COURT_FREEZE", "COURT_FREEZE")]
)
def test_purpose_says_which_kind_places_it(available, purpose, kind):
    held = services.place_hold(
        by=system_actor("demo"),
        account=available,
        amount=T,
        purpose=purpose,
        document=DOCUMENT,
        key="x",
        now=NOW,
        expires_at=NOW + datetime.timedelta(days=300),
    )
    assert Operation.objects.get(key=f"{held.pk}:hold").kind_id == purpose


def test_hold_goes_one_way_only(available):
    held = Hold.objects.filter(pk=hold(available).pk)
    services.release_hold(by=system_actor("demo"), hold=held.get(), now=NOW)
    with broken("hold_over_stays_over"):
        held.update(state="HELD", released=0)
    other = Hold.objects.filter(pk=hold(available, key="h2").pk)
    with broken("hold_is_over_when_all_is_given_out"):
        other.update(state="CAPTURED", captured=T)
    with broken("hold_gives_out_at_most_its_amount"):
        other.update(captured=3 * T, released=2 * T)


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
