"""Each constraint and trigger of trading, broken once, below all Python checks."""

import datetime
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from tests import factories_trading as make
from tests.conftest import TRUNCATE_GUARDS
from trading.models import (
    Auction,
    Award,
    Bid,
    Bill,
    BillLine,
    Payment,
    RefusedBid,
    ReserveOrder,
    SignUp,
)

pytestmark = pytest.mark.django_db


def breaks(name):
    """The block must be refused by the database under this name."""
    return pytest.raises(DatabaseError, match=name)


def update(row, **changes):
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**changes)


def copy(row, **changes):
    row.pk = None
    row._state.adding = True
    for field, value in changes.items():
        setattr(row, field, value)
    with transaction.atomic():
        row.save(force_insert=True)


@pytest.fixture
def opened(city, agent, rival):
    return make.opened(city, agent, rival)


@pytest.fixture
def award(opened, agent):
    make.bid(opened, agent, 4500)
    return make.closed(opened).awards.get()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"price": -1}, "fee_standard_price_is_"),
        ({"valid_to": datetime.date(2019, 1, 1)}, "fee_standard_ends_after_it_begins|range lower"),
        ({"price": 2}, "fee_standard_price_is_fixed"),
        ({"valid_from": datetime.date(2021, 1, 1)}, "fee_standard_price_is_fixed"),
    ],
)
def test_fee_standard_guards(city, changes, name):
    with breaks(name):
        update(make.fee_standard(city), **changes)


def test_fee_standard_price_is_positive(city):
    with breaks("fee_standard_price_is_positive"):
        copy(make.fee_standard(city), price=0, valid_from=datetime.date(2010, 1, 1))


def test_a_price_that_is_no_number_is_refused_below_the_forms(city):
    standard = make.fee_standard(city)
    with breaks("fee_standard_price_is"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trading_feestandard (region_id, pollutant_id, price, price_currency,"
            " valid_from, valid_to, legal_basis)"
            " SELECT region_id, pollutant_id, 'NaN', 'CNY', '2010-01-01', '2010-12-31', 'x'"
            " FROM trading_feestandard WHERE id = %s",
            [standard.pk],
        )


def test_fee_standards_do_not_overlap(city):
    with breaks("fee_standards_do_not_overlap"):
        copy(make.fee_standard(city), valid_from=datetime.date(2030, 1, 1))


def test_auction_standards_do_not_overlap(city):
    with breaks("auction_standards_do_not_overlap"):
        copy(make.auction_standard(city), valid_from=datetime.date(2030, 1, 1))


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"deposit_percent": 101}, "auction_standard_shares_are_percents"),
        ({"winners_percent": 0}, "auction_standard_shares_are_percents"),
        (
            {"valid_to": datetime.date(2019, 1, 1)},
            "auction_standard_ends_after_it_begins|range lower",
        ),
    ],
)
def test_auction_standard_guards(city, changes, name):
    with breaks(name):
        update(make.auction_standard(city), **changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"paid": 5}, "bill_is_paid_by_its_payments"),
        ({"paid": 5, "state": "PART"}, "bill_is_paid_by_its_payments"),
        ({"state": "PAID"}, "bill_state_says_what_is_paid"),
        ({"due_date": datetime.date(2020, 1, 1)}, "bill_is_due_after_it_is_issued"),
        ({"amount": 1}, "bill_amount_is_fixed"),
        ({"bill_no": "x"}, "bill_amount_is_fixed"),
    ],
)
def test_bill_guards(enterprise, changes, name):
    with breaks(name):
        update(make.bill(enterprise), **changes)


def test_a_cancelled_bill_stays_cancelled(enterprise):
    bill = make.bill(enterprise)
    update(bill, state="CANCELLED")
    with breaks("bill_state_follows_the_table"):
        update(bill, state="OPEN")


def test_bill_amount_is_positive(enterprise):
    with breaks("bill_amount_is_positive"):
        copy(make.bill(enterprise), bill_no="x", amount=0)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"years": 0, "position": 2, "lot_id": None}, "bill_line_is_in_range"),
        ({"position": 1, "lot_id": None}, "bill_line_position_is_unique"),
        ({"position": 2}, "lot_is_billed_once"),
    ],
)
def test_bill_line_guards(enterprise, changes, name):
    with breaks(name):
        copy(make.bill(enterprise).lines.get(), **changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"amount": 0, "bank_reference": "REF-9"}, "payment_amount_is_positive"),
        ({"bill_id": None, "bank_reference": "REF-9"}, "payment_is_for_one_thing"),
        ({"bank_reference": "１２３４"}, "payment_reference_is_plain"),
        ({}, "payment_reference_serves_once"),
    ],
)
def test_payment_guards(enterprise, changes, name):
    with breaks(name):
        copy(make.pay(make.bill(enterprise), fen=100), **changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"valid_to": datetime.date(2020, 1, 1)}, "reserve_order_is_in_range"),
        ({"quantity_mg": 0}, "reserve_order_is_in_range"),
    ],
)
def test_reserve_order_guards(city, changes, name):
    make.reserve_lot(city)
    with breaks(name):
        update(ReserveOrder.objects.get(), **changes)


