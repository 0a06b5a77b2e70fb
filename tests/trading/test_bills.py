"""Fee standards, bills and payments."""

import datetime
from decimal import Decimal

import pytest
from djmoney.money import Money

from ledger.models import Account
from ledger.queries import ROW_CODES, verify
from ledger.rules import Purpose
from parties.models import Notice
from parties.rules import Role
from shell.rules import RuleBroken
from tests import factories_trading as make
from trading import refusals, services
from trading.models import Bill, FeeStandard, Payment

pytestmark = pytest.mark.django_db


def yuan(amount):
    return Money(Decimal(amount), "CNY")


def balance(purpose):
    return sum(Account.objects.filter(purpose=purpose).values_list("balance", flat=True))


def test_bill_is_quantity_times_price_times_years(enterprise):
    """2 t × 4 000 yuan × 5 years."""
    bill = make.bill(enterprise)
    assert bill.amount == yuan("40000.00")
    line = bill.lines.get()
    assert (line.years, line.discount, line.price) == (Decimal(5), 1, yuan(4000))
    assert bill.bill_no.startswith("339900-FD2026-")


def test_bill_uses_the_standard_in_force_when_the_term_begins(enterprise, city, officer):
    make.fee_standard(city)
    services.set_fee_standard(
        by=officer,
        region=city,
        pollutant=make.pollutant(),
        price_fen=600_000,
        valid_from=datetime.date(2026, 1, 1),
        legal_basis="浙价资〔2026〕2号",
    )
    assert make.bill(enterprise).amount == yuan("60000.00")
    old = FeeStandard.objects.earliest("valid_from")
    assert old.valid_to == datetime.date(2025, 12, 31)


def test_a_county_standard_goes_before_the_city_one(enterprise, county):
    make.fee_standard(county, yuan=5000)
    assert make.bill(enterprise).amount == yuan("50000.00")


def test_bill_without_a_standard_is_refused(enterprise, trader):
    with pytest.raises(refusals.NoFeeStandard):
        services.create_bill(
            by=trader,
            enterprise=enterprise,
            lots=[make.unpaid_lot(enterprise)],
            due_date=datetime.date(2026, 12, 1),
            now=make.NOW,
        )


def test_standard_on_days_already_covered_is_refused(city, officer):
    make.fee_standard(city)
    with pytest.raises(refusals.StandardsOverlap):
        services.set_fee_standard(
            by=officer,
            region=city,
            pollutant=make.pollutant(),
            price_fen=1,
            valid_from=datetime.date(2020, 1, 1),
            legal_basis="x",
        )


def test_water_volume_has_no_price(city, officer):
    with pytest.raises(refusals.NotMass):
        services.set_fee_standard(
            by=officer,
            region=city,
            pollutant=make.pollutant("WATER"),
            price_fen=1,
            valid_from=datetime.date(2020, 1, 1),
            legal_basis="x",
        )


def test_a_lot_is_billed_once(enterprise):
    lot = make.unpaid_lot(enterprise)
    make.bill(enterprise, lot)
    with pytest.raises(refusals.LotNotBillable):
        make.bill(enterprise, lot)


def test_a_lot_of_another_enterprise_is_not_billed(enterprise, rival):
    with pytest.raises(refusals.LotNotBillable):
        make.bill(rival.enterprise, make.unpaid_lot(enterprise))


def test_discount_needs_its_document(enterprise):
    lot = make.unpaid_lot(enterprise)
    with pytest.raises(refusals.DiscountNeedsBasis):
        make.bill(enterprise, lot, discount=Decimal("0.3"))
    bill = make.bill(enterprise, lot, discount=Decimal("0.3"), note="婺政〔2021〕8号")
    assert bill.amount == yuan("12000.00")


