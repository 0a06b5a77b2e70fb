"""Filling gaps, pure: which rule applies, what it gives, and where too much goes back to."""

import datetime
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswipe.substitution import (
    Cause,
    Gap,
    Method,
    Part,
    Term,
    capture_rate,
    cause_of,
    choose,
    gaps_of,
    given_back,
    is_within,
    value_of,
)

BEGIN = datetime.datetime(2026, 11, 20, 8, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
AMOUNTS = st.integers(0, 10**12)


def term(number, *, cause=Cause.INVALID, gap=0, capture=0, is_on=True):
    return Term(number, cause, gap, capture, Method.MAX_HOURS, 180, 72, is_on)


# HJ 75-2017 as it is retold (hj212.md section 8): short and long gaps, good and poor capture.
TABLE = [
    term(1, gap=24, capture=900),
    term(2, gap=24, capture=750),
    term(3, gap=0, capture=900),
    term(4, gap=0, capture=750),
    term(5, cause=Cause.OUT_OF_CONTROL, gap=0, capture=750),
]


@pytest.mark.parametrize(
    ("cause", "gap_h", "capture", "row"),
    [
        (Cause.INVALID, 1, 1000, 1),
        (Cause.INVALID, 24, 900, 1),
        (Cause.INVALID, 24, 899, 2),
        (Cause.INVALID, 25, 950, 3),
        (Cause.INVALID, 25, 800, 4),
        (Cause.INVALID, 1, 749, None),
        (Cause.OUT_OF_CONTROL, 1, 950, 5),
        (Cause.OUT_OF_CONTROL, 1, 700, None),
    ],
)
def test_the_row_is_chosen_by_cause_length_and_capture(cause, gap_h, capture, row):
    found = choose(TABLE, cause=cause, gap_h=gap_h, capture=capture)
    assert (found.id if found else None) == row
    assert found == choose(reversed(TABLE), cause=cause, gap_h=gap_h, capture=capture)


@pytest.mark.parametrize(
    ("method", "figures", "value"),
    [
        (Method.MAX_HOURS, [3, 7, 5], 7),
        (Method.MAX_DAYS, [240, 120], 10),
        (Method.MAX_DAYS, [12], 0),  # a half goes to the even neighbour
        (Method.MAX_DAYS, [36], 2),
        (Method.MAX_DAYS, [37], 2),
        (Method.MAX_DAYS, [13], 1),
        (Method.MAX_HOURS, [0], 0),
        (Method.MAX_HOURS, [], None),
    ],
)
def test_an_hour_is_filled_with_the_greatest_that_came_before(method, figures, value):
    assert value_of(method, figures) == value


@settings(max_examples=60)
@given(st.lists(AMOUNTS, min_size=1, max_size=40))
def test_substitution_never_favours_who_did_not_measure(figures):
    filled = value_of(Method.MAX_HOURS, figures)
    assert filled in figures
    assert all(filled >= one for one in figures)
    day = value_of(Method.MAX_DAYS, figures)
    assert abs(day * 24 - max(figures)) <= 12


@settings(max_examples=60)
@given(st.sets(st.integers(0, 60), max_size=40))
def test_gaps_hold_each_missing_hour_once_and_never_touch(places):
    hours = [BEGIN + place * HOUR for place in places]
    gaps = gaps_of(hours)
    assert sorted(hours) == [hour for gap in gaps for hour in gap.each()]
    for earlier, later in itertools.pairwise(gaps):
        assert earlier.begin + earlier.hours * HOUR < later.begin


def test_hours_in_a_row_are_one_gap():
    assert gaps_of([BEGIN + HOUR, BEGIN, BEGIN + 3 * HOUR]) == [
        Gap(BEGIN, 2),
        Gap(BEGIN + 3 * HOUR, 1),
    ]


@pytest.mark.parametrize(
    ("valid", "due", "rate"),
    [(0, 0, 1000), (0, 10, 0), (9, 10, 900), (899, 1000, 899), (2, 3, 666), (12, 10, 1000)],
)
def test_capture_is_rounded_down(valid, due, rate):
    assert capture_rate(valid, due) == rate


@pytest.mark.parametrize(
    ("marks", "cause"),
    [
        ("COD:C", Cause.OUT_OF_CONTROL),
        ("COD:C NH3N:C", Cause.OUT_OF_CONTROL),
        ("COD:C NH3N:D", Cause.INVALID),
        ("COD:M", Cause.INVALID),
        ("OWN COD:4/6", Cause.INVALID),
        ("", Cause.INVALID),
    ],
)
def test_only_calibration_alone_is_out_of_control(marks, cause):
    assert cause_of(marks) == cause


PART = st.builds(Part, st.integers(1, 5), st.just(9), st.booleans(), AMOUNTS)
PARTS = st.lists(PART, min_size=1, max_size=5, unique_by=lambda part: part.account_id)


@settings(max_examples=80)
@given(PARTS, st.data())
def test_too_much_goes_back_exactly_and_what_was_owed_first(parts, data):
    excess = data.draw(st.integers(0, sum(part.amount for part in parts)))
    back = given_back(excess, parts)
    assert sum(amount for _part, amount in back) == excess
    assert all(0 < amount <= part.amount for part, amount in back)
    owed = sum(part.amount for part in parts if part.is_overrun)
    assert sum(amount for part, amount in back if part.is_overrun) == min(excess, owed)


def test_more_than_was_taken_never_goes_back():
    with pytest.raises(ValueError, match="more"):
        given_back(11, [Part(1, 9, is_overrun=False, amount=10)])


def test_spans_without_an_end_go_on():
    day = datetime.date(2026, 11, 22)
    assert is_within([(day, None)], day + datetime.timedelta(days=900))
    assert is_within([(day, day)], day)
    assert not is_within([(day, day)], day + datetime.timedelta(days=1))
    assert not is_within([], day)
