"""Auction formats: pure, seeded, replayable. One file per format; no clock, no database.

A format takes a kit (what was for sale, on which terms, every bid) and returns the outcome.
The same kit gives the same outcome for ever, on any machine: that is what lets an outsider
recompute a published result. To add a format, write its module with `check_params`,
`check_bid` and `decide`, its two rulebooks and its golden cases, and name it in `FORMATS`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from shell.rules import RuleBroken
from trading.formats import single_round
from trading.formats.kit import Bid, Kit, Outcome, parse_bids, parse_kit

HERE = Path(__file__).resolve().parent


class Format(Protocol):
    """What every format module offers."""

    def check_params(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The params completed by the defaults; refuses unknown or impossible ones."""

    def check_bid(self, kit: Kit, bid: Bid, *, already: int) -> str | None:
        """The number of the first rule a new bid breaks, or None; the auction room asks this."""

    def decide(self, kit: Kit, bids: list[Bid]) -> Outcome:
        """Who gets what at which price, and which bids did not count."""


FORMATS: Mapping[str, Format] = {"single_round": single_round}


def format_of(name: object) -> Format:
    """The format by its name, as written in the kit (SINGLE_ROUND or single_round)."""
    try:
        return FORMATS[str(name).lower()]
    except KeyError:
        raise RuleBroken("T320", format=name) from None


def run(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The outcome of a kit as plain JSON: decimal strings in, decimal strings out."""
    chosen = format_of(asked["format"])
    params = asked.get("params")
    kit = parse_kit(asked, chosen.check_params({} if params is None else params))
    bids, unreadable = parse_bids(asked["bids"])
    outcome = chosen.decide(kit, bids)
    return outcome.as_json(rejected_before=unreadable)


def rulebook(name: str, language: str) -> str:
    """The printable rules of a format, in "zh" or "en"."""
    assert name in FORMATS, name
    return (HERE / f"{name}.{language}.md").read_text(encoding="utf-8")


def paragraphs(text: str) -> tuple[str, list[tuple[str, list[str]]]]:
    """A rulebook as its title and its numbered rules, each with the lines below it.

    The rulebooks use three forms only: one heading, numbered rules, dashes below a rule.
    """
    title, rules = "", list[tuple[str, list[str]]]()
    for line in text.replace("**", "").replace("`", "").splitlines():
        words = line.strip()
        number, dot, rest = words.partition(". ")
        if words.startswith("# "):
            title = words[2:]
        elif dot and number.isdigit():
            rules.append((rest, []))
        elif words.startswith("- "):
            rules[-1][1].append(words[2:])
        elif words:  # a long line goes on
            rule, below = rules[-1]
            if below:
                below[-1] += f" {words}"
            else:
                rules[-1] = (f"{rule} {words}", below)
    return title, rules
