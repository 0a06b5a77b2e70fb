"""What people ask for with a lot: seen beforehand, decided by two where that is the rule, done."""

import datetime
import importlib

import pytest
from django.db import connection

from ledger import queries, services
from ledger.lot_orders import LotOrder, order_of
from ledger.models import Account, Hold, LedgerRequest, Lot, Operation, OperationType, Pollutant
from ledger.models.requests import LotAct
from ledger.queries.lot_acts import choices, still_held
from ledger.queries.lot_preview import preview
from parties.rules import Role
from parties.services import system_actor
from tests import factories
from tests.factories_ledger import lot, rule_from_today
from tests.factories_lot_acts import TODAY, T, ask, freeze, grant, pledge
from tests.refused import broken, refused

DAY = datetime.date
LONG = {"valid_to": DAY(2029, 6, 30)}


@pytest.fixture(autouse=True)
def _ledger_is_sound_afterwards(db):
    yield
    assert list(queries.verify(only=queries.ROW_CODES)) == []


@pytest.fixture
def second_trader(city):
    return factories.bureau_member(city, Role.TRADING_DESK, "second_trader")


@pytest.fixture
def whole(enterprise):
    return lot(enterprise, **LONG)


def lease_of(rival, **changes):
    term = {"to": rival.enterprise, "first": TODAY, "last": DAY(2027, 5, 31)}
    return term | changes


def balances(of: Lot) -> dict[int, int]:
    rows = Account.objects.filter(reference_type="lot", reference_id=of.pk)
    return dict(rows.values_list("asset_id", "balance"))


def ratio(region, permille=1500):
    return services.set_replacement_ratio(
        by=system_actor("demo"),
        region=region,
        pollutant=lot_pollutant(),
        ratio_permille=permille,
        valid_from=DAY(2020, 1, 1),
        legal_basis="test",
    )


def lot_pollutant():
    return Pollutant.objects.get(pk="COD")


@pytest.mark.parametrize(
    ("act", "tonnes"),
    [
        (LotAct.SPLIT, 3),
        (LotAct.LEASE, 3),
        (LotAct.PLEDGE, 3),
        (LotAct.FREEZE, 3),
        (LotAct.RETIRE, None),
    ],
)
def test_the_preview_is_to_the_unit_what_is_then_booked(
    act, tonnes, whole, rival, trader, officer, city
):
    ratio(city)
    values = {
        LotAct.LEASE: lease_of(rival),
        LotAct.FREEZE: {"last": DAY(2027, 11, 19), "paper": "1", "issuer": "court"},
    }.get(act, {})
    order = LotOrder(act=act, quantity=tonnes and tonnes * T, **values)
    shown = {p.asset_id: p.moved for p in preview(whole, order, TODAY).periods}
    before = balances(whole)
    by = officer if act == LotAct.FREEZE else trader
    assert ask(by, whole, act, tonnes, **values).state == "DONE"
    after = balances(whole)
    assert shown
    assert {a: before[a] - after[a] for a in before if before[a] != after[a]} == shown


def test_split_and_merged_again_by_the_desk_alone(whole, trader):
    done = ask(trader, whole, LotAct.SPLIT, 4)
    part = Lot.objects.get(document_type="ledger_request", document_id=done.pk)
    whole.refresh_from_db()
    assert (part.quantity_per_year, whole.quantity_per_year, done.approval) == (4 * T, 6 * T, None)
    merged = ask(trader, whole, LotAct.MERGE, others=(part,))
    again = Lot.objects.get(document_type="ledger_request", document_id=merged.pk)
    assert again.quantity_per_year == 10 * T
    assert Operation.objects.filter(document_id=merged.pk, kind="LOT_MERGE").exists()


def test_the_same_key_is_one_request_and_another_body_is_refused(whole, trader):
    first = ask(trader, whole, LotAct.SPLIT, 4, key="k")
    assert ask(trader, whole, LotAct.SPLIT, 4, key="k") == first
    with refused("L102"):
        ask(trader, whole, LotAct.SPLIT, 5, key="k")
    assert Lot.objects.count() == 2


def test_what_a_holder_asks_for_the_bureau_decides_and_books(whole, agent, rival, trader, officer):
    asked = ask(agent, whole, LotAct.LEASE, 4, **lease_of(rival))
    assert (asked.state, Lot.objects.count()) == ("ASKED", 1)
    with refused("L601"):
        ask(agent, whole, LotAct.LEASE, 2, **lease_of(rival))
    with refused("A201"):
        grant(agent, asked)
    with refused("A101"):
        grant(officer, asked)
    done = grant(trader, asked)
    leased = Lot.objects.get(document_id=done.pk, document_type="ledger_request")
    operation = Operation.objects.get(document_id=done.pk, kind="LEASE")
    assert (leased.enterprise, done.state) == (rival.enterprise, "DONE")
    assert (operation.by, operation.approval) == (trader, done.approval)


def test_a_kind_whose_rule_demands_it_waits_for_a_second_person(whole, trader, second_trader):
    rule_from_today("LOT_SPLIT", needs_approval=True)
    asked = ask(trader, whole, LotAct.SPLIT, 4)
    assert (asked.state, asked.approval.act) == ("ASKED", "adjust_ledger")
    with refused("A101"):
        grant(second_trader, asked)


