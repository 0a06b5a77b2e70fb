"""What lies on a card, layer by layer: where each discharged gram came from. Pure.

The rule: first in, first out. A load lays the lot's quantity on top; a discharge takes from below,
so it uses what was loaded first. What is given back is taken from what is left of its own lot,
the last loaded first. A correction that returns discharge to the card restores what was drawn
last. What another card hands over keeps its layers. What no card covered (overrun) names no lot.

Nothing is stored: since a balance is all that was laid on less all that was taken, the journal's
own balances say which part of the layers a discharge took. What was said of a discharge stays
true for ever: later movements change only what lies above it.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

DISCHARGE = frozenset({"DISCHARGED", "OVERRUN"})


class Shift(NamedTuple):
    """A transfer that touches a card: between two cards, or a card and another account.

    `source` and `target` are card accounts, or None on the side that is none; then `purpose`
    is that side's, and `lot` its lot where it is a lot's account.
    """

    operation_id: int
    line: int
    posted_at: datetime.datetime
    amount: int
    source: int | None
    source_balance: int
    target: int | None
    target_balance: int
    purpose: str
    lot: int | None

    @property
    def place(self) -> tuple[int, int]:
        """Its place in the journal."""
        return (self.operation_id, self.line)

    @property
    def word(self) -> str:
        """What it does: drawn, returned, handed over, loaded or given back."""
        if self.is_draw or self.is_return:
            return "drawn" if self.is_draw else "returned"
        if self.source is not None and self.target is not None:
            return "handed over"
        return "loaded" if self.source is None else "given back"

    @property
    def is_draw(self) -> bool:
        """Whether it discharges from a card."""
        return self.source is not None and self.purpose in DISCHARGE

    @property
    def is_return(self) -> bool:
        """Whether it puts discharge back on a card."""
        return self.source is None and self.purpose in DISCHARGE


@dataclass(frozen=True)
class Piece:
    """So much of a lot, as one load brought it; without a lot: nobody knows whence."""

    lot: int | None
    load: int | None
    amount: int


@dataclass
class Stack:
    """The layers of one card account: those from `top - balance` upward still lie on the card."""

    layers: list[Piece] = field(default_factory=list)
    balance: int = 0

    @property
    def top(self) -> int:
        """The height of all layers."""
        return sum(layer.amount for layer in self.layers)

    @property
    def used(self) -> int:
        """How much from below is discharged."""
        return self.top - self.balance

    def lay(self, pieces: Iterable[Piece], balance: int) -> None:
        """Put pieces on top."""
        self.layers += [piece for piece in pieces if piece.amount]
        self.settle(balance)

    def settle(self, balance: int) -> None:
        """Take the journal's balance over; what it has beyond all layers lies below them."""
        self.balance = balance
        if self.used < 0:
            self.layers.insert(0, Piece(None, None, -self.used))

    def between(self, low: int, high: int) -> Iterator[tuple[int, int, Piece]]:
        """The parts of layers between two heights, each with its own two heights."""
        at = 0
        for layer in self.layers:
            begin, end = max(at, low), min(at + layer.amount, high)
            if begin < end:
                yield begin, end, replace(layer, amount=end - begin)
            at += layer.amount

    def take(self, amount: int, lot: int | None) -> list[Piece]:
        """Take what is not used yet off: of the lot first, and each time the last laid first."""
        taken: list[Piece] = []
        left = amount
        for is_any in (False, True):
            for index in range(len(self.layers) - 1, -1, -1):
                layer = self.layers[index]
                if not left or not (is_any or layer.lot == lot):
                    continue
                below = sum(one.amount for one in self.layers[:index])
                free = min(layer.amount, below + layer.amount - self.used)
                part = min(left, max(free, 0))
                if part:
                    self.layers[index] = replace(layer, amount=layer.amount - part)
                    self.balance -= part
                    taken.append(replace(layer, amount=part))
                    left -= part
        self.layers = [layer for layer in self.layers if layer.amount]
        return taken


