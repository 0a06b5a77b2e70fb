"""Gas as the analyser reports it, brought to dry standard state: by table, by property, booked."""

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from cardswipe import services
from cardswipe.gas_state import (
    FlueGas,
    GasState,
    GasTerms,
    missing,
    to_dry_standard,
)
from cardswipe.models import Alarm, DischargeEvent, GasStateRule, LoadCheck, LoadSourceRule
from cardswipe.refusals import NoGasHere, RuleOverlaps
from ledger.rules import Purpose
from parties.services import system_actor
from tests.factories_cards import NOW, bound, controller, held, load, permit
from tests.factories_devices import frame, local, take

D = Decimal
pytestmark = pytest.mark.django_db
DRY, WET, DUCT = GasState.DRY_STANDARD, GasState.WET_STANDARD, GasState.WET_ACTUAL
AIR = D(101325)
HOUR = datetime.timedelta(hours=1)
BEGIN = NOW.replace(minute=0, second=0, microsecond=0) - 2 * HOUR


def near(found: Decimal, wanted: str) -> bool:
    return abs(found - D(wanted)) < D("0.00001")


# Computed by hand with the formulas of annex D.2:
# flow 10 m³/s at 136.5 °C (273/409.5 = 2/3), no static pressure, 10 % water: 10 · 2/3 · 0.9 = 6;
# 100 mg/m³ there: 100 · 3/2 / 0.9 = 166.66667; 10 · 0.9 = 9 and 100 / 0.9 = 111.11111 if only wet;
# at 273 °C half, at 101 325 Pa less the half (-50 662.5 Pa) half again.
HAND = [
    (DRY, DRY, FlueGas(), "10", "100"),
    (WET, WET, FlueGas(moisture=D("0.1")), "9", "111.11111"),
    (DUCT, DUCT, FlueGas(D("136.5"), D(0), D("0.1")), "6", "166.66667"),
    (DUCT, DRY, FlueGas(D("136.5"), D(0), D("0.1")), "6", "100"),
    (DRY, DUCT, FlueGas(D("136.5"), D(0), D("0.1")), "10", "166.66667"),
    (DUCT, DUCT, FlueGas(D(273), D(0), D(0)), "5", "200"),
    (DUCT, DUCT, FlueGas(D(273), D("-50662.5"), D(0)), "2.5", "400"),
    (DUCT, DUCT, FlueGas(D(0), D(0), D(0)), "10", "100"),
    (DUCT, WET, FlueGas(D(0), D(0), D("0.5")), "5", "200"),
    # A measured air pressure goes before the outlet's own.
    (DUCT, DUCT, FlueGas(D(0), D(0), D(0), D("202650")), "20", "50"),
]


@pytest.mark.parametrize(("flow", "value", "gas", "dry_flow", "dry_value"), HAND)
def test_conversion_is_what_a_hand_computes(flow, value, gas, dry_flow, dry_value):
    found = to_dry_standard(GasTerms(flow, value, AIR), gas, D(10), D(100))
    assert near(found[0], dry_flow)
    assert near(found[1], dry_value)


@pytest.mark.parametrize(
    ("terms", "gas", "wanting"),
    [
        ((DRY, DRY), FlueGas(), []),
        ((WET, DRY), FlueGas(), ["MOISTURE"]),
        ((DUCT, DRY), FlueGas(moisture=D("0.1")), ["STATIC", "TEMPERATURE"]),
        ((DUCT, DUCT), FlueGas(D(-273), D(0), D(0)), ["TEMPERATURE"]),
        ((DUCT, DUCT), FlueGas(D(1501), D(0), D(0)), ["TEMPERATURE"]),
        ((DUCT, DUCT), FlueGas(D(100), D(-101325), D(0)), ["STATIC"]),
        ((WET, WET), FlueGas(moisture=D(1)), ["MOISTURE"]),
        ((WET, WET), FlueGas(moisture=D("-0.01")), ["MOISTURE"]),
    ],
)
def test_what_is_missing_or_cannot_be_is_named(terms, gas, wanting):
    assert missing(GasTerms(*terms, AIR), gas) == wanting


states = st.sampled_from(GasState)
gases = st.builds(
    FlueGas,
    temperature=st.decimals(0, 400, places=1),
    static=st.decimals(-5000, 5000, places=0),
    moisture=st.decimals(0, "0.5", places=3),
)
figures = st.decimals("0.1", 1000, places=2)


@settings(max_examples=60, deadline=None)
@given(gas=gases, flow=figures, value=figures)
def test_mass_is_the_same_in_whatever_state_both_are_reported(gas, flow, value):
    """Flow and concentration change inversely: of one gas the product is one mass."""
    for state in GasState:
        found = to_dry_standard(GasTerms(state, state, AIR), gas, flow, value)
        assert abs(found[0] * found[1] / (flow * value) - 1) < D("1e-20")