def test_a_lease_given_back_early_returns_what_is_unused(whole, rival, trader):
    before = balances(whole)
    done = ask(trader, whole, LotAct.LEASE, 4, price_fen=12_00, **lease_of(rival))
    leased = Lot.objects.get(document_id=done.pk, document_type="ledger_request")
    assert (leased.price.amount, leased.valid_to) == (12, DAY(2027, 5, 31))
    with refused("L215"):
        ask(trader, leased, LotAct.PLEDGE, 1)
    ask(rival, leased, LotAct.LEASE_END)
    back = LedgerRequest.objects.get(act="RETURN")
    grant(trader, back)
    whole.refresh_from_db()
    leased.refresh_from_db()
    assert (balances(whole), whole.quantity_per_year) == (before, 10 * T)
    assert leased.ended_on == TODAY


def test_a_court_freezes_every_coming_period_and_the_desk_cannot_release_it(whole, officer, trader):
    placed = freeze(officer, whole)
    holds = Hold.objects.filter(document_id=placed.pk)
    assert [h.account.asset.period.label for h in holds.order_by("account__asset__period")] == [
        "2026",
        "2027",
        "2028",
        "2029",
    ]
    # Never longer than the order, never longer than the period's rights live.
    ends = sorted(h.expires_at.date() for h in holds)
    assert ends == [DAY(2027, 1, 15), DAY(2027, 11, 19), DAY(2027, 11, 19), DAY(2027, 11, 19)]
    with refused("L309"):
        ask(trader, whole, LotAct.RELEASE, placing=placed)
    with refused("L223"):
        ask(trader, whole, LotAct.SPLIT, 7)


def test_a_pledge_is_released_in_parts_and_never_beyond(whole, trader):
    before = balances(whole)
    placed = pledge(trader, whole, 4)
    ask(trader, whole, LotAct.RELEASE, 1, placing=placed, paper="r1")
    assert still_held(placed) == 3 * T
    assert {h.state for h in Hold.objects.all()} == {"HELD"}
    with refused("L305"):
        ask(trader, whole, LotAct.RELEASE, 4, placing=placed, paper="r2")
    ask(trader, whole, LotAct.RELEASE, placing=placed, paper="r3")
    assert (balances(whole), still_held(placed)) == (before, 0)
    assert {h.state for h in Hold.objects.all()} == {"RELEASED"}
    with refused("L216"):
        ask(trader, whole, LotAct.RELEASE, placing=placed)


def test_the_database_keeps_one_open_request_per_lot_and_act(whole, agent):
    """Two windows of one holder: the second request meets the first, even past the service."""
    asked = ask(agent, whole, LotAct.SPLIT, 1)
    twin = LedgerRequest.objects.get(pk=asked.pk)
    twin.pk, twin.key, twin.approval = None, "twin", None
    with broken("one_open_request_per_lot_and_act"):
        twin.save()
    services.take_back_request(by=agent, request=asked, reason="anders")
    assert ask(agent, whole, LotAct.SPLIT, 2).state == "ASKED"


def test_every_act_names_what_stands_against_it(whole, enterprise, trader, officer, city):
    """The reserve is not leased, a lease not split, an old right not pledged, 1:1 retires none."""
    reserve = lot(None, region=enterprise.region, key="reserve")
    over = lot(enterprise, key="over", valid_from=DAY(2024, 1, 1), valid_to=DAY(2024, 12, 31))
    for by, which, act, code in (
        (trader, reserve, LotAct.PLEDGE, "L214"),
        (officer, reserve, LotAct.FREEZE, "L214"),
        (trader, over, LotAct.SPLIT, "L213"),
        (trader, whole, LotAct.LEASE_END, "L207"),
        (trader, whole, LotAct.RETIRE, "L208"),
        (officer, whole, LotAct.PLEDGE, "L115"),
    ):
        with refused(code):
            ask(by, which, act, 1)
    ratio(city, 1000)
    with refused("L219"):
        ask(trader, whole, LotAct.RETIRE)


def test_a_request_keeps_all_that_was_ordered(whole, agent, rival):
    asked = ask(agent, whole, LotAct.LEASE, 4, price_fen=450000, paper="ZL-1", **lease_of(rival))
    order = order_of(LedgerRequest.objects.get(pk=asked.pk))
    assert (order.quantity, order.to, order.price_fen) == (4 * T, rival.enterprise, 450000)
    assert (order.first, order.last, order.paper) == (TODAY, DAY(2027, 5, 31), "ZL-1")


def test_a_leased_out_lot_is_named_so_and_not_merged(whole, enterprise, rival, trader):
    twin = lot(enterprise, key="twin", valid_to=DAY(2029, 6, 30))
    ask(trader, whole, LotAct.LEASE, 1, **lease_of(rival))
    with refused("L205"):
        ask(trader, whole, LotAct.MERGE, others=(twin,))
    with refused("L217"):
        ask(trader, twin, LotAct.MERGE, others=(whole,))


def test_choices_put_what_can_be_done_first(whole, agent):
    found = choices(whole, agent, TODAY)
    assert [one.act for one in found if one.refusal is None] == [
        LotAct.SPLIT,
        LotAct.LEASE,
        LotAct.PLEDGE,
    ]
    assert [one.act for one in found if one.needs_second] == [
        one.act for one in found if one.refusal is None
    ]


def test_an_older_database_lets_a_request_carry_a_take_back(whole):
    """The migration changes the kind together with its history; twice is once."""
    kind = OperationType.objects.get(pk="TAKE_BACK")
    kind.document_types = ["reserve_order"]
    kind.save()
    change = importlib.import_module("ledger.migrations.0003_acts_on_lots").TAKE_BACK_ON_REQUEST
    with connection.cursor() as cursor:
        cursor.execute(change)
        cursor.execute(change)
    kind.refresh_from_db()
    assert kind.document_types == ["reserve_order", "ledger_request"]
    last = kind.history.order_by("-history_id").first()
    assert last.document_types == kind.document_types
    assert list(queries.verify(only=["V13"])) == []
