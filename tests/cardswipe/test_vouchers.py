"""Vouchers: what goes onto a card, from which lots, and what is refused."""

import datetime

import pytest

from cardswipe import services
from cardswipe.models import LoadRule, Voucher
from cardswipe.rules import LoadLine, LoadMode
from ledger import queries
from ledger.models import Account, Lot, Operation
from ledger.rules import Purpose
from ledger.services import set_lot_paid
from tests import factories_ledger
from tests.factories_cards import (
    KG,
    NOW,
    T,
    balance,
    bound,
    card,
    held,
    load,
    period,
    permit,
    ready,
)
from tests.refused import refused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def permitted(enterprise):
    """A bound card of an enterprise with a permit in force."""
    permit(enterprise)
    return bound(enterprise)[0]


def unload(of, quantity, **given):
    values = {
        "lines": [LoadLine("COD", quantity)],
        "period": period(of.enterprise),
        "key": "back",
        "now": NOW,
    }
    return services.unload_card(by=given.pop("by"), card=of, **values | given)


def test_a_voucher_shows_before_this_and_after_as_the_ledger_booked_them(permitted):
    load(permitted, 40 * KG)
    line = load(permitted, 60 * KG).lines.get()
    assert (line.before, line.quantity, line.after) == (40 * KG, 60 * KG, 100 * KG)
    assert balance(permitted) == 100 * KG
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_serials_run_in_the_region_and_on_the_card(permitted, enterprise):
    other = card(enterprise)
    made = [load(permitted, KG), load(other, KG), load(permitted, KG)]
    assert [v.voucher_no for v in made] == [
        "CZ339901-000001",
        "CZ339901-000002",
        "CZ339901-000003",
    ]
    assert [v.card_serial for v in made] == [1, 1, 2]


def test_the_same_form_twice_makes_one_voucher(permitted):
    first = load(permitted, KG, key="form")
    assert load(permitted, KG, key="form") == first
    with refused("C211"):
        load(permitted, 2 * KG, key="form")
    assert (Voucher.objects.count(), balance(permitted)) == (1, KG)


def test_lots_that_expire_first_are_used_first(enterprise):
    permit(enterprise)
    made = bound(enterprise)[0]
    late = factories_ledger.lot(enterprise, key="late", tonnes=1)
    early = factories_ledger.lot(
        enterprise, key="early", tonnes=1, valid_to=datetime.date(2026, 12, 1)
    )
    load(made, 100 * KG)
    accounts = {lot: factories_ledger.lot_account(lot).balance for lot in (early, late)}
    assert accounts[late] == T
    assert accounts[early] < T * 335 // 365


def test_more_than_available_is_refused_and_says_how_much_there_is(permitted, enterprise):
    from cardswipe.refusals import NotEnoughAvailable

    available = held(enterprise, Purpose.AVAILABLE)
    with pytest.raises(NotEnoughAvailable) as refusal:
        load(permitted, 10**14)
    assert "t are available" in str(refusal.value) or "t" in refusal.value.params["available"]
    assert held(enterprise, Purpose.AVAILABLE) == available
    assert not Voucher.objects.exists()


def test_unpaid_lots_do_not_load_where_the_region_says_so(permitted, enterprise):
    LoadRule.objects.create(
        region_id="339900",
        valid_from=datetime.date(2026, 1, 1),
        must_be_paid=True,
        legal_basis="有偿使用办法",
    )
    with refused("C209"):
        load(permitted, KG)
    for lot in Lot.objects.filter(enterprise=enterprise):
        set_lot_paid(by=permitted_actor(enterprise), lot=lot, state="PAID")
    load(permitted, KG)


def permitted_actor(enterprise):
    from parties.services import system_actor

    return system_actor("demo")


