"""What a posting costs in round trips: four for the few, six for the many, and never more.

Counted in libpq's own trace of the connection. Beginning and ending the transaction are two of
them (in these tests a savepoint); the others ask and write.
"""

import os
import tempfile
from dataclasses import replace

import pytest
from django.db import connection
from psycopg.pq import Trace

from ledger import services
from ledger.models import Operation, Transfer
from ledger.rules import Move, Purpose
from ledger.services import writing
from parties.services import system_actor
from tests.factories_ledger import NOW, account, lot, lot_account, posting, rule_from_today


@pytest.fixture
def batch(enterprise):
    """Makes so many postings between two accounts."""
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    rule_from_today("CARD_LOAD", reversible_days=1)  # more rules are no more questions
    move = Move(available.pk, card.pk, 5)
    return lambda size: [posting("CARD_LOAD", f"v{n}", move) for n in range(size)]


def round_trips(postings) -> tuple[int, str]:
    """How often the posting waits for PostgreSQL, and all that went to and fro."""
    by, pgconn = system_actor("demo"), connection.connection.pgconn
    with tempfile.TemporaryFile("w+") as spool:
        pgconn.trace(spool.fileno())
        pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        services.post(by=by, postings=postings, now=NOW)
        pgconn.untrace()
        os.lseek(spool.fileno(), 0, os.SEEK_SET)
        told = spool.read()
    sides = "".join(line[0] for line in told.splitlines() if line[:2] in {"F\t", "B\t"})
    return sides.count("FB"), told


@pytest.mark.parametrize("size", [1, writing.FEW - 1])
def test_a_few_postings_wait_four_times(batch, size):
    waits, told = round_trips(batch(size))
    assert waits == 4, told


@pytest.mark.parametrize("size", [writing.FEW, 500])
def test_many_postings_wait_four_times_more_for_their_copies(batch, size):
    waits, told = round_trips(batch(size))
    assert told.count("COPY ledger_") == 2
    assert waits <= 7, told


@pytest.mark.parametrize("size", [1, writing.FEW])
def test_a_repeated_batch_writes_nothing(batch, size):
    postings = batch(size)
    round_trips(postings)
    waits, told = round_trips(postings)
    assert waits == 3, told
    assert "ledger_book" not in told
    assert "COPY ledger_" not in told


def test_few_and_many_are_written_alike(batch, monkeypatch):
    """Whichever way is taken, the rows that a batch leaves are the same but for key and state."""
    (one,) = batch(1)
    rows = []
    for few in (0, 10**6):
        monkeypatch.setattr(writing, "FEW", few)
        again = replace(one, key=f'{few} "b" \\ {{c}}, 丙', reason='r "b" \\ {c}, 丙')
        (receipt,) = services.post(by=system_actor("demo"), postings=[again], now=NOW)
        written = Operation.objects.values().get(pk=receipt.operation_id)
        assert written.pop("key") == again.key
        transfer = Transfer.objects.filter(operation_id=written.pop("id"))
        rows.append((written, *transfer.values_list("line", "source", "target", "asset", "amount")))
    assert rows[0] == rows[1]
