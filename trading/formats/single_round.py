"""The Zhejiang single round: up to ten bids each, the last one counts, the first 70 % win.

Source: notices of Wuyi (2021) and Yiwu (2020) on the provincial platform; printable rules in
`single_round.zh.md` and `single_round.en.md`, golden cases in `single_round.golden.jsonl`.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shell.rules import RuleBroken
from trading.formats.kit import Award, Bid, Instant, Kit, Outcome, instant

DEFAULTS: dict[str, Any] = {
    "max_bids": 10,  # bids per bidder that count
    "winners_percent": 70,  # share of the bidders who win, rounded half up
    "last_winner": "CUT",  # CUT: gets what is left; ALL_OR_NONE: gets all he asked or nothing
    "opens_at": None,
    "closes_at": None,
}


def check_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The params completed by the defaults; refuses unknown names and impossible values."""
    if not isinstance(params, Mapping):
        raise RuleBroken("T322", name="params")
    unknown = sorted(set(params) - set(DEFAULTS))
    if unknown:
        raise RuleBroken("T322", name=unknown[0])
    full = DEFAULTS | dict(params)
    for name, low, high in [("max_bids", 1, 1000), ("winners_percent", 1, 100)]:
        if not is_whole(full[name]) or not low <= full[name] <= high:
            raise RuleBroken("T322", name=name)
    if full["last_winner"] not in {"CUT", "ALL_OR_NONE"}:
        raise RuleBroken("T322", name="last_winner")
    return full


def is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def decide(kit: Kit, bids: list[Bid]) -> Outcome:
    """The outcome: order by last price, then by earlier time; each winner pays the own price.

    `bids` come in the order that decides. The clearing price named is the lowest winning one.
    """
    standing, rejected = last_bids(kit, bids)
    ranking = sorted(standing, key=lambda bid: (-bid.price, bid.order))
    awards = fill(kit, ranking[: winners(len(ranking), kit.params["winners_percent"])])
    return Outcome(
        clearing_price=min((award.price for award in awards), default=None),
        awards=tuple(awards),
        unsold=kit.supply - sum((award.quantity for award in awards), Decimal(0)),
        rejected=tuple(rejected),
    )


def winners(bidders: int, percent: int) -> int:
    """How many of the bidders win: their share, rounded half up (5 bidders → 3.5 → 4)."""
    share = Decimal(bidders) * percent / 100
    return int(share.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def last_bids(kit: Kit, bids: list[Bid]) -> tuple[list[Bid], list[tuple[Any, str]]]:
    """Each bidder's last bid that counts, and the bids that do not, with their rule."""
    window = window_of(kit)
    counted: Counter[str] = Counter()
    seen: set[Any] = set()
    standing: dict[str, Bid] = {}
    rejected: list[tuple[Any, str]] = []
    for bid in bids:
        rule = broken_rule(kit, bid, window=window, already=counted[bid.bidder])
        if bid.id in seen:
            rule = "T309"
        if rule:
            rejected.append((bid.id, rule))
            continue
        seen.add(bid.id)
        counted[bid.bidder] += 1
        standing[bid.bidder] = bid
    return list(standing.values()), rejected


def window_of(kit: Kit) -> tuple[Instant | None, Instant | None]:
    """When the round opens and closes, as far as the params say so."""
    opens_at, closes_at = (
        None if kit.params[name] is None else instant(kit.params[name])
        for name in ("opens_at", "closes_at")
    )
    return opens_at, closes_at


def check_bid(kit: Kit, bid: Bid, *, already: int) -> str | None:
    """The number of the first rule a new bid breaks, given how many of the bidder count already."""
    return broken_rule(kit, bid, window=window_of(kit), already=already)


def broken_rule(kit: Kit, bid: Bid, *, window: tuple[Any, Any], already: int) -> str | None:
    """The number of the first rule the bid breaks, or None.

    The same checks in the same order serve the auction room and the recomputation.
    """
    opens_at, closes_at = window
    checks = [
        ("T304", closes_at is not None and bid.at >= closes_at),
        ("T305", opens_at is not None and bid.at < opens_at),
        ("T303", already >= kit.params["max_bids"]),
        ("T301", bid.price < kit.reserve_price),
        ("T302", kit.step > 0 and (bid.price - kit.reserve_price) % kit.step != 0),
        ("T307", bid.quantity == 0 or (kit.lot_size > 0 and bid.quantity % kit.lot_size != 0)),
        ("T306", bid.quantity > kit.supply),
    ]
    return next((rule for rule, is_broken in checks if is_broken), None)


def fill(kit: Kit, ranking: list[Bid]) -> list[Award]:
    """Serve the winners in turn until the supply is used up; never more than the supply."""
    left = kit.supply
    awards: list[Award] = []
    for bid in ranking:
        share = min(bid.quantity, left)
        if kit.lot_size > 0:
            share -= share % kit.lot_size
        is_cut = share < bid.quantity
        if share == 0 or (is_cut and kit.params["last_winner"] == "ALL_OR_NONE"):
            break
        awards.append(Award(bid=bid, quantity=share, price=bid.price))
        left -= share
    return awards
