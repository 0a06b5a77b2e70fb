"""Provenance both ways on the real journal: every gram has a lot, and the sums agree."""

import datetime
import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import services
from ledger.models import Account
from ledger.models.operations import OperationRule
from ledger.queries import provenance
from ledger.queries.provenance import Use, discharges, parts_of, traced, uses
from ledger.rules import DocumentRef, Move, Purpose
from parties.services import system_actor
from tests import factories_ledger as make

pytestmark = pytest.mark.django_db
SERIAL = itertools.count(1)
MINUTE = datetime.timedelta(minutes=1)


class Plant:
    """Two lots, two cards, and what was discharged; moves grams, not tonnes."""

    def __init__(self, enterprise):
        mark = next(SERIAL)
        self.enterprise = enterprise
        self.lots = [make.lot(enterprise, key=f"{mark}-{n}") for n in range(3)]
        self.rights = [make.lot_account(lot) for lot in self.lots]
        self.asset = self.rights[0].asset
        self.cards = [self.card(mark * 10 + number) for number in range(2)]
        self.gone = make.account(enterprise, Purpose.DISCHARGED)
        self.owed = make.account(enterprise, Purpose.OVERRUN)
        self.debits, self.last, self.wrong = {}, None, None
        # Who approves a correction is tested elsewhere.
        if not OperationRule.objects.filter(type="ADJUST", needs_approval=False).exists():
            make.rule_from_today("ADJUST", needs_approval=False)

    def card(self, number):
        return services.account_for(
            purpose=Purpose.CARD,
            asset=self.asset,
            region=self.enterprise.region,
            enterprise=self.enterprise,
            reference=DocumentRef("card", number),
        )

    def post(self, kind, *moves, document="voucher", **more):
        number = next(SERIAL)
        posting = make.posting(
            kind, f"p{number}", *moves, document=DocumentRef(document, number), **more
        )
        return number, make.post(posting, now=make.NOW + number * MINUTE)[0].operation_id

    def held(self, account):
        return Account.objects.get(pk=account.pk).balance

    def load(self, card, lot, amount):
        return self.post("CARD_LOAD", Move(self.rights[lot].pk, self.cards[card].pk, amount))

    def discharge(self, card, amount):
        move = Move(self.cards[card].pk, self.gone.pk, amount, overflow=self.owed.pk)
        document, operation = self.post("DISCHARGE", move, document="discharge_event")
        self.debits[document] = amount
        self.last, self.wrong = (operation, amount), operation
        return document

    def give_back(self, card, amount):
        """As the cards do it: to the lot whose grams lie on top."""
        stack = self.trace().stacks.get(self.cards[card].pk)
        layers = list(stack.between(stack.used, stack.top)) if stack else []
        if layers and layers[-1][2].lot is not None:
            piece = layers[-1][2]
            lot = [one.pk for one in self.lots].index(piece.lot)
            part = min(amount, piece.amount)
            self.post("CARD_UNLOAD", Move(self.cards[card].pk, self.rights[lot].pk, part))

    def correct(self, card, amount):
        if self.wrong and self.held(self.gone) >= amount:
            move = Move(self.gone.pk, self.cards[card].pk, amount)
            self.post("ADJUST", move, document="discharge_event", corrects_id=self.wrong)

    def undo(self, card, amount):
        operation, debited = self.last or (None, 0)
        # What a correction took away cannot be given back a second time (L201).
        if operation and self.held(self.gone) >= debited:
            services.reverse(
                by=system_actor("demo"),
                operation_id=operation,
                key=f"undo{operation}",
                reason="fault",
                now=make.NOW + next(SERIAL) * MINUTE,
            )
            self.last = None

    def hand_over(self, card, amount):
        rest = self.held(self.cards[card])
        if rest:
            move = Move(self.cards[card].pk, self.cards[1 - card].pk, rest)
            self.post("CARD_MOVE", move, document="card")

    def trace(self):
        return traced([self.enterprise.pk], [self.asset.pk])


@pytest.fixture
def plant(enterprise):
    return Plant(enterprise)


def by_lot(parts):
    sums = {}
    for part in parts:
        sums[part.lot] = sums.get(part.lot, 0) + part.amount
    return sums


