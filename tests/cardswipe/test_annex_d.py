"""HJ 212-2017 annex D: each formula by table, and what must hold whatever the figures."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswipe import annex_d
from cardswipe.load_rules import (
    CheckTerms,
    CheckVerdict,
    Minute,
    OwnLoad,
    compare,
    frozen_for,
    implausible,
    interval_of,
    longest_gap,
    own_load,
)

BEGIN = datetime.datetime(2026, 11, 20, 8, tzinfo=datetime.UTC)
TERMS = CheckTerms(50, 1000, 750, 120, 30, 20, 750, 833)
FIGURES = st.decimals(min_value=0, max_value=10_000, places=3)


def minutes(flow="10", value="40", *, count=6, bad=(), **odd):
    """An hour's minute data at ten minutes, some of them not valid."""
    return [
        Minute(
            BEGIN + n * datetime.timedelta(minutes=10),
            Decimal(flow),
            Decimal(odd.get(f"v{n}", value)),
            n not in bad,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("clause", "found", "expected"),
    [
        ("D.1 slice volume", annex_d.slice_volume(Decimal("17.5"), Decimal(600)), Decimal("10.5")),
        (
            "D.1 totaliser",
            annex_d.volume_between(Decimal("100.5"), Decimal("111.0")),
            Decimal("10.5"),
        ),
        ("D.1 mean flow", annex_d.mean_flow(Decimal("10.5"), Decimal(600)), Decimal("17.5")),
        # The standard's own example prints 10.5 kg here; 40.1 mg/L in 10.5 m³ are 0.42105 kg.
        (
            "D.1 slice mass",
            annex_d.slice_mass(Decimal("40.1"), Decimal("10.5")),
            Decimal("0.42105"),
        ),
        (
            "D.1 weighted mean",
            annex_d.weighted_mean(Decimal("0.42105"), Decimal("10.5")),
            Decimal("40.1"),
        ),
        ("D.1 no flow", annex_d.weighted_mean(Decimal(0), Decimal(0)), None),
        (
            "D.1 arithmetic",
            annex_d.arithmetic_mean([Decimal(40), Decimal(50), Decimal(60)]),
            Decimal(50),
        ),
        (
            "D.2 standard",
            annex_d.at_standard_state(Decimal(50), Decimal(0), Decimal(101325), Decimal(0)),
            Decimal(50),
        ),
        (
            "D.2 273 °C",
            annex_d.at_standard_state(Decimal(50), Decimal(273), Decimal(101325), Decimal(0)),
            Decimal(100),
        ),
        ("D.2 dry", annex_d.dry(Decimal(45), Decimal("0.1")), Decimal(50)),
        ("D.2 ppm", annex_d.mass_concentration(Decimal("22.4"), Decimal(64)), Decimal(64)),
        ("D.2 NOx", annex_d.nitrogen_oxides(Decimal(30), Decimal(10)), Decimal(56)),
        ("D.2 alpha", annex_d.excess_air(Decimal("10.5")), Decimal(2)),
        ("D.2 converted", annex_d.converted(Decimal(60), Decimal(6), Decimal(11)), Decimal(90)),
        ("D.2 wet flow", annex_d.hourly_wet_flow(Decimal(2), Decimal(5)), Decimal(36000)),
        ("D.2 velocity", annex_d.section_velocity(Decimal(10), Decimal("0.84")), Decimal("8.40")),
        (
            "D.2 dry standard flow",
            annex_d.hourly_dry_standard_flow(
                Decimal(1000), Decimal(273), Decimal(101325), Decimal(0), Decimal("0.1")
            ),
            Decimal(450),
        ),
        ("D.2 hourly mass", annex_d.hourly_mass(Decimal(30), Decimal(100000)), Decimal(3)),
    ],
)
def test_each_formula_gives_the_figure_worked_out_by_hand(clause, found, expected):
    assert found == expected, clause


@settings(max_examples=60)
@given(st.lists(st.tuples(FIGURES, FIGURES), min_size=1, max_size=30))
def test_the_weighted_mean_gives_the_mass_back_and_lies_between_its_parts(slices):
    """D.1: C = 1000·G/D undoes G = ΣC·D/1000."""
    volumes = [annex_d.slice_volume(flow, Decimal(600)) for flow, _c in slices]
    masses = [annex_d.slice_mass(c, v) for (_f, c), v in zip(slices, volumes, strict=True)]
    mean = annex_d.weighted_mean(annex_d.total(masses), annex_d.total(volumes))
    if mean is not None:
        values = [c for (_f, c), v in zip(slices, volumes, strict=True) if v]
        assert min(values) - Decimal("1E-9") <= mean <= max(values) + Decimal("1E-9")


@settings(max_examples=60)
@given(FIGURES, st.decimals(0, 20, places=2), st.decimals(0, 20, places=2))
def test_both_ways_of_conversion_agree(concentration, reference, oxygen):
    """D.2: (21-O2_std)/(21-O2) equals α/α_s."""
    by_air = annex_d.converted_by_air(
        concentration, annex_d.excess_air(oxygen), annex_d.excess_air(reference)
    )
    assert abs(by_air - annex_d.converted(concentration, reference, oxygen)) < Decimal("1E-9")


def test_the_own_integral_is_the_sum_of_valid_minutes():
    # 10 L/s for an hour are 36 m³; at 40 mg/L that is 1.44 kg.
    full = own_load(minutes(), is_water_medium=True, is_volume=False, milligrams=Decimal(1))
    assert full == OwnLoad(1_440_000, 6, 6)
    part = own_load(minutes(bad={2}), is_water_medium=True, is_volume=False, milligrams=Decimal(1))
    assert part == OwnLoad(1_200_000, 5, 6)
    volume = own_load(minutes(), is_water_medium=True, is_volume=True, milligrams=Decimal(1))
    assert volume.quantity == 36_000
    # 10 m³/s of gas at 40 mg/m³ for an hour are 1.44 kg as well.
    gas = own_load(minutes(), is_water_medium=False, is_volume=False, milligrams=Decimal(1))
    assert gas.quantity == 1_440_000


@pytest.mark.parametrize(
    ("device", "valid", "is_water", "verdict"),
    [
        (1_440_000, 6, True, CheckVerdict.EQUAL),
        (1_368_001, 6, True, CheckVerdict.EQUAL),
        (1_000_000, 6, True, CheckVerdict.DIFFERS),
        (0, 6, True, CheckVerdict.DIFFERS),
        (1_440_000, 5, True, CheckVerdict.TOO_FEW),  # water: one abnormal value
        (1_440_000, 5, False, CheckVerdict.EQUAL),  # gas: at least 75 %
        (1_440_000, 4, False, CheckVerdict.TOO_FEW),
        (1_440_000, 0, False, CheckVerdict.TOO_FEW),
    ],
)
def test_the_two_sources_are_compared_only_when_enough_of_the_hour_is_valid(
    device, valid, is_water, verdict
):
    own = OwnLoad(240_000 * valid, valid, 6)
    assert compare(device, own, is_water_medium=is_water, terms=TERMS) == verdict


@settings(max_examples=40)
@given(st.lists(st.tuples(FIGURES, FIGURES, st.booleans()), min_size=6, max_size=6))
def test_the_own_integral_never_exceeds_that_of_the_same_hour_with_all_minutes_valid(hour):
    rows = [
        Minute(BEGIN + n * datetime.timedelta(minutes=10), flow, value, valid)
        for n, (flow, value, valid) in enumerate(hour)
    ]
    every = [Minute(one.at, one.flow, one.value, is_valid=True) for one in rows]
    args = {"is_water_medium": True, "is_volume": False, "milligrams": Decimal(1)}
    assert own_load(rows, **args).quantity <= own_load(every, **args).quantity


def test_what_is_doubtful_in_an_hour_is_found():
    end = BEGIN + datetime.timedelta(hours=1)
    assert interval_of(minutes()) == 10
    assert frozen_for(minutes()) == 60
    assert frozen_for(minutes(v3="41")) == 30
    assert frozen_for(minutes(flow="0")) == 0
    assert longest_gap(minutes(), BEGIN, end) == 0
    assert longest_gap(minutes(count=3), BEGIN, end) == 30
    assert longest_gap([], BEGIN, end) == 60
    assert implausible(minutes(v2="-1"), None, TERMS) == Decimal(-1)
    assert implausible(minutes(v2="1001"), Decimal(50), TERMS) == Decimal(1001)
    assert implausible(minutes(v2="1001", bad={2}), Decimal(50), TERMS) is None
