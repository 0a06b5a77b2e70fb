"""Fees, deposits and the state tables."""

import datetime
import io
import json
import sys
from decimal import Decimal

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from shell.rules import RuleBroken
from trading import rules
from trading.rules import AuctionState, SignUpState


@pytest.mark.parametrize(
    ("quantity_t", "price", "years", "discount", "amount"),
    [
        ("3.814", "6000", 5, "1", "114420.00"),  # the Wuyi VOC bill
        ("3.814", "6000", 5, "0.3", "34326.00"),  # the same, paid at once
        ("0.001", "4000", "5", "1", "20.00"),
        ("0.000001", "12500", "1", "1", "0.01"),  # 0.0125 yuan
        ("0.0000005", "10000", "1", "1", "0.00"),  # half a fen goes to the even neighbour
        ("0.0000015", "10000", "1", "1", "0.02"),
        ("999999999999", "999999999999", "5", "1", "4999999999990000000000005.00"),
        (Decimal("3.814"), 6000, 5, 1, "114420.00"),
    ],
)
def test_fee_is_quantity_times_price_times_years_times_discount(
    quantity_t, price, years, discount, amount
):
    asked = {"quantity_t": quantity_t, "price": price, "years": years, "discount": discount}
    assert rules.fee_from_text(**asked) == amount


@pytest.mark.parametrize("bad", ["1e3", "NaN", "-1", "１", "", " 1", "1,000", "0x10", None, True])
def test_fee_refuses_numbers_that_are_not_plain(bad):
    with pytest.raises(RuleBroken, match="T308"):
        rules.fee_from_text(quantity_t=bad, price="1", years="1", discount="1")


def test_a_discount_above_one_is_refused():
    with pytest.raises(RuleBroken, match="T101"):
        rules.fee_from_text(quantity_t="1", price="1", years="1", discount="1.01")
    with pytest.raises(RuleBroken, match="T101"):
        rules.fee_fen(quantity_mg=1, price_fen=1, years=1, discount=Decimal("1.01"))


@given(st.integers(1, 10**14), st.integers(1, 10**8), st.integers(1, 10))
def test_both_ways_to_the_fee_agree(quantity_mg, price_fen, years):
    asked = {
        "quantity_t": f"{quantity_mg // 10**9}.{quantity_mg % 10**9:09d}",
        "price": f"{price_fen // 100}.{price_fen % 100:02d}",
        "years": years,
        "discount": "1",
    }
    fen = rules.fee_fen(quantity_mg=quantity_mg, price_fen=price_fen, years=years)
    assert rules.fee_from_text(**asked) == f"{fen // 100}.{fen % 100:02d}"


def test_deposit_of_the_quzhou_notice():
    """4 000 yuan × 10 % × 2 t × 5 years."""
    assert (
        rules.deposit_fen(floor_fen=400_000, percent=10, quantity_mg=2 * 10**9, years=5) == 400_000
    )


def test_a_sum_beyond_belief_is_refused():
    with pytest.raises(RuleBroken, match="T102"):
        rules.fee_fen(quantity_mg=10**18, price_fen=10**12, years=5)


def test_every_state_has_its_row_and_ends_are_ends():
    assert set(rules.AUCTION_STEPS) == set(AuctionState)
    assert set(rules.SIGN_UP_STEPS) == set(SignUpState)
    for state in (AuctionState.SETTLED, AuctionState.NO_SALE, AuctionState.STOPPED):
        assert not rules.AUCTION_STEPS[state]


def test_a_step_that_is_not_in_the_table_is_refused():
    rules.check_auction_step("DRAFT", AuctionState.APPROVED)
    with pytest.raises(RuleBroken, match="T310"):
        rules.check_auction_step("DRAFT", AuctionState.OPEN)
    with pytest.raises(RuleBroken, match="T311"):
        rules.check_sign_up_step("RETURNED", SignUpState.RETURNED)


def at(hour):
    return datetime.datetime(2026, 11, 20, hour, tzinfo=datetime.UTC)


@pytest.mark.parametrize("hours", [(2, 1, 3, 4), (1, 3, 2, 4), (1, 2, 4, 4), (1, 1, 3, 4)])
def test_a_calendar_out_of_order_is_refused(hours):
    names = ("sign_up_from", "sign_up_to", "opens_at", "closes_at")
    with pytest.raises(RuleBroken, match="T312"):
        rules.check_calendar(**dict(zip(names, map(at, hours), strict=True)))


def test_the_notice_stands_its_days():
    day = datetime.date(2026, 11, 20)
    later = day + datetime.timedelta(days=7)
    rules.check_notice(announced_on=day, opens_on=later, notice_days=7)
    with pytest.raises(RuleBroken, match="T313"):
        rules.check_notice(announced_on=day, opens_on=later, notice_days=8)


def conform(check, lines, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO("\n".join(lines).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    out = io.StringIO()
    call_command("conform", check, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_conform_fee_answers_each_line_and_never_breaks(monkeypatch):
    lines = [
        '{"quantity_t": "3.814", "price": "6000", "years": 5, "discount": 0.3}',
        '{"quantity_t": "3.814", "price": "6000", "years": "5"}',
        '{"quantity_t": 1e3, "price": "6000", "years": "5"}',
        '{"price": "6000"}',
        "rubbish",
    ]
    answers = conform("fee", lines, monkeypatch)
    assert [a.get("amount") for a in answers] == ["34326.00", "114420.00", None, None, None]
    assert all("error" in answer for answer in answers[2:])


def test_conform_auction_answers_each_line_and_never_breaks(monkeypatch):
    bid = {"id": "b1", "bidder": "A", "price": "4000", "quantity": "1", "at": 1}
    kit = {"format": "single_round", "supply": "1", "bids": [bid]}
    bad = [
        {**kit, "format": "x"},
        {**kit, "bids": "x"},
        {**kit, "bids": [{"id": 1}]},
        {**kit, "bids": [7]},
        {**kit, "bids": [bid, {**bid, "at": "2026-11-20T10:00:00Z"}]},
        {**kit, "params": []},
        {**kit, "params": {"closes_at": "soon"}},
    ]
    answers = conform("auction", [json.dumps(case) for case in [kit, *bad]], monkeypatch)
    assert answers[0]["awards"][0]["bidder"] == "A"
    assert len(answers) == 8
    assert all("error" in answer for answer in answers[1:])
