"""Records put together by PostgreSQL are byte for byte those that Python puts together."""

import pytest

from ledger.models import ProofLeaf
from ledger.queries import check_logged
from ledger.queries.record_texts import proved
from ledger.rules import Move, Purpose
from tests.factories_ledger import account, lot, lot_account, post, posting
from tests.factories_proof import keep

AWKWARD = '引号"与\\反斜杠/\b\f\n\r\t\x01\x1f\x7f\u2028😀{}%'


@pytest.fixture
def book(enterprise):
    """Operations with one transfer and with several, and every sort of text and empty column."""
    own = lot(enterprise, reason=AWKWARD)
    available, card = lot_account(own), account(enterprise, Purpose.CARD)
    to_card = Move(available.pk, card.pk, 10)
    post(
        posting("CARD_LOAD", "v1", to_card, reason=AWKWARD),
        posting("CARD_LOAD", "v2", to_card, to_card, to_card),
    )
    keep()


@pytest.fixture
def leaves(book):
    return [
        leaf
        for leaf in ProofLeaf.objects.select_related("shape__source")
        if not leaf.shape.personal
    ]


def test_every_record_without_personal_data_is_proved_by_its_text(leaves):
    tables = {leaf.shape.source.table_name for leaf in leaves}
    assert {"ledger_operation", "ledger_historicallot"} <= tables
    for leaf in leaves:
        expected = {(leaf.index, place) for place in range(len(leaf.row_ids))}
        assert proved(leaf.shape, [leaf]) == expected, leaf.shape.source.table_name


def test_record_that_stands_at_another_place_of_its_batch_is_not_proved(leaves):
    (leaf,) = [
        leaf
        for leaf in leaves
        if len(leaf.row_ids) == 2 and str(leaf.shape.source) == "ledger_operation"
    ]
    leaf.row_ids = [leaf.row_ids[0]] * 2
    assert proved(leaf.shape, [leaf]) == {(leaf.index, 0)}


def test_texts_that_do_not_fit_are_put_together_once_more_from_the_values(book, monkeypatch):
    monkeypatch.setattr(check_logged, "proved", lambda shape, leaves: set())
    assert list(check_logged.rows_are_as_logged()) == []
