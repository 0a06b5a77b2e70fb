"""The sequencer among writers: a late commit is neither passed over nor lost."""

import threading

import pytest
from django.db import connection, transaction

from ledger import services
from ledger.models import Operation, ProofLeaf, ProofQueue, ProofRecord
from ledger.queries import proof as reads
from ledger.rules import Move, Purpose
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting
from tests.factories_proof import EVERYTHING, keep

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(county):
    from tests import factories

    owner = factories.enterprise(county)
    found = lot_account(lot(owner)), account(owner, Purpose.CARD)
    keep()
    return found


def other_pair(pair):
    """Accounts of another enterprise, so that two writers do not wait for each other."""
    from tests import factories

    owner = factories.enterprise(pair[0].region)
    return lot_account(lot(owner, key="lot-2")), account(owner, Purpose.CARD)


def load(pair, key):
    return post(posting("CARD_LOAD", key, Move(pair[0].pk, pair[1].pk, 1)))[0].operation_id


def number(key):
    return Operation.objects.get(key=key).pk


class Slow(threading.Thread):
    """A writer that posts early and commits late."""

    def __init__(self, pair):
        super().__init__()
        self.pair, self.posted, self.may_commit = pair, threading.Event(), threading.Event()

    def run(self):
        try:
            with transaction.atomic():
                load(self.pair, "late")
                self.posted.set()
                self.may_commit.wait(60)
        finally:
            connection.close()


def test_late_commit_with_a_lower_number_is_waited_for_and_comes_first(pair):
    second = other_pair(pair)
    keep()
    slow = Slow(pair)
    slow.start()
    assert slow.posted.wait(60)
    early = load(second, "early")
    services.keep_log(now=NOW)
    # The one that committed first waits too: an older transaction still runs.
    assert reads.place_of("ledger_operation", early) is None
    slow.may_commit.set()
    slow.join(60)
    late = number("late")
    assert late < early
    services.keep_log(now=NOW, horizon=EVERYTHING)
    places = [reads.place_of("ledger_operation", one).index for one in (late, early)]
    assert places[0] < places[1]
    assert not ProofQueue.objects.exists()


def test_sequencers_at_once_give_each_row_one_place(pair):
    pairs = [pair, other_pair(pair)]
    keep()
    stop = threading.Event()

    def write(which):
        try:
            for count in range(15):
                load(pairs[which], f"{which}-{count}")
        finally:
            connection.close()

    def sequence():
        try:
            while not stop.is_set():
                services.keep_log(now=NOW, horizon=EVERYTHING)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(which,)) for which in (0, 1)]
    keepers = [threading.Thread(target=sequence) for _ in range(3)]
    for thread in (*writers, *keepers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in keepers:
        thread.join()
    keep()
    leaves = list(ProofLeaf.objects.order_by("index"))
    assert [leaf.index for leaf in leaves] == list(range(len(leaves)))
    logged = ProofRecord.objects.filter(row_id__in=[number(f"{w}-14") for w in (0, 1)])
    assert logged.count() >= 2
    assert not ProofQueue.objects.exists()
    operations = {row for leaf in leaves for row in leaf.row_ids if b"operation" in leaf.entry}
    assert set(Operation.objects.values_list("pk", flat=True)) <= operations
