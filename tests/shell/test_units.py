"""Figures are read strictly and shown exactly."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shell import units
from shell.forms import CountField, MoneyField, QuantityField
from shell.refusals import spoken
from shell.rules import RuleBroken


@pytest.mark.parametrize(
    ("text", "unit", "whole"),
    [
        ("0", "t", 0),
        ("1.234", "t", 1_234_000_000),
        ("007.5", "t", 7_500_000_000),
        ("0.001", "kg", 1_000),
        ("12", "mg", 12),
        ("1.5", "m3", 1_500),
        ("9223372036.854", "t", 9_223_372_036_854_000_000),
    ],
)
def test_plain_numbers_become_whole_units(text, unit, whole):
    assert units.parse_quantity(text, unit=unit) == whole


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "S101"),
        (" ", "S102"),
        (" 1", "S102"),
        ("1 ", "S102"),
        ("1 000", "S102"),
        ("1,000", "S102"),
        ("1_000", "S102"),
        ("+1", "S102"),
        ("-1", "S102"),
        ("−1", "S102"),
        ("1e3", "S102"),
        ("1E3", "S102"),
        ("0x10", "S102"),
        ("NaN", "S102"),
        ("Infinity", "S102"),
        ("１２", "S102"),
        ("١٢", "S102"),
        ("१२", "S102"),
        ("²", "S102"),
        ("一", "S102"),
        ("1\n", "S102"),
        ("1\u200b", "S102"),
        ("1。5", "S102"),
        (".", "S103"),
        (".5", "S103"),
        ("5.", "S103"),
        ("1.2.3", "S103"),
        ("1..2", "S103"),
        ("1.2345", "S104"),
        ("9223372036.855", "S105"),
        ("1" * 41, "S105"),
    ],
)
def test_everything_else_is_refused_by_number(text, code):
    with pytest.raises(RuleBroken) as refused:
        units.parse_quantity(text, unit="t")
    assert refused.value.code == code
    assert code in str(spoken(refused.value))


def test_more_decimals_only_where_the_whole_unit_holds_them():
    assert units.parse_quantity("0.000000001", unit="t", places=9) == 1
    with pytest.raises(RuleBroken):
        units.parse_quantity("0.0000000001", unit="t", places=10)


def test_trailing_zeros_count_as_decimals():
    with pytest.raises(RuleBroken):
        units.parse_money("1.000")


@given(st.integers(0, units.LARGEST), st.sampled_from(sorted(units.SCALES)))
def test_what_is_written_plainly_reads_back(whole, unit):
    assert units.parse_quantity(units.plain(whole, unit=unit), unit=unit, places=9) == whole


@given(st.text(max_size=50))
def test_no_text_does_more_than_be_read_or_refused(text):
    try:
        fen = units.parse_money(text)
    except RuleBroken:
        fen = None
    assert fen is None or Decimal(text) * 100 == fen
    assert fen is not None or not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,2})?", text, re.ASCII)


@given(st.integers(-units.LARGEST, units.LARGEST))
def test_shown_tonnes_are_never_off_by_more_than_half_the_last_place(mg):
    shown = units.show_t(mg, group="").replace("−", "-")
    places = len(shown.partition(".")[2])
    assert abs(Decimal(shown) - Decimal(mg) / units.MG_PER_T) * 2 <= Decimal(1).scaleb(-places)
    assert (mg == 0) == (Decimal(shown) == 0)


@pytest.mark.parametrize(
    ("mg", "shown"),
    [
        (0, "0.000"),
        (1_234_567_890_123, "1,234.568"),
        (500_000, "0.000500"),
        (5, "0.000000005"),
        (-420_000_000, "−0.420"),
        (1_500_000, "0.002"),
        (2_500_000, "0.002"),
    ],
)
def test_tonnes_are_shown_with_three_decimals_or_as_many_as_needed(mg, shown):
    assert units.show_t(mg) == shown


@pytest.mark.parametrize(
    ("fen", "shown"), [(0, "0.00"), (123_456_789, "1,234,567.89"), (-5, "−0.05")]
)
def test_yuan_have_two_decimals(fen, shown):
    assert units.show_yuan(fen) == shown


def test_water_is_shown_in_whole_cubic_metres():
    assert units.show_m3(128_400_500) == "128,400"


def test_field_gives_whole_units_and_keeps_what_was_typed():
    field = QuantityField(unit="t", least=1)
    assert field.clean("0.5") == 500_000_000
    assert field.prepare_value(500_000_000) == "0.5"
    assert field.prepare_value("1e3") == "1e3"


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        (QuantityField(unit="t"), "1e3", "S102"),
        (QuantityField(unit="t", least=10**9), "0.5", "S106"),
        (QuantityField(unit="t", most=10**9), "1.5", "S107"),
        (MoneyField(), "1.234", "S104"),
        (MoneyField(), "１", "S102"),
        (CountField(least=1), "0", "S106"),
        (CountField(), "1.0", "S104"),
    ],
)
def test_fields_refuse_by_the_rules_number(field, text, code):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refused:
        field.clean(text)
    assert refused.value.code == code
    assert code in str(refused.value)


def test_optional_field_left_blank_is_none():
    assert MoneyField(required=False).clean("") is None
