"""Statements: balances and lines in both orders, pages both ways, holdings, exact totals."""

import datetime

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.models import Account
from ledger.queries import Cursor, Order, Span, book_of, holding_of, statement
from ledger.queries.statements import every_line, totals
from ledger.rules import Move, Purpose
from tests import factories_ledger as make

pytestmark = pytest.mark.django_db
T = 10**9
DAY = datetime.timedelta(days=1)
NOV = datetime.date(2026, 11, 1), datetime.date(2026, 11, 30)
LATER = make.NOW + 30 * DAY


def span(first=NOV[0], last=NOV[1], known_at=LATER, order=Order.POSTED):
    return Span(first, last, known_at, order)


@pytest.fixture
def books(enterprise):
    """A lot of 10 t, a card, what was discharged and what is owed."""
    lot = make.lot(enterprise)
    return {
        "lot": make.lot_account(lot),
        "card": make.account(enterprise, Purpose.CARD),
        "gone": make.account(enterprise, Purpose.DISCHARGED),
        "owed": make.account(enterprise, Purpose.OVERRUN),
    }


def load(books, amount, key, **when):
    make.post(
        make.posting("CARD_LOAD", key, Move(books["lot"].pk, books["card"].pk, amount)), **when
    )


def discharge(books, amount, key, *, day=None, **when):
    move = Move(books["card"].pk, books["gone"].pk, amount, overflow=books["owed"].pk)
    changes = {"effective_date": day} if day else {}
    make.post(make.posting("DISCHARGE", key, move, **changes), **when)


def deltas(page):
    return [(line.kind, line.delta, line.balance) for line in page.lines]


class TestOfAnAccount:
    def test_each_line_carries_the_balance_after_it(self, books):
        load(books, 5 * T, "v")
        discharge(books, 2 * T, "d")
        page = statement(book_of(books["card"]), span())
        assert (page.opening, page.closing) == (0, 3 * T)
        assert deltas(page) == [("CARD_LOAD", 5 * T, 5 * T), ("DISCHARGE", -2 * T, 3 * T)]

    def test_the_last_line_of_an_account_is_its_balance_in_the_journal(self, books):
        load(books, 5 * T, "v")
        discharge(books, 7 * T, "d")
        for account in Account.objects.exclude(version=0):
            page = statement(book_of(account), span(datetime.date(2025, 1, 1)))
            assert page.closing == account.balance == page.lines[-1].balance

    def test_as_known_at_a_moment_nothing_later_stands(self, books):
        load(books, 5 * T, "v")
        discharge(books, 2 * T, "d", now=make.NOW + DAY)
        page = statement(book_of(books["card"]), span(known_at=make.NOW + DAY / 2))
        assert (page.closing, len(page.lines)) == (5 * T, 1)

    def test_days_without_movement_keep_the_balance(self, books):
        load(books, 5 * T, "v")
        page = statement(
            book_of(books["card"]), span(datetime.date(2026, 11, 25), datetime.date(2026, 11, 26))
        )
        assert (page.opening, page.closing, page.lines) == (5 * T, 5 * T, [])

    @pytest.mark.parametrize("order", Order)
    def test_pages_meet_in_both_directions(self, books, order):
        load(books, 9 * T, "v")
        for number in range(6):
            day = datetime.date(2026, 11, 20) - number * DAY
            discharge(books, T, f"d{number}", day=day, now=make.NOW + number * DAY)
        whole = deltas(statement(book_of(books["card"]), span(order=order)))
        first = statement(book_of(books["card"]), span(order=order), limit=3)
        second = statement(book_of(books["card"]), span(order=order), after=first.later, limit=3)
        third = statement(book_of(books["card"]), span(order=order), after=second.later, limit=3)
        assert deltas(first) + deltas(second) + deltas(third) == whole
        assert (first.earlier, third.later) == (None, None)
        back = statement(book_of(books["card"]), span(order=order), before=third.earlier, limit=3)
        assert deltas(back) == deltas(second)
        start = statement(book_of(books["card"]), span(order=order), before=back.earlier, limit=3)
        assert deltas(start) == deltas(first)
        assert start.earlier is None