def test_a_rule_of_another_time_or_of_the_county_itself_decides(permitted):
    common = {"must_be_paid": True, "legal_basis": "x"}
    LoadRule.objects.create(
        region_id="339900", valid_from=NOW.date() - 9 * DAY, valid_to=NOW.date() - DAY, **common
    )
    load(permitted, KG)
    LoadRule.objects.create(region_id="339900", valid_from=NOW.date(), **common)
    with refused("C209"):
        load(permitted, KG)
    LoadRule.objects.create(
        region_id="339901", valid_from=NOW.date(), must_be_paid=False, legal_basis="区里试点"
    )
    load(permitted, KG)


def test_a_pollutant_without_permit_is_refused(permitted):
    with refused("C207"):
        load(permitted, KG, pollutant="VOCS")


def test_an_enterprise_without_permit_cannot_load(enterprise):
    factories_ledger.lot(enterprise)
    with refused("C207"):
        load(bound(enterprise)[0], KG)


def test_a_period_that_is_over_is_refused(permitted):
    now = NOW + datetime.timedelta(days=60)
    with refused("C206"):
        load(permitted, KG, now=now)


def test_an_empty_form_is_refused(permitted):
    with refused("C210"):
        load(permitted, 0)


def test_by_period_loads_the_same_into_each_period_the_lots_reach(permitted):
    voucher = load(permitted, KG, mode=LoadMode.PERIOD)
    lines = list(voucher.lines.select_related("period"))
    assert len(lines) > 1
    assert {line.quantity for line in lines} == {KG}
    assert lines[0].period.label == "2026"


def test_unloading_returns_to_the_lots_and_stops_at_what_the_card_holds(enterprise, officer):
    made, _box = ready(enterprise)
    available = held(enterprise, Purpose.AVAILABLE)
    voucher = unload(made, 40 * KG, by=officer)
    assert voucher.lines.get().quantity == -40 * KG
    assert unload(made, 40 * KG, by=officer) == voucher
    assert held(enterprise, Purpose.AVAILABLE) == available + 40 * KG
    with refused("C212"):
        unload(made, 61 * KG, by=officer, key="more")


def test_a_lost_card_can_be_emptied(enterprise, officer, agent):
    made, _box = ready(enterprise)
    services.report_lost(by=agent, card=made, now=NOW)
    assert unload(made, 100 * KG, by=officer).lines.get().after == 0


def test_the_posting_names_the_voucher_and_its_maker(permitted, officer):
    voucher = load(permitted, KG, by=officer)
    operation = Operation.objects.get(pk=voucher.operation_id)
    assert (operation.document_type, operation.document_id) == ("voucher", voucher.pk)
    assert (operation.by, voucher.made_by) == (officer, officer)


def two_lots(enterprise):
    """A second lot of 5 t COD that ends later than those of the permit."""
    permit(enterprise)
    last = datetime.date(2032, 12, 31)
    later = factories_ledger.lot(
        enterprise, tonnes=5, key="later", valid_from=NOW.date(), valid_to=last
    )
    first = Lot.objects.filter(enterprise=enterprise, pollutant_id="COD").exclude(pk=later.pk).get()
    return first, later


def free(lot):
    return sum(
        Account.objects.filter(
            reference_type="lot", reference_id=lot.pk, asset__period=period(lot.enterprise)
        ).values_list("balance", flat=True)
    )


def test_the_holder_may_choose_the_lots_to_load_from(enterprise):
    first, later = two_lots(enterprise)
    before = free(first), free(later)
    load(bound(enterprise)[0], 10 * KG, lots=[later.pk])
    assert (free(first), free(later)) == (before[0], before[1] - 10 * KG)


def test_a_chosen_lot_is_the_only_one_that_gives(enterprise):
    first, later = two_lots(enterprise)
    with refused("C208"):
        load(bound(enterprise)[0], free(later) + 1, lots=[later.pk])
    with refused("C237"):
        load(bound(enterprise, code="DW002")[0], KG, lots=[first.pk, 999_999])
    nh3n = Lot.objects.get(enterprise=enterprise, pollutant_id="NH3N")
    with refused("C237"):
        load(bound(enterprise, code="DW003")[0], KG, lots=[nh3n.pk])