@settings(max_examples=60, deadline=None)
@given(terms=st.tuples(states, states), gas=gases, flow=figures, more=figures)
def test_more_flow_is_more_and_nothing_stays_nothing(terms, gas, flow, more):
    rule = GasTerms(*terms, AIR)
    both = to_dry_standard(rule, gas, flow + more, None)[0]
    assert both > to_dry_standard(rule, gas, flow, None)[0]
    assert to_dry_standard(rule, gas, D(0), None) == (0, None)


@settings(max_examples=60, deadline=None)
@given(gas=gases, flow=figures, colder=st.decimals(1, 100, places=1))
def test_hotter_or_wetter_gas_is_less_gas(gas, flow, colder):
    rule = GasTerms(DUCT, DRY, AIR)
    hot = FlueGas(gas.temperature + colder, gas.static, gas.moisture)
    assert to_dry_standard(rule, hot, flow, None)[0] < to_dry_standard(rule, gas, flow, None)[0]


# --- at an outlet --------------------------------------------------------------------------------

STATE = ";a01012-Avg={t},a01012-Flag=N;a01013-Avg=0,a01013-Flag=N;a01014-Avg=10,a01014-Flag={mark}"


@pytest.fixture
def stack(enterprise):
    """A stack that sends hours, with a card loaded with SO2."""
    permit(enterprise)
    made, box = bound(enterprise, code="DA001", event_source="HOUR")
    load(made, pollutant="SO2")
    return box


def minutes(box, *, state=STATE, bad=(), temperature="136.5"):
    """10 m³/s with 40 mg/m³; in the minutes `bad` the moisture is marked as faulty."""
    return [
        frame(
            box,
            "2051",
            f"DataTime={local(BEGIN + n * datetime.timedelta(minutes=10))};"
            "a00000-Avg=10,a00000-Flag=N;a21026-Avg=40,a21026-Flag=N"
            + state.format(t=temperature, mark="D" if n in bad else "N"),
        )
        for n in range(6)
    ]


def hour(box, kg):
    said = f"a00000-Cou=36000,a00000-Flag=N;a21026-Avg=40,a21026-Cou={kg},a21026-Flag=N"
    return frame(box, "2061", f"DataTime={local(BEGIN)};{said}")


def rule(box, flow=DUCT, concentration=DRY, **given):
    values = {"valid_from": datetime.date(2026, 1, 1), "legal_basis": "验收报告"}
    region = box.outlet.site.region
    return GasStateRule(
        outlet=box.outlet, region=region, flow=flow, concentration=concentration, **values | given
    )


def check():
    return services.check_loads(since=BEGIN - HOUR, until=BEGIN + HOUR, now=NOW)


def own_load():
    check()
    return LoadCheck.objects.get(pollutant_id="SO2")


def test_without_a_row_figures_count_as_dry_standard_state(stack):
    take(*minutes(stack), hour(stack, "1.44"))
    # 10 m³/s · 3 600 s · 40 mg/m³
    assert own_load().own == 1_440_000


def test_flow_of_the_duct_is_converted_minute_by_minute(stack):
    rule(stack).save()
    take(*minutes(stack), hour(stack, "0.864"))
    found = own_load()
    # 6 m³/s · 3 600 s · 40 mg/m³
    assert (found.own, found.valid, found.verdict) == (864_000, 6, "EQUAL")
    assert not Alarm.objects.filter(kind="GAS_STATE").exists()


def test_a_device_that_sums_the_wet_flow_is_found_out(stack):
    rule(stack).save()
    take(*minutes(stack), hour(stack, "1.44"))
    assert own_load().verdict == "DIFFERS"
    assert Alarm.objects.filter(kind="LOAD_DIFFERS").exists()


def test_concentration_of_a_wet_analyser_is_converted_too(stack):
    rule(stack, DUCT, DUCT).save()
    take(*minutes(stack), hour(stack, "1.44"))
    # 6 m³/s · 3 600 s · 40 · 1.5 / 0.9 mg/m³: the mass of the same gas is the same.
    assert own_load().own == 1_440_000


def test_minute_without_a_needed_reading_is_left_out_and_told(stack):
    rule(stack).save()
    take(*minutes(stack, bad=(2, 4)), hour(stack, "0.864"))
    found = own_load()
    assert (found.own, found.valid, found.due) == (576_000, 4, 6)
    alarm = Alarm.objects.get(kind="GAS_STATE")
    assert alarm.params["minutes"] == 2
    assert "a01014" in alarm.params["figures"]


