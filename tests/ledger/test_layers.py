"""Layers on cards against a model that moves every single gram."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.layers import Piece, Shift, follow

AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
CARDS = (1, 2)


class Grams:
    """Two cards as rows of grams: each gram knows its lot and its load."""

    def __init__(self):
        self.on = {card: [] for card in CARDS}
        self.gone = {card: [] for card in CARDS}
        self.shifts, self.moved, self.number = [], {}, 0

    def shift(self, source, target, amount, purpose, lot, grams):
        self.number += 1
        balances = [len(self.on[card]) if card else 0 for card in (source, target)]
        self.shifts.append(
            Shift(
                self.number, 0, AT, amount, source, balances[0], target, balances[1], purpose, lot
            )
        )
        self.moved[self.number, 0] = grams

    def load(self, card, lot, amount):
        grams = [(lot, self.number + 1)] * amount
        self.on[card] += grams
        self.shift(None, card, amount, "AVAILABLE", lot, grams)

    def draw(self, card, amount):
        amount = min(amount, len(self.on[card]))
        if not amount:
            return
        grams, self.on[card] = self.on[card][:amount], self.on[card][amount:]
        self.gone[card] += grams
        self.shift(card, None, amount, "DISCHARGED", None, grams)

    def put_back(self, card, amount):
        grams = []
        for _gram in range(amount):
            grams.insert(0, self.gone[card].pop() if self.gone[card] else (None, None))
        self.on[card] = grams + self.on[card]
        self.shift(None, card, amount, "DISCHARGED", None, grams)

    def off(self, card, amount, lot):
        grams = []
        for _gram in range(min(amount, len(self.on[card]))):
            places = [i for i, gram in enumerate(self.on[card]) if gram[0] == lot]
            grams.insert(0, self.on[card].pop(places[-1] if places else -1))
        return grams

    def give_back(self, card, amount, lot):
        grams = self.off(card, amount, lot)
        if grams:
            self.shift(card, None, len(grams), "AVAILABLE", lot, grams)

    def hand_over(self, card, amount):
        grams = self.off(card, amount, None)
        if grams:
            other = CARDS[1] if card == CARDS[0] else CARDS[0]
            self.on[other] += grams
            self.shift(card, other, len(grams), "CARD", None, grams)


def counted(grams):
    sums = {}
    for gram in grams:
        sums[gram] = sums.get(gram, 0) + 1
    return sums


def summed(pieces):
    sums = {}
    for piece in pieces:
        key = (piece.lot, piece.load)
        sums[key] = sums.get(key, 0) + piece.amount
    return sums


ACTS = st.one_of(
    st.tuples(st.just("load"), st.sampled_from(CARDS), st.sampled_from("ABC"), st.integers(1, 9)),
    st.tuples(st.just("draw"), st.sampled_from(CARDS), st.integers(1, 9)),
    st.tuples(st.just("draw"), st.sampled_from(CARDS), st.integers(1, 9)),
    st.tuples(st.just("put_back"), st.sampled_from(CARDS), st.integers(1, 5)),
    st.tuples(
        st.just("give_back"), st.sampled_from(CARDS), st.integers(1, 9), st.sampled_from("ABC")
    ),
    st.tuples(st.just("hand_over"), st.sampled_from(CARDS), st.integers(1, 9)),
)


@given(st.lists(ACTS, max_size=30))
@settings(max_examples=300, deadline=None)
def test_every_gram_is_found_where_the_model_has_it(acts):
    model = Grams()
    for name, *words in acts:
        getattr(model, name)(*words)
    now = {card: len(grams) for card, grams in model.on.items()}
    trace = follow(model.shifts, now)
    for place, grams in model.moved.items():
        assert summed(trace.parts[place]) == counted(grams), place
    assert summed(trace.left()) == counted(gram for grams in model.on.values() for gram in grams)


@given(st.lists(ACTS, max_size=30))
@settings(max_examples=300, deadline=None)
def test_without_the_discharges_the_windows_tell_the_same(acts):
    model = Grams()
    for name, *words in acts:
        getattr(model, name)(*words)
    now = {card: len(grams) for card, grams in model.on.items()}
    trace = follow([shift for shift in model.shifts if not shift.is_draw], now)
    drawn = [gram for shift in model.shifts if shift.is_draw for gram in model.moved[shift.place]]
    assert summed(window.piece for window in trace.windows) == counted(drawn)
    assert summed(trace.left()) == counted(gram for grams in model.on.values() for gram in grams)


def shift(number, amount, balance, *, lot=None, out=False, purpose="AVAILABLE"):
    sides = (1, balance, None, 0) if out else (None, 0, 1, balance)
    return Shift(number, 0, AT, amount, *sides, purpose, lot)


def test_what_was_loaded_first_is_discharged_first():
    trace = follow(
        [
            shift(1, 5, 5, lot=7),
            shift(2, 5, 10, lot=8),
            shift(3, 7, 3, out=True, purpose="DISCHARGED"),
        ],
        {1: 3},
    )
    assert trace.parts[3, 0] == [Piece(7, 1, 5), Piece(8, 2, 2)]
    assert list(trace.left()) == [Piece(8, 2, 3)]


def test_what_a_correction_returns_was_drawn_last():
    trace = follow([shift(1, 5, 5, lot=7), shift(2, 2, 4, purpose="DISCHARGED")], {1: 4})
    assert trace.parts[2, 0] == [Piece(7, 1, 2)]
    assert list(trace.left()) == [Piece(7, 1, 4)]


@pytest.mark.parametrize(
    ("lot", "left"), [(7, {(7, 1): 3, (8, 2): 5}), (8, {(7, 1): 5, (8, 2): 3})]
)
def test_a_lot_gets_its_own_back(lot, left):
    shifts = [shift(1, 5, 5, lot=7), shift(2, 5, 10, lot=8), shift(3, 2, 8, lot=lot, out=True)]
    assert summed(follow(shifts, {1: 8}).left()) == left