@dataclass(frozen=True)
class Window:
    """A stretch of a card account's journal in which layers of a lot were discharged.

    Between the two shifts the height of all layers was `top`; a discharge that left the
    balance b took what lies between `top - b - amount` and `top - b`.
    """

    account: int
    since: Shift
    until: Shift | None
    top: int
    low: int
    high: int
    piece: Piece


@dataclass
class Trace:
    """What following all layers brought to light."""

    stacks: dict[int, Stack] = field(default_factory=dict)
    parts: dict[tuple[int, int], list[Piece]] = field(default_factory=dict)
    shifts: dict[tuple[int, int], Shift] = field(default_factory=dict)
    windows: list[Window] = field(default_factory=list)
    last: dict[int, Shift] = field(default_factory=dict)

    def pieces(self, word: str) -> Iterator[Piece]:
        """The pieces that were `loaded`, `given back`, `drawn` (those given) or `returned`."""
        for place, shift in self.shifts.items():
            if shift.word == word:
                yield from self.parts[place]

    def left(self) -> Iterator[Piece]:
        """What lies on cards now."""
        for stack in self.stacks.values():
            for _low, _high, piece in stack.between(stack.used, stack.top):
                yield piece


def follow(shifts: Iterable[Shift], now: Mapping[int, int]) -> Trace:
    """Follow the layers of cards through the journal, in its order, up to the balances of now.

    Shifts that only discharge may be left out; those given are told apart in `parts`, as are
    returns (with what they restored) and what was given back or handed over.
    """
    trace = Trace()
    for shift in shifts:
        for account in (shift.source, shift.target):
            if account is not None:
                _close(trace, account, shift)
        pieces = _shifted(trace, shift)
        trace.parts[shift.place], trace.shifts[shift.place] = pieces, shift
        for account in (shift.source, shift.target):
            if account is not None:
                trace.last[account] = shift
    for account, balance in now.items():
        if account in trace.stacks:
            _window(trace, account, None, balance)
            trace.stacks[account].settle(balance)
    return trace


def _close(trace: Trace, account: int, shift: Shift) -> None:
    """Note what was discharged since the account's last shift."""
    came, went = shift.target_balance - shift.amount, shift.source_balance + shift.amount
    balance = went if account == shift.source else came
    stack = trace.stacks.setdefault(account, Stack())
    _window(trace, account, shift, balance)
    stack.settle(balance)


def _window(trace: Trace, account: int, until: Shift | None, balance: int) -> None:
    since, stack = trace.last.get(account), trace.stacks[account]
    if since is None or balance >= stack.balance:
        return
    for low, high, piece in stack.between(stack.used, stack.top - balance):
        trace.windows.append(Window(account, since, until, stack.top, low, high, piece))


def _shifted(trace: Trace, shift: Shift) -> list[Piece]:
    """Change the layers by one shift; returns the pieces that moved."""
    if shift.source is None:
        assert shift.target is not None, "a shift touches a card"
        return _came(trace.stacks[shift.target], shift)
    source = trace.stacks[shift.source]
    if shift.is_draw:
        low = source.used
        pieces = [piece for _l, _h, piece in source.between(low, low + shift.amount)]
        source.settle(shift.source_balance)
        return pieces
    pieces = source.take(shift.amount, shift.lot)
    source.settle(shift.source_balance)
    if shift.target is not None:
        trace.stacks[shift.target].lay(reversed(pieces), shift.target_balance)
    return pieces


def _came(stack: Stack, shift: Shift) -> list[Piece]:
    """What came onto the card: a load lies on top, a return where it had been drawn from."""
    if not shift.is_return:
        piece = Piece(shift.lot, shift.operation_id, shift.amount)
        stack.lay([piece], shift.target_balance)
        return [piece]
    stack.settle(shift.target_balance)
    low = stack.used
    return [piece for _l, _h, piece in stack.between(low, low + shift.amount)]
