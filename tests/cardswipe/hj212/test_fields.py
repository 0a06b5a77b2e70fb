"""Units: the traps between versions, one by one; figures as plain digits only."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswipe.hj212 import fields
from shell.rules import RuleBroken

TABLE_FILE = Path(fields.__file__).parent.parent / "data" / "factor_codes.csv"


@pytest.fixture(scope="module")
def table() -> fields.FactorTable:
    with TABLE_FILE.open(encoding="utf-8-sig", newline="") as file:
        return fields.FactorTable(
            fields.FactorInfo(at, row["standard"], row["code"], row["conc_unit"], row["mass_unit"])
            for at, row in enumerate(csv.DictReader(file), 1)
        )


@pytest.mark.parametrize(
    ("version", "code", "concentration", "amount"),
    [
        (2017, "w01018", "mg/L", "kg"),
        (2005, "011", "mg/L", "kg"),
        (2017, "w00000", "L/s", "m3"),
        (2005, "B01", "L/s", "t"),
        (2017, "w20111", "ug/L", "g"),
        (2005, "020", "mg/L", "kg"),
        (2017, "a21026", "mg/m3", "kg"),
        (2025, "a21026", "mg/m3", "kg"),
        (2025, "w21003", "mg/L", "kg"),
    ],
)
def test_units_belong_to_a_code_in_a_version(table, version, code, concentration, amount):
    factor = table.find(version, code)
    assert (factor.concentration_unit, factor.amount_unit) == (concentration, amount)


def test_codes_of_another_version_are_unknown(table):
    assert table.find(2017, "011") is None
    assert table.find(2005, "w01018") is None
    assert table.find(2017, "e10199").code == "e101xx"


@pytest.mark.parametrize(
    ("text", "unit", "mg"),
    [("1.5", "kg", 1_500_000), ("1.5", "g", 1500), ("1.5", "mg", 2), ("2.5", "mg", 2),
     ("0.0000004", "kg", 0), ("99999999", "t", 99999999 * 10**9)],
)  # fmt: skip
def test_amounts_become_whole_milligrams_rounded_half_to_even(text, unit, mg):
    assert fields.amount_mg(text, unit) == mg


def test_volumes_become_whole_litres():
    assert fields.volume_l("10.5", "m3") == 10500
    assert fields.volume_l("10.5", "t") == 10500


@pytest.mark.parametrize(
    ("value", "unit", "litres", "mg"),
    [("40.1", "mg/L", 10500, 421050), ("40.1", "ug/L", 10500, 421), ("40.1", "ng/L", 10**9, 40100),
     ("50", "mg/m3", 3_600_000, 180000), ("1.0", "ng/m3", 10**12, 1000)],
)  # fmt: skip
def test_mean_times_volume_is_the_load(value, unit, litres, mg):
    assert fields.mass_mg(value, unit, litres) == mg


@pytest.mark.parametrize(
    "text",
    ["", "1e3", "NaN", "Infinity", "１２", "٣", " 1", "1 ", "+1", "1,000", "1_000", "0x10", ".5",
     "1.", "1.2.3", "--1", "1" * 15, "0." + "1" * 16, "1\n"],
)  # fmt: skip
def test_what_is_no_plain_figure_is_refused(text):
    with pytest.raises(RuleBroken, match="C127"):
        fields.figure(text)


@pytest.mark.parametrize("text", ["-1", "-0.6", "99999999999999"])
def test_negative_and_impossible_amounts_are_refused(text):
    with pytest.raises(RuleBroken, match="C127"):
        fields.amount_mg(text, "kg")


def test_a_factor_without_a_unit_of_amount_gives_no_load():
    with pytest.raises(RuleBroken, match="C128"):
        fields.amount_mg("1", "")
    with pytest.raises(RuleBroken, match="C128"):
        fields.mass_mg("1", "%", 10)


@given(st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False, allow_infinity=False))
def test_kilograms_with_six_decimals_lose_nothing(value):
    assert Decimal(fields.amount_mg(f"{value:f}", "kg")) == value * 10**6
