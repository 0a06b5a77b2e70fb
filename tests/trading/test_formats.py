"""Auction formats: golden cases, and properties that hold for every kit."""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shell.rules import RuleBroken
from trading import formats
from trading.formats.single_round import winners


def golden(name):
    lines = (formats.HERE / f"{name}.golden.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        pytest.param(case["given"], case["expected"], id=case["name"])
        for case in map(json.loads, lines)
    ]


@pytest.mark.parametrize(("given_kit", "expected"), golden("single_round"))
def test_golden_case(given_kit, expected):
    assert formats.run(given_kit) == expected


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", formats.FORMATS)
def test_every_format_has_a_rulebook_that_names_its_rules(name, language):
    text = formats.rulebook(name, language)
    assert all(f"T30{digit}" in text for digit in range(1, 10))


@pytest.mark.parametrize(
    ("bidders", "expected"), [(0, 0), (1, 1), (2, 1), (3, 2), (5, 4), (9, 6), (10, 7), (15, 11)]
)
def test_seventy_percent_is_rounded_half_up(bidders, expected):
    assert winners(bidders, 70) == expected


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"format": "lottery"}, "T320"),
        ({"supply": "0"}, "T321"),
        ({"supply": "1e3"}, "T308"),
        ({"params": {"max_bids": 0}}, "T322"),
        ({"params": {"winners_percent": 70.0}}, "T322"),
        ({"params": {"luck": 1}}, "T322"),
        ({"params": {"last_winner": "FIRST"}}, "T322"),
    ],
)
def test_kit_that_cannot_be_used_is_refused(change, code):
    kit = {"format": "single_round", "supply": "1", "bids": []} | change
    with pytest.raises(RuleBroken) as caught:
        formats.run(kit)
    assert caught.value.code == code


bids = st.lists(
    st.tuples(
        st.sampled_from("ABCDEFGH"),
        st.integers(390, 420).map(lambda price: str(price * 10)),
        st.integers(0, 12_000).map(lambda mills: f"{mills // 1000}.{mills % 1000:03d}"),
    ),
    max_size=60,
)
shares = st.integers(1, 100)
last_winner = st.sampled_from(["CUT", "ALL_OR_NONE"])


def kit_of(rows, percent=70, last="CUT", supply="10"):
    return {
        "format": "SINGLE_ROUND",
        "supply": supply,
        "lot_size": "0.001",
        "reserve_price": "4000",
        "step": "10",
        "bids": [
            {"id": seq, "bidder": who, "price": price, "quantity": quantity, "at": seq}
            for seq, (who, price, quantity) in enumerate(rows, 1)
        ],
        "params": {"winners_percent": percent, "last_winner": last},
    }


def mills(text):
    whole, _, rest = text.partition(".")
    return int(whole) * 1000 + int(rest.ljust(3, "0"))


@given(bids, shares, last_winner)
def test_what_is_sold_and_what_is_not_add_up_to_the_supply(rows, percent, last):
    outcome = formats.run(kit_of(rows, percent, last))
    sold = sum(mills(award["quantity"]) for award in outcome["awards"])
    assert sold + mills(outcome["unsold"]) == 10_000
    assert mills(outcome["unsold"]) >= 0


@given(bids, shares)
def test_the_first_share_of_the_bidders_wins_when_there_is_enough(rows, percent):
    outcome = formats.run(kit_of(rows, percent, supply="1000"))
    rejected = {row["bid"] for row in outcome["rejected"]}
    bidders = {who for seq, (who, _, _) in enumerate(rows, 1) if seq not in rejected}
    assert len(outcome["awards"]) == (len(bidders) * percent * 2 + 100) // 200


@given(bids, shares, last_winner, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_never_matters(rows, percent, last, chance: random.Random):
    kit = kit_of(rows, percent, last)
    shuffled = kit | {"bids": chance.sample(kit["bids"], len(kit["bids"]))}
    assert formats.run(kit) == formats.run(shuffled)


@given(bids, shares)
def test_each_winner_pays_the_own_last_price_and_no_loser_bid_more(rows, percent):
    outcome = formats.run(kit_of(rows, percent, supply="1000"))
    rejected = {row["bid"] for row in outcome["rejected"]}
    last = {}
    for seq, (who, price, _) in enumerate(rows, 1):
        if seq not in rejected:
            last[who] = (seq, price)
    for award in outcome["awards"]:
        assert (award["bid"], award["price"]) == last.pop(award["bidder"])
    lowest = min((int(award["price"]) for award in outcome["awards"]), default=0)
    if outcome["awards"]:
        assert all(int(price) <= lowest for _, price in last.values())


@given(bids, st.data())
def test_a_higher_price_never_loses_what_a_lower_one_won(rows, data):
    outcome = formats.run(kit_of(rows))
    if not outcome["awards"]:
        return
    award = data.draw(st.sampled_from(outcome["awards"]))
    raised = list(rows)
    who, price, quantity = raised[award["bid"] - 1]
    raised[award["bid"] - 1] = (who, str(int(price) + 100), quantity)
    again = {row["bidder"]: row for row in formats.run(kit_of(raised))["awards"]}
    assert mills(again[who]["quantity"]) >= mills(award["quantity"])