class TestByEffectiveDate:
    def test_a_late_event_stands_on_its_own_day(self, books):
        load(books, 9 * T, "v")
        discharge(books, T, "on-time", now=make.NOW + DAY)
        discharge(books, 2 * T, "late", day=datetime.date(2026, 11, 10), now=make.NOW + 2 * DAY)
        page = statement(book_of(books["gone"]), span(order=Order.EFFECTIVE))
        assert [line.balance for line in page.lines] == [2 * T, 3 * T]

    def test_what_was_not_known_yet_is_not_told(self, books):
        load(books, 9 * T, "v")
        late = datetime.date(2026, 11, 10)
        discharge(books, 2 * T, "late", day=late, now=make.NOW + 2 * DAY)
        asked = {"first": late, "last": late, "order": Order.EFFECTIVE}
        before = statement(book_of(books["gone"]), span(known_at=make.NOW + DAY, **asked))
        after = statement(book_of(books["gone"]), span(known_at=make.NOW + 3 * DAY, **asked))
        assert (before.closing, before.lines) == (0, [])
        assert after.closing == 2 * T

    def test_the_opening_counts_everything_of_earlier_days(self, books):
        load(books, 9 * T, "v")
        discharge(books, 2 * T, "late", day=datetime.date(2026, 10, 31), now=make.NOW + DAY)
        page = statement(book_of(books["gone"]), span(order=Order.EFFECTIVE))
        assert (page.opening, page.closing) == (2 * T, 2 * T)


class TestOfAHolding:
    def test_movements_inside_are_folded_or_shown_and_change_nothing(self, books, enterprise):
        load(books, 5 * T, "v")
        discharge(books, 2 * T, "d")
        book = holding_of(enterprise, books["lot"].asset)
        wide = span(datetime.date(2026, 1, 1))
        folded = statement(book, wide, has_inner=False)
        shown = statement(book, wide)
        assert deltas(folded) == [("GRANT", 10 * T, 10 * T), ("DISCHARGE", -2 * T, 8 * T)]
        assert [line.is_inner for line in shown.lines] == [False, True, False]
        assert shown.closing == folded.closing == 8 * T

    def test_what_is_owed_counts_against_the_holding(self, books, enterprise):
        load(books, T, "v")
        discharge(books, 3 * T, "d")
        page = statement(
            holding_of(enterprise, books["lot"].asset),
            span(datetime.date(2026, 1, 1)),
            has_inner=False,
        )
        assert [delta for _kind, delta, _balance in deltas(page)] == [10 * T, -T, -2 * T]
        assert page.closing == 7 * T

    def test_totals_by_kind_explain_the_change(self, books, enterprise):
        load(books, 5 * T, "v")
        discharge(books, 2 * T, "d")
        book = holding_of(enterprise, books["lot"].asset)
        for order in Order:
            asked = span(datetime.date(2026, 1, 1), order=order)
            page, sums = statement(book, asked), totals(book, asked)
            assert page.closing - page.opening == sum(one.came - one.went for one in sums)
            assert {one.kind for one in sums} == {"GRANT", "DISCHARGE"}


@given(
    amounts=st.lists(
        st.tuples(st.integers(1, 5), st.integers(0, 20), st.integers(0, 5)), max_size=12
    ),
    size=st.integers(1, 5),
    order=st.sampled_from(Order),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_paging_of_any_history_gives_the_same_lines(enterprise, amounts, size, order):
    lot = make.lot(enterprise, tonnes=100, key=f"h{timezone.now()}")
    books = {
        "lot": make.lot_account(lot),
        "card": make.account(enterprise, Purpose.CARD),
        "gone": make.account(enterprise, Purpose.DISCHARGED),
        "owed": make.account(enterprise, Purpose.OVERRUN),
    }
    for number, (tonnes, age, wait) in enumerate(amounts):
        when = make.NOW + wait * DAY
        if number % 3 == 0:
            load(books, 2 * tonnes * T, f"{lot.pk}v{number}", now=when)
        day = datetime.date(2026, 11, 20) - age * DAY
        discharge(books, tonnes * T, f"{lot.pk}d{number}", day=day, now=when)
    book = holding_of(enterprise, books["card"].asset)
    asked = span(datetime.date(2026, 11, 8), datetime.date(2026, 11, 24), order=order)
    whole = list(every_line(book, asked))
    found, page = [], statement(book, asked, limit=size)
    found += page.lines
    while page.later:
        page = statement(book, asked, after=page.later, limit=size)
        found += page.lines
    assert found == whole
    back = [*page.lines]
    while page.earlier:
        page = statement(book, asked, before=page.earlier, limit=size)
        back = page.lines + back
    assert back == whole
    assert page.opening + sum(line.delta for line in whole) == page.closing


@pytest.mark.parametrize(
    "text", ["", "1", "1.2.3", "a.b.c.d", "0.1.1.1", "9999999.1.1.1", "1.99999999999999999999.1.1",
             "-1.1.1.1", "１.1.1.1"]
)  # fmt: skip
def test_a_strange_place_is_not_believed(text):
    assert Cursor.read(text) is None


def test_a_place_is_read_as_it_was_written(books):
    load(books, T, "v")
    cursor = statement(book_of(books["card"]), span()).lines[0].cursor
    assert Cursor.read(str(cursor)) == cursor
