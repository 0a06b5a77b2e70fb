"""The life of a card: issue, bind, lose, find, replace, cancel."""

import datetime

import pytest
from django.db.models import Sum

from cardswipe import services
from cardswipe.models import Card, CardBinding, Voucher
from cardswipe.rules import CARD_ACTS, CardAct, CardState
from ledger import queries
from ledger.rules import Purpose
from tests.factories_cards import (
    KG,
    NOW,
    balance,
    book,
    bound,
    card,
    controller,
    held,
    load,
    permit,
    ready,
    report,
    step,
)
from tests.refused import refused

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def issue(officer, enterprise, physical_no="A1B2C3D4", **given):
    return services.issue_card(
        by=officer, enterprise=enterprise, physical_no=physical_no, now=NOW, **given
    )


def test_card_numbers_carry_the_region_and_run_on(officer, enterprise):
    numbers = [issue(officer, enterprise, f"CHIP{n}").card_no for n in range(3)]
    assert numbers == ["339901000001", "339901000002", "339901000003"]


def test_a_chip_belongs_to_one_card(officer, enterprise):
    issue(officer, enterprise)
    with refused("C203"):
        issue(officer, enterprise)


def test_a_closed_enterprise_gets_no_card(officer, enterprise):
    enterprise.state = "CLOSED"
    with refused("C214"):
        issue(officer, enterprise)


def test_binding_makes_the_card_active_and_again_changes_nothing(officer, enterprise):
    made, box = card(enterprise), controller(enterprise)
    first = services.bind_card(by=officer, card=made, controller=box, now=NOW)
    assert services.bind_card(by=officer, card=made, controller=box, now=NOW) == first
    made.refresh_from_db()
    assert made.state == CardState.ACTIVE
    services.unbind_card(by=officer, card=made, controller=box, now=NOW + HOUR)
    made.refresh_from_db()
    assert made.state == CardState.ISSUED
    with refused("C213"):
        services.unbind_card(by=officer, card=made, controller=box, now=NOW + HOUR)


def test_a_card_is_bound_to_several_controllers_of_its_enterprise_only(officer, enterprise, rival):
    made = card(enterprise)
    for code in ("DW001", "DA001"):
        box = controller(enterprise, code=code)
        services.bind_card(by=officer, card=made, controller=box, now=NOW)
    assert made.bindings.count() == 2
    with refused("C204"):
        foreign = controller(rival.enterprise)
        services.bind_card(by=officer, card=made, controller=foreign, now=NOW)


def test_a_controller_debits_one_card_at_a_time(officer, enterprise):
    _first, box = bound(enterprise)
    with refused("C205"):
        services.bind_card(by=officer, card=card(enterprise), controller=box, now=NOW)


def test_a_lost_card_is_blocked_at_once_and_can_be_found(agent, enterprise):
    made, _box = bound(enterprise)
    permit(enterprise)
    services.report_lost(by=agent, card=made, now=NOW)
    with refused("C201"):
        load(made)
    with refused("C201"):
        services.report_lost(by=agent, card=made, now=NOW)
    assert services.report_found(by=agent, card=made, now=NOW).state == CardState.ACTIVE
    load(made)


@pytest.mark.parametrize("moment", [NOW + HOUR, NOW - datetime.timedelta(days=400)])
def test_a_loss_lies_between_issue_and_now(agent, enterprise, moment):
    with refused("C216"):
        services.report_lost(by=agent, card=card(enterprise), now=NOW, lost_at=moment)


def test_a_replacement_takes_over_balance_bindings_and_used_share(officer, enterprise):
    step(enterprise, 80)
    old, box = ready(enterprise)
    book(report(box, 85 * KG))
    new = services.replace_card(by=officer, card=old, physical_no="NEWCHIP1", now=NOW)
    old.refresh_from_db()
    assert (old.state, new.state) == (CardState.REPLACED, CardState.ACTIVE)
    assert (balance(old), balance(new)) == (0, 15 * KG)
    assert CardBinding.objects.at(NOW).get(controller=box).card == new
    account = new.accounts.get(pollutant_id="COD")
    assert account.loaded == 100 * KG
    assert new.levels.get().percent == 80
    kinds = Voucher.objects.order_by("pk").values_list("card__card_no", "kind")
    assert list(kinds)[-2:] == [(old.card_no, "MOVE_OUT"), (new.card_no, "MOVE_IN")]
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_a_replaced_card_of_a_replaced_card_still_gives_back_to_the_lots(officer, enterprise):
    old, _box = ready(enterprise)
    before = held(enterprise, Purpose.AVAILABLE)
    second = services.replace_card(by=officer, card=old, physical_no="NEWCHIP1", now=NOW)
    third = services.replace_card(by=officer, card=second, physical_no="NEWCHIP2", now=NOW)
    services.cancel_card(by=officer, card=third, now=NOW)
    assert held(enterprise, Purpose.AVAILABLE) == before + 100 * KG
    assert held(enterprise, Purpose.CARD) == 0


def test_a_cancelled_card_returns_its_rest_to_the_lots_and_frees_the_controller(
    officer, enterprise
):
    made, box = ready(enterprise)
    available = held(enterprise, Purpose.AVAILABLE)
    book(report(box, 30 * KG))
    services.cancel_card(by=officer, card=made, now=NOW, reason="停产")
    made.refresh_from_db()
    assert made.state == CardState.CANCELLED
    assert held(enterprise, Purpose.AVAILABLE) == available + 70 * KG
    assert not CardBinding.objects.at(NOW + HOUR).filter(controller=box).exists()
    totals = Voucher.objects.filter(card=made).aggregate(total=Sum("lines__quantity"))
    assert totals["total"] == 30 * KG


def test_an_empty_card_is_cancelled_without_a_voucher(officer, enterprise):
    services.cancel_card(by=officer, card=card(enterprise), now=NOW)
    assert not Voucher.objects.exists()


@pytest.mark.parametrize("state", [CardState.REPLACED, CardState.CANCELLED])
@pytest.mark.parametrize("act", sorted(set(CardAct)))
def test_nothing_more_happens_to_an_ended_card(enterprise, officer, state, act):
    assert state not in CARD_ACTS[act]
    ended = card(enterprise)
    Card.objects.filter(pk=ended.pk).update(state=state, closed_at=NOW)
    if act == CardAct.LOSE:
        with refused("C202"):
            services.report_lost(by=officer, card=ended, now=NOW)


def test_history_names_who_did_what(officer, enterprise):
    made = issue(officer, enterprise)
    services.report_lost(by=officer, card=made, now=NOW, reason="司机遗失")
    row = made.history.first()
    assert row.history_user == officer.user
    assert row.history_change_reason.startswith("司机遗失")
