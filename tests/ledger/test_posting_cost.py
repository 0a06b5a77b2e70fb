"""How many statements a posting costs: four, whatever the number of events, and no more later."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.rules import Move, Purpose
from tests.factories_ledger import account, lot, lot_account, post, posting, rule_from_today

T = 10**9


class Statements:
    """Counts what is sent to PostgreSQL: executed statements, and COPYs by their tables."""

    def __init__(self, monkeypatch):
        self.copies = []
        original = type(connection.cursor().cursor).copy

        def counted(cursor, statement, *args, **kwargs):
            self.copies.append(statement.split()[1])
            return original(cursor, statement, *args, **kwargs)

        monkeypatch.setattr(type(connection.cursor().cursor), "copy", counted)

    def of(self, act):
        self.copies.clear()
        with CaptureQueriesContext(
            connection,
        ) as caught:
            act()
        asked = [q["sql"] for q in caught.captured_queries]
        plain = [one for one in asked if "SAVEPOINT" not in one and "COPY" not in one]
        return plain, list(self.copies)


@pytest.mark.parametrize("size", [1, 50])
def test_posting_costs_two_questions_and_two_copies(enterprise, monkeypatch, size):
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    rule_from_today("CARD_LOAD", reversible_days=1)  # more rules are no more statements
    batch = [posting("CARD_LOAD", f"v{n}", Move(available.pk, card.pk, 5)) for n in range(size)]
    asked, copies = Statements(monkeypatch).of(lambda: post(*batch))
    asked = [one for one in asked if "parties_" not in one or "ledger_" in one]  # the actor
    assert len(asked) == 2, asked
    assert copies == ["ledger_operation", "ledger_transfer"]


def test_repeated_batch_writes_nothing(enterprise, monkeypatch):
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    batch = [posting("CARD_LOAD", f"v{n}", Move(available.pk, card.pk, 5)) for n in range(9)]
    post(*batch)
    asked, copies = Statements(monkeypatch).of(lambda: post(*batch))
    assert len([one for one in asked if "ledger_" in one]) == 2
    assert copies == []