def test_reserve_document_serves_once_per_pollutant(city):
    make.reserve_lot(city)
    with breaks("reserve_document_serves_once_per_pollutant"):
        copy(ReserveOrder.objects.get(), lot=None)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"opens_at": make.CLOSES}, "auction_times_are_in_order"),
        ({"floor_price": 0}, "auction_terms_are_in_range"),
        ({"years": 0}, "auction_terms_are_in_range"),
        ({"state": "STOPPED"}, "auction_stopped_has_a_reason"),
        ({"state": "OPEN"}, "auction_state_follows_the_table"),
    ],
)
def test_draft_auction_guards(city, changes, name):
    with breaks(name):
        update(make.draft(city), **changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"floor_price": 1}, "auction_terms_are_fixed_after_the_draft"),
        ({"deposit_percent": 1}, "auction_terms_are_fixed_after_the_draft"),
        ({"closes_at": make.CLOSES + make.DAY}, "auction_terms_are_fixed_after_the_draft"),
        ({"state": "CLOSED"}, "auction_closed_has_a_result"),
        ({"announced_at": None}, "auction_in_public_is_announced"),
    ],
)
def test_running_auction_guards(opened, changes, name):
    with breaks(name):
        update(opened, **changes)


def test_result_of_an_auction_is_fixed(award):
    with breaks("auction_result_is_fixed"):
        update(award.auction, result={})


def test_lot_is_in_one_live_auction(city):
    with breaks("lot_is_in_one_live_auction"):
        copy(make.draft(city), auction_no="x")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"quantity_mg": 1}, "sign_up_is_fixed"),
        ({"deposit": 1}, "sign_up_is_fixed"),
        ({"state": "USED"}, "sign_up_state_follows_the_table"),
        ({"paddle_no": None}, "bidder_with_deposit_has_a_number"),
        ({"paddle_no": 2}, "bidder_number_is_unique_in_auction"),
    ],
)
def test_sign_up_guards(opened, changes, name):
    with breaks(name):
        update(opened.sign_ups.first(), **changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"paddle_no": 9, "consent_slip_no": "y"}, "one_sign_up_per_enterprise"),
        ({"paddle_no": 9, "stranger": True}, "consent_slip_serves_once_per_auction"),
        ({"quantity_mg": 0, "paddle_no": 9, "stranger": True}, "sign_up_is_in_range"),
        ({"state": "REFUSED", "paddle_no": None, "stranger": True}, "sign_up_refused_has_a_reason"),
    ],
)
def test_new_sign_up_guards(opened, county, changes, name):
    if changes.pop("stranger", False):
        changes = changes | {"enterprise": make.bidder(county).enterprise}
    with breaks(name):
        copy(opened.sign_ups.first(), **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"placed_at": make.CLOSES},
        {"placed_at": make.OPENS - make.DAY},
        {"price_fen": 399_999},
        {"number": 11},
        {"seq": 7},
        {"quantity_mg": 6 * make.TONNE},
    ],
)
def test_bid_fits_its_auction(opened, agent, changes):
    first = make.bid(opened, agent, 4000)
    Auction.objects.filter(pk=opened.pk).update(last_seq=2)
    with breaks("bid_fits_its_auction"):
        copy(first, **{"seq": 2, "number": 2, "key": uuid.uuid4()} | changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"seq": 1, "number": 2}, "bid_order_is_unique"),
        ({"seq": 2, "number": 1}, "bid_number_is_unique"),
        ({"seq": 2, "number": 0}, "bid_is_positive"),
    ],
)
def test_bid_guards(opened, agent, changes, name):
    first = make.bid(opened, agent, 4000)
    Auction.objects.filter(pk=opened.pk).update(last_seq=changes["seq"])
    with breaks(name):
        copy(first, **{"key": uuid.uuid4()} | changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"price": 1}, "award_is_fixed"),
        ({"deposit_used": 10**9}, "award_is_in_range"),
        ({"state": "DELIVERED"}, "award_delivered_has_its_lot"),
    ],
)
def test_award_guards(award, changes, name):
    with breaks(name):
        update(award, **changes)


def guard_of(*statements):
    """The name under which the database refuses the last statement."""
    *first, last = statements
    with connection.cursor() as cursor:
        for statement in first:
            cursor.execute(statement)
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            cursor.execute(last)
    return caught.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Bid, "bid_is_not_deleted"),
        (Payment, "payment_is_not_deleted"),
        (RefusedBid, "refused_bid_is_not_deleted"),
        (Bill, "bill_is_not_deleted"),
        (BillLine, "bill_line_is_not_deleted"),
        (SignUp, "sign_up_is_not_deleted"),
        (Award, "award_is_not_deleted"),
        (Auction, "auction_is_not_deleted"),
    ],
)
def test_what_happened_is_not_removed(db, model, name):
    assert guard_of(f"DELETE FROM {model._meta.db_table}") == name


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Bid, "bid_is_not_truncated"),
        (Payment, "payment_is_not_truncated"),
        (RefusedBid, "refused_bid_is_not_truncated"),
        (Bill, "bill_is_not_truncated"),
        (BillLine, "bill_line_is_not_truncated"),
        (SignUp, "sign_up_is_not_truncated"),
        (Award, "award_is_not_truncated"),
        (Auction, "auction_is_not_truncated"),
    ],
)
def test_no_table_of_what_happened_is_emptied(db, model, name):
    table = model._meta.db_table
    trigger = next(n for n in TRUNCATE_GUARDS if n.startswith(f"{table}.pgtrigger_{name}"))
    assert TRUNCATE_GUARDS[trigger] == "O", "off after migration"
    enable = f'ALTER TABLE {table} ENABLE TRIGGER "{trigger.split(".")[1]}"'
    assert guard_of(enable, f"TRUNCATE {table} CASCADE") == name


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Bid, "bid_is_not_updated"),
        (Payment, "payment_is_not_updated"),
        (RefusedBid, "refused_bid_is_not_updated"),
    ],
)
def test_what_happened_is_not_changed(db, model, name):
    assert guard_of(f"UPDATE {model._meta.db_table} SET id = id") == name
