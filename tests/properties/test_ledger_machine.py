"""A random life of a ledger against a model of twenty lines."""

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ledger import queries
from ledger.models import Account
from ledger.refusals import InsufficientBalance, KeyReused
from ledger.rules import Move, Purpose
from tests import factories
from tests.factories_ledger import account, lot, lot_account, post, posting

AMOUNT = st.integers(min_value=1, max_value=4 * 10**9)


class LedgerMachine(RuleBasedStateMachine):
    """Loads, unloads, discharges and repeats; balances and receipts must follow the model."""

    @initialize()
    def open(self):
        self.life = transaction.atomic()
        self.life.__enter__()
        owner = factories.enterprise(factories.county(factories.city()))
        self.ids = {
            "available": lot_account(lot(owner)).pk,
            "card": account(owner, Purpose.CARD).pk,
            "overrun": account(owner, Purpose.OVERRUN).pk,
            "sink": account(owner, Purpose.DISCHARGED).pk,
        }
        self.model = {"available": 10**10, "card": 0, "overrun": 0, "sink": 0}
        self.booked = {}

    def move(self, kind, source, target, amount):
        key = f"k{len(self.booked)}"
        request = posting(kind, key, Move(self.ids[source], self.ids[target], amount))
        if self.model[source] < amount:
            try:
                post(request)
            except InsufficientBalance:
                return
            raise AssertionError("an uncovered posting was booked")
        self.booked[key] = (request, post(request)[0].operation_id)
        self.model[source] -= amount
        self.model[target] += amount

    @rule(amount=AMOUNT)
    def load(self, amount):
        self.move("CARD_LOAD", "available", "card", amount)

    @rule(amount=AMOUNT)
    def unload(self, amount):
        self.move("CARD_UNLOAD", "card", "available", amount)

    @rule(amount=AMOUNT)
    def discharge(self, amount):
        key = f"k{len(self.booked)}"
        move = Move(self.ids["card"], self.ids["sink"], amount, overflow=self.ids["overrun"])
        request = posting("DISCHARGE", key, move)
        self.booked[key] = (request, post(request)[0].operation_id)
        covered = min(amount, self.model["card"])
        self.model["card"] -= covered
        self.model["overrun"] -= amount - covered
        self.model["sink"] += amount

    @rule(data=st.data())
    def repeat(self, data):
        if self.booked:
            request, operation_id = self.booked[data.draw(st.sampled_from(sorted(self.booked)))]
            assert post(request)[0].operation_id == operation_id

    @rule(data=st.data())
    def repeat_with_another_body(self, data):
        if self.booked:
            request, _ = self.booked[data.draw(st.sampled_from(sorted(self.booked)))]
            first = request.moves[0]
            changed = Move(first.source, first.target, first.amount + 1, first.overflow)
            try:
                post(posting(request.kind, request.key, changed))
            except KeyReused:
                return
            raise AssertionError("a key was taken twice with different bodies")

    @invariant()
    def balances_follow_the_model(self):
        if hasattr(self, "ids"):
            held = Account.objects.in_bulk(self.ids.values())
            assert {name: held[pk].balance for name, pk in self.ids.items()} == self.model

    def teardown(self):
        if hasattr(self, "ids"):
            assert list(queries.verify(only=queries.ROW_CODES)) == []
            transaction.set_rollback(True)
            self.life.__exit__(None, None, None)


@pytest.mark.django_db
def test_ledger_follows_the_model():
    lives = settings(max_examples=15, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(LedgerMachine, settings=lives)