def test_hour_without_any_state_is_not_compared_and_told(stack):
    rule(stack).save()
    take(*minutes(stack, state=""), hour(stack, "0.864"))
    assert (own_load().verdict, own_load().own) == ("TOO_FEW", 0)
    assert Alarm.objects.get(kind="GAS_STATE").params["minutes"] == 6


def test_still_meter_is_found_though_the_temperature_moves(stack):
    rule(stack).save()
    rows = [minutes(stack, temperature=f"{130 + n}")[n] for n in range(6)]
    take(*rows, hour(stack, "0.9"))
    check()
    assert Alarm.objects.filter(kind="FROZEN").exists()


def test_only_what_could_be_converted_is_debited_and_marked_an_estimate(stack, enterprise):
    rule(stack).save()
    LoadSourceRule.objects.create(
        outlet=stack.outlet,
        region=stack.outlet.site.region,
        source="OWN",
        valid_from=datetime.date(2026, 1, 1),
        legal_basis="办法",
    )
    take(*minutes(stack, bad=(0, 1, 2)), hour(stack, "0.9"))
    services.book_own_hours(
        by=system_actor("clock"), since=BEGIN - HOUR, until=BEGIN + HOUR, now=NOW
    )
    event = DischargeEvent.objects.get()
    assert (event.is_estimate, event.marks) == (True, "OWN SO2:3/6")
    assert held(enterprise, Purpose.DISCHARGED, pollutant="SO2") == 900_000


def test_row_of_the_hours_own_day_counts(stack):
    rule(stack, valid_from=NOW.date() + datetime.timedelta(days=1)).save()
    take(*minutes(stack), hour(stack, "1.44"))
    assert own_load().own == 1_440_000


def test_state_is_dated_and_only_for_gas(stack, enterprise, officer):
    water = controller(enterprise)
    with pytest.raises(NoGasHere):
        services.set_gas_state(by=officer, rule=rule(water), reason="x")
    services.set_gas_state(by=officer, rule=rule(stack), reason="x")
    later = rule(stack, WET, valid_from=datetime.date(2026, 6, 1))
    services.set_gas_state(by=officer, rule=later, reason="x")
    first = GasStateRule.objects.order_by("valid_from").first()
    assert first.valid_to == datetime.date(2026, 5, 31)
    with pytest.raises(RuleOverlaps):
        services.set_gas_state(by=officer, rule=rule(stack), reason="x")


def test_officer_enters_it_on_the_outlets_page(client, stack, officer):
    client.force_login(officer.user)
    client.cookies["django_language"] = "en"
    new = reverse("gas_state_new", args=[stack.outlet_id])
    page = reverse("outlet", args=[stack.outlet_id])
    assert "no row: as HJ 212 sums it" in client.get(page).content.decode()
    said = {"flow": "WET_ACT", "concentration": "DRY_STD", "air_pressure": "101325"}
    said |= {"valid_from": "2026-01-01", "legal_basis": "x", "reason": "y"}
    for wrong in ({"flow": ""}, {"air_pressure": "49999"}, {"valid_from": ""}, {"reason": ""}):
        assert client.post(new, said | wrong).status_code == 422
    assert client.post(new, said).status_code == 302
    assert client.post(new, said).status_code == 422
    shown = client.get(page).content.decode()
    assert "wet, as in the duct" in shown
    assert "moisture of the flue gas (a01014)" in shown
    assert "State of gas" in client.get(reverse("measuring_rules")).content.decode()


STATE_ROW = (
    "INSERT INTO cardswipe_gasstaterule (outlet_id, region_id, flow, concentration, air_pressure,"
    " valid_from, valid_to, legal_basis, note) SELECT outlet_id, region_id, {}, '', ''"
    " FROM cardswipe_gasstaterule"
)
GUARDS = [
    (
        "gas_states_of_an_outlet_never_overlap",
        "'DRY_STD', 'DRY_STD', 101325, date '2026-02-01', date '2026-03-01'",
    ),
    (
        "gas_state_ends_after_it_begins",
        "'DRY_STD', 'DRY_STD', 101325, date '1999-02-01', date '1999-01-01'",
    ),
    ("gas_state_is_known", "'WET', 'DRY_STD', 101325, date '1999-01-01', date '1999-01-02'"),
    (
        "gas_state_has_air_around_it",
        "'DRY_STD', 'DRY_STD', 49999, date '1999-01-01', date '1999-01-02'",
    ),
]


@pytest.mark.parametrize(("guard", "values"), GUARDS, ids=[name for name, _values in GUARDS])
def test_postgresql_keeps_the_rows(guard, values, stack):
    rule(stack).save()
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(STATE_ROW.format(values))
    assert guard in str(refused.value)