def test_bill_refusals(enterprise):
    lot = make.unpaid_lot(enterprise)
    with pytest.raises(refusals.DueDatePassed):
        make.bill(enterprise, lot, due_date=datetime.date(2026, 11, 1))
    with pytest.raises(RuleBroken, match="T101"):
        make.bill(enterprise, lot, discount=Decimal("1.1"), note="x")
    with pytest.raises(refusals.NothingToBill):
        make.bill(enterprise, lot, discount=Decimal(0), note="x")


def test_payment_in_parts_pays_the_bill_and_the_lot(enterprise):
    bill = make.bill(enterprise)
    lot = bill.lines.get().lot
    make.pay(bill, fen=1_000_000)
    lot.refresh_from_db()
    assert (bill.state, lot.paid_state) == ("PART", "PART")
    make.pay(bill)
    lot.refresh_from_db()
    assert (bill.state, lot.paid_state, bill.open_amount) == ("PAID", "PAID", yuan(0))
    assert balance(Purpose.REVENUE) == 4_000_000 == -balance(Purpose.BANK)
    assert list(verify(only=ROW_CODES)) == []


def test_the_same_bank_reference_is_the_same_payment(enterprise):
    bill = make.bill(enterprise)
    first = make.pay(bill, fen=100, bank_reference="ICBC-0001")
    again = make.pay(bill, fen=100, bank_reference="ICBC-0001")
    assert first == again
    assert bill.paid == yuan(1)
    with pytest.raises(refusals.ReferenceReused):
        make.pay(bill, fen=200, bank_reference="ICBC-0001")
    for other in ("ICBC-0001", "icbc-0001"):
        with pytest.raises(refusals.ReferenceReused):
            make.pay(make.bill(enterprise), fen=100, bank_reference=other)
    with pytest.raises(refusals.ReferenceReused):
        make.pay(bill, fen=100, bank_reference="ICBC-0001", paid_on=make.NOW.date() - make.DAY)
    assert Payment.objects.count() == 1


def test_payment_refusals(enterprise):
    bill = make.bill(enterprise)
    with pytest.raises(refusals.PaidTooMuch):
        make.pay(bill, fen=4_000_001)
    with pytest.raises(refusals.PaidInFuture):
        make.pay(bill, paid_on=datetime.date(2027, 1, 1))
    make.pay(bill)
    with pytest.raises(refusals.NothingToPay):
        make.pay(bill, fen=1)


def test_a_cancelled_bill_frees_its_lots(enterprise, trader):
    lot = make.unpaid_lot(enterprise)
    bill = services.cancel_bill(by=trader, bill=make.bill(enterprise, lot), reason="数量有误")
    assert bill.state == "CANCELLED"
    again = make.bill(enterprise, lot)
    make.pay(again, fen=1)
    with pytest.raises(refusals.BillNotCancellable):
        services.cancel_bill(by=trader, bill=again, reason="x")


def test_an_overdue_bill_is_reminded_once(enterprise, trader):
    bill = make.bill(enterprise)
    on_time = datetime.datetime(2026, 12, 20, 12, tzinfo=make.LOCAL)
    late = on_time + make.DAY
    assert services.remind_overdue(by=trader, now=on_time) == []
    assert services.remind_overdue(by=trader, now=late) == [bill]
    assert services.remind_overdue(by=trader, now=late) == []
    told = Notice.objects.filter(enterprise=enterprise, tone="red").get()
    assert bill.bill_no in told.text_zh
    assert "40,000.00 yuan are open" in told.text_en


def test_history_names_who_made_the_bill(enterprise):
    row = make.bill(enterprise).history.get()
    assert row.history_user.membership_set.get().role == Role.TRADING_DESK
    assert row.history_change_reason.startswith("new bill")


def test_bills_are_seen_by_their_own_only(enterprise, agent, rival, trader):
    bill = make.bill(enterprise)
    assert bill in Bill.objects.for_actor(agent)
    assert bill in Bill.objects.for_actor(trader)
    assert bill not in Bill.objects.for_actor(rival)
    assert bill not in Bill.objects.for_actor(None)
