"""Shares always add up: over adjoining terms, over parts of a lot, over a ratio."""

import datetime
import itertools

from hypothesis import given
from hypothesis import strategies as st

from ledger.shares import (
    carried_part,
    period_share,
    retired_part,
    take_in_turn,
    take_top,
    units_share,
)

YEARS = range(2024, 2031)
PERIODS = [(datetime.date(year, 1, 1), datetime.date(year, 12, 31)) for year in YEARS]
FEW = 6
QUANTITY = st.integers(min_value=1, max_value=10**15)
DAYS = st.dates(min_value=PERIODS[0][0], max_value=PERIODS[-1][1])


def shares(units, first, last):
    """What the units give in each period; a plain quantity is a right's first units."""
    ranges = ((0, units),) if isinstance(units, int) else units
    return [
        units_share(ranges, valid_from=first, valid_to=last, period_start=start, period_end=end)
        for start, end in PERIODS
    ]


@given(quantity=QUANTITY, days=st.lists(DAYS, min_size=2, max_size=8, unique=True))
def test_adjoining_terms_add_up_to_the_whole_term(quantity, days):
    days.sort()
    eve = datetime.timedelta(days=1)
    parts = [shares(quantity, a, b - eve) for a, b in itertools.pairwise(days)]
    whole = shares(quantity, days[0], days[-1] - eve)
    assert [sum(column) for column in zip(*parts, strict=True)] == whole


@given(quantity=QUANTITY)
def test_whole_periods_give_exactly_the_quantity(quantity):
    assert shares(quantity, PERIODS[0][0], PERIODS[-1][1]) == [quantity] * len(PERIODS)


@given(
    cuts=st.lists(st.integers(min_value=1, max_value=10**12), min_size=1, max_size=8),
    first=DAYS,
    last=DAYS,
)
def test_parts_of_a_lot_take_exactly_the_lot(cuts, first, last):
    left = ((0, sum(cuts)),)
    taken = [0] * len(PERIODS)
    for cut in cuts:
        left, part = take_top(left, cut)
        given_ = shares(part, first, last)
        assert sum(above - below for below, above in part) == cut
        assert min(given_) >= 0
        taken = [a + b for a, b in zip(taken, given_, strict=True)]
    assert left == ()
    assert taken == shares(sum(cuts), first, last)


@given(quantity=QUANTITY, data=st.data(), terms=st.tuples(DAYS, DAYS, DAYS).map(sorted))
def test_part_cut_off_can_be_cut_on_and_whoever_cuts_later_finds_enough(quantity, data, terms):
    """A part from one day on, of it a part from a later day, then the rest of the lot: never
    more than there is, whatever the days."""
    begin, one, two = terms
    last = PERIODS[-1][1]
    left, part = take_top(((0, quantity),), data.draw(st.integers(1, quantity)))
    size = sum(above - below for below, above in part)
    kept, onward = take_top(part, data.draw(st.integers(1, size)))
    has = shares(part, one, last)
    assert all(a >= b for a, b in zip(has, shares(onward, two, last), strict=True))
    assert sum(above - below for below, above in (*kept, *onward)) == size
    rest = [a - b for a, b in zip(shares(quantity, begin, last), has, strict=True)]
    assert all(a >= b for a, b in zip(rest, shares(left, two, last), strict=True))


@given(quantity=QUANTITY, first=DAYS, last=DAYS)
def test_share_is_never_further_than_a_few_units_from_the_exact_fraction(quantity, first, last):
    for start, end in PERIODS:
        days = max(0, (min(last, end) - max(first, start)).days + 1)
        length = (end - start).days + 1
        share = period_share(
            quantity, valid_from=first, valid_to=last, period_start=start, period_end=end
        )
        assert abs(share * length - quantity * days) <= FEW * length


@given(bought=QUANTITY, ratio=st.integers(min_value=1000, max_value=10_000))
def test_retired_and_owned_part_are_the_whole_and_the_ratio_is_kept(bought, ratio):
    retired = retired_part(bought, ratio)
    assert 0 <= retired < bought or bought < 10
    assert (bought - retired) * ratio <= bought * 1000


@given(rest=QUANTITY, percent=st.integers(min_value=0, max_value=100))
def test_what_is_carried_over_is_never_more_than_the_rest(rest, percent):
    assert 0 <= carried_part(rest, percent) <= rest


@given(
    amount=st.integers(min_value=0, max_value=100),
    free=st.lists(st.integers(min_value=0, max_value=30), max_size=8),
)
def test_sources_are_used_in_turn_each_emptied_before_the_next(amount, free):
    taken = take_in_turn(amount, list(enumerate(free)))
    assert sum(part for _source, part in taken) == min(amount, sum(free))
    for source, part in taken[:-1]:
        assert part == free[source]