class TestFromAnEvent:
    def test_each_gram_names_its_lot_and_its_load(self, plant):
        _, first = plant.load(0, 0, 500)
        _, second = plant.load(0, 1, 500)
        event = plant.discharge(0, 700)
        parts = parts_of(DocumentRef("discharge_event", event))
        assert [(p.lot, p.load, p.amount) for p in parts] == [
            (plant.lots[0].pk, first, 500),
            (plant.lots[1].pk, second, 200),
        ]

    def test_what_no_card_covered_names_no_lot(self, plant):
        plant.load(0, 0, 500)
        parts = parts_of(DocumentRef("discharge_event", plant.discharge(0, 700)))
        assert [(p.lot, p.amount, p.is_overrun) for p in parts] == [
            (plant.lots[0].pk, 500, False),
            (None, 200, True),
        ]

    def test_later_loads_do_not_change_what_was_said(self, plant):
        plant.load(0, 0, 500)
        event = DocumentRef("discharge_event", plant.discharge(0, 300))
        before = parts_of(event)
        plant.load(0, 1, 900)
        plant.discharge(0, 800)
        plant.give_back(0, 100)
        assert parts_of(event) == before

    def test_a_card_that_takes_over_keeps_the_lots_apart(self, plant):
        _, first = plant.load(0, 0, 500)
        _, second = plant.load(0, 1, 500)
        plant.hand_over(0, 0)
        parts = parts_of(DocumentRef("discharge_event", plant.discharge(1, 600)))
        assert [(p.load, p.amount) for p in parts] == [(first, 500), (second, 100)]


class TestFromALot:
    def test_every_discharge_is_listed_page_by_page(self, plant):
        plant.load(0, 0, 5_000)
        for _number in range(7):
            plant.discharge(0, 100)
        lot, trace = plant.lots[0].pk, plant.trace()
        whole = discharges(trace, lot=lot, limit=None)
        pages, after = [], (0, -1)
        while page := discharges(trace, lot=lot, after=after, limit=3):
            pages += page
            after = (page[-1].operation_id, page[-1].line)
        assert pages == whole
        assert [one.amount for one in whole] == [100] * 7

    def test_a_correction_is_listed_with_a_minus(self, plant):
        plant.load(0, 0, 500)
        plant.discharge(0, 300)
        plant.correct(0, 100)
        found = discharges(plant.trace(), lot=plant.lots[0].pk)
        assert [one.amount for one in found] == [300, -100]

    def test_of_one_load_only_its_own_grams_are_told(self, plant):
        _, first = plant.load(0, 0, 500)
        _, second = plant.load(0, 0, 500)
        plant.discharge(0, 700)
        trace = plant.trace()
        assert sum(d.amount for d in discharges(trace, loads=frozenset([first]))) == 500
        assert sum(d.amount for d in discharges(trace, loads=frozenset([second]))) == 200

    def test_the_family_is_found_in_both_directions(self, plant, trader, rival):
        child = services.transfer_lot(
            by=trader,
            lot=plant.lots[0],
            to_enterprise=rival.enterprise,
            quantity_per_year=10**9,
            effective_date=datetime.date(2026, 11, 20),
            document=make.DOCUMENT,
            key="part",
            now=make.NOW,
        )
        assert provenance.descendants(plant.lots[0]) == {child.pk: 1}
        assert set(provenance.with_ancestors([child.pk])) == {child.pk, plant.lots[0].pk}


ACTS = st.tuples(
    st.sampled_from(
        ["load", "discharge", "discharge", "discharge", "give_back", "correct", "undo", "hand_over"]
    ),
    st.integers(0, 1),
    st.integers(1, 900),
    st.integers(0, 2),
)


@given(st.lists(ACTS, min_size=4, max_size=14))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_sums_agree_for_any_history(enterprise, acts):
    plant = Plant(enterprise)
    plant.load(0, 0, 400)
    for name, card, amount, lot in acts:
        if name == "load":
            plant.load(card, lot, amount)
        else:
            getattr(plant, name)(card, amount)
    for event, debit in plant.debits.items():
        legs = parts_of(DocumentRef("discharge_event", event))
        drawn = [part for part in legs if part.target_purpose == Purpose.DISCHARGED]
        assert sum(part.amount for part in drawn) == debit
    trace, totals = plant.trace(), uses(plant.trace())
    for lot, right in zip(plant.lots, plant.rights, strict=True):
        use = totals.get(lot.pk, Use())
        listed = discharges(trace, lot=lot.pk, limit=None)
        assert sum(one.amount for one in listed) == use.discharged
        assert use.loaded - use.given_back == use.discharged + use.on_cards
        assert use.loaded - use.given_back == 10 * 10**9 - plant.held(right)
        for one in listed:
            if one.amount > 0:
                parts = [p for p in parts_of(one.document) if p.operation_id == one.operation_id]
                assert by_lot(parts)[lot.pk] >= one.amount


def queries_of(act):
    with CaptureQueriesContext(
        connection,
    ) as found:
        act()
    return len(found)


def test_the_number_of_queries_does_not_grow(plant):
    plant.load(0, 0, 500)
    event = DocumentRef("discharge_event", plant.discharge(0, 10))
    lot = plant.lots[0].pk

    def both_ways():
        parts_of(event)
        discharges(plant.trace(), lot=lot)

    few = queries_of(both_ways)
    for number in range(12):
        plant.load(number % 2, number % 3, 100)
        plant.discharge(number % 2, 80)
    assert queries_of(both_ways) == few
    assert few <= 7
