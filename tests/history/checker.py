"""Checks a history against the strictest promise: every act happens at one moment between its
asking and its answer, all of it or nothing, and every answer is what a simple ledger would say.

The journal's numbers are the order; nothing is searched. They are drawn while the accounts are
locked, so for acts that share an account number order is version order, and an act answered
before another was asked has the smaller number.
"""

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from .final import Final, Written
from .recorder import Done

Move = tuple[int, int, int, int | None]  # source, target, amount, overflow


@dataclass
class Book:
    """The simple ledger: balances, versions, floors; also every state an account passed through."""

    floors: dict[int, int | None]
    balance: Counter = field(default_factory=Counter)
    version: Counter = field(default_factory=Counter)
    # Per account: the numbers of the operations that moved it, and what it held after each.
    movers: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    states: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def begin(self, account: int, balance: int, version: int) -> None:
        self.balance[account], self.version[account] = balance, version

    def free(self, account: int) -> int | None:
        floor = self.floors.get(account)
        return None if floor is None else self.balance[account] - floor

    def transfers(self, moves: Iterable[Move]) -> list[tuple[int, int, int]]:
        """What the moves come to at this moment."""
        found = []
        for source, target, amount, overflow in moves:
            free = self.free(source)
            covered = amount if overflow is None or free is None else min(amount, max(0, free))
            found += [(source, target, covered)] if covered else []
            found += [(overflow, target, amount - covered)] if covered < amount else []
        return found

    def apply(
        self, number: int, source: int, target: int, amount: int
    ) -> tuple[int, int, int, int]:
        for account, delta in ((source, -amount), (target, amount)):
            self.balance[account] += delta
            self.version[account] += 1
            self.movers[account].append(number)
            self.states[account].append(self.balance[account])
        return (
            self.version[source],
            self.balance[source],
            self.version[target],
            self.balance[target],
        )


def check(history: list[Done], final: Final, begin: dict[int, tuple[int, int]]) -> list[str]:
    """Every way in which the history breaks the promise; an empty list is a pass."""
    book = Book({account: floor for account, (_b, _v, floor) in final.accounts.items()})
    for account, (balance, version) in begin.items():
        book.begin(account, balance, version)
    asked = bodies(history, final)
    return [
        *once(final.journal),
        *answers(history, final),
        *replay(final, book, asked),
        *ends(final, book),
        *real_time(history, final.journal),
        *refusals(history, final.journal, book, begin),
        *reads(history, final.journal, book, begin),
        *hold_states(history, final),
    ]


# --- what was asked ------------------------------------------------------------------------


def bodies(history: list[Done], final: Final) -> dict[str, list[list[Move]]]:
    """For each name in the journal the requests that may stand behind it."""
    found: dict[str, list[list[Move]]] = defaultdict(list)
    for act in history:
        if act.what == "post":
            found[act.asked["name"]].append([tuple(m) for m in act.asked["moves"]])
    for hold, account, amount, _state, captured in final.holds.values():
        frozen = final.frozen.get(hold, 0)
        found[f"hold/{hold}:hold"].append([(account, frozen, amount, None)])
        found[f"hold/{hold}:release"].append([(frozen, account, amount - captured, None)])
        for act in history:
            if act.what == "capture" and final.holds.get(act.asked["hold"], (0,))[0] == hold:
                move = (frozen, act.asked["to"], act.asked["amount"], None)
                found[f"hold/{hold}:capture:0"].append([move])
    by_id = {written.id: written for written in final.journal}
    for written in final.journal:
        first = by_id.get(written.reverses or 0)
        if first:
            back = [(leg.target, leg.source, leg.amount, None) for leg in reversed(first.legs)]
            found[written.name].append(back)
    return found


# --- the steps -----------------------------------------------------------------------------


def once(journal: list[Written]) -> list[str]:
    """Each name stands once, each operation is whole, and nothing is reversed twice."""
    names = Counter(written.name for written in journal)
    reversed_ = Counter(w.reverses for w in journal if w.reverses)
    return [
        *(f"{name} is booked {times} times" for name, times in names.items() if times > 1),
        *(f"operation {w.id} has no transfers" for w in journal if not w.legs),
        *(f"operation {number} is reversed {n} times" for number, n in reversed_.items() if n > 1),
    ]


def answers(history: list[Done], final: Final) -> list[str]:
    """An acknowledged posting stands under the number it was given; a refused one does not."""
    found = []
    ids = {written.name: written.id for written in final.journal}
    by_name: dict[str, list[Done]] = defaultdict(list)
    for act in history:
        if act.what in ("post", "reverse"):
            by_name[act.asked["name"]].append(act)
    for name, tries in by_name.items():
        found += [f"{name} {fault}" for fault in wrong_answers(tries, ids.get(name))]
    return found


def wrong_answers(tries: list[Done], number: int | None) -> list[str]:
    """What was answered to all who asked under one name, beside what stands in the journal."""
    given = [act.answer["operation"] for act in tries if act.is_ok]
    accepted = {str(act.asked.get("moves")) for act in tries if act.is_ok}
    found = [f"was acknowledged as {one}, is {number}" for one in given if one != number]
    if number is not None and all(act.type == "fail" for act in tries):
        found.append(f"was refused, and is booked as {number}")
    if len(accepted) > 1:
        found.append(f"was accepted with {len(accepted)} bodies")
    if sum(act.is_ok and act.answer["is_new"] for act in tries) > 1:
        found.append("was new more than once")
    return found


def replay(final: Final, book: Book, asked: dict[str, list[list[Move]]]) -> list[str]:
    """The journal on the simple ledger, one operation after the other."""
    found = []
    for written in final.journal:
        transfers = [(leg.source, leg.target, leg.amount) for leg in written.legs]
        bodies_ = asked.get(written.name, [])
        if not any(book.transfers(moves) == transfers for moves in bodies_):
            found.append(f"operation {written.id} ({written.name}) is not what was asked for")
        for leg in written.legs:
            chain = book.apply(written.id, leg.source, leg.target, leg.amount)
            told = (
                leg.source_version,
                leg.source_balance,
                leg.target_version,
                leg.target_balance,
            )
            if chain != told:
                found.append(f"operation {written.id}: versions and balances {told}, not {chain}")
            floor = book.floors.get(leg.source)
            if floor is not None and book.balance[leg.source] < floor:
                found.append(f"operation {written.id} takes {leg.source} below its floor")
    return found


def ends(final: Final, book: Book) -> list[str]:
    """Every account stands where the simple ledger ends, and all of them sum to zero."""
    moved = [a for a in final.accounts if book.version[a]]
    found = [
        f"account {account} ends at {final.accounts[account][:2]},"
        f" not {(book.balance[account], book.version[account])}"
        for account in moved
        if final.accounts[account][:2] != (book.balance[account], book.version[account])
    ]
    total = sum(balance for balance, _version, _floor in final.accounts.values())
    return found + ([f"all balances sum to {total}"] if total else [])


def real_time(history: list[Done], journal: list[Written]) -> list[str]:
    """What was answered before another act was asked has the smaller number."""
    ids = {written.name: written.id for written in journal}
    done = [a for a in history if a.what in ("post", "reverse") and a.is_ok and a.answer["is_new"]]
    pairs = [(act, ids[act.asked["name"]]) for act in done if act.asked["name"] in ids]
    ended = sorted((act.ended, number) for act, number in pairs)
    times = [moment for moment, _ in ended]
    highest, best = [], 0
    for _, number in ended:
        best = max(best, number)
        highest.append(best)
    return [
        f"operation {number} comes before {highest[place - 1]}, acknowledged before it was asked"
        for act, number in pairs
        if (place := bisect.bisect_left(times, act.began)) and highest[place - 1] > number
    ]


def window(act: Done, acked: "Acked", account: int) -> tuple[int, int]:
    """The states of the account that the act may have met: from, to (as list positions)."""
    return acked.before(account, act.began), acked.until(account, act.ended)


@dataclass
class Acked:
    """How far each account had certainly, and possibly, come at a moment."""

    sure: dict[int, tuple[list[int], list[int]]]
    asked: dict[int, tuple[list[int], list[int]]]

    @classmethod
    def of(cls, history: list[Done], journal: list[Written], book: Book) -> "Acked":
        by_name = {written.name: written for written in journal}
        sure, asked = defaultdict(list), defaultdict(list)
        named = [act for act in history if act.asked and act.asked.get("name") in by_name]
        first = {act.asked["name"]: act for act in sorted(named, key=lambda a: -a.began)}
        for act in named:
            written = by_name[act.asked["name"]]
            for account in _accounts(written):
                place = bisect.bisect_right(book.movers[account], written.id)
                if act is first[act.asked["name"]]:
                    asked[account].append((act.began, place))
                if act.is_ok:
                    sure[account].append((act.ended, place))
        return cls(
            {account: _rising(pairs, max) for account, pairs in sure.items()},
            {account: _rising(pairs, min) for account, pairs in asked.items()},
        )

    def before(self, account: int, moment: int) -> int:
        """At least so many of the account's movements had been answered."""
        times, places = self.sure.get(account, ([], []))
        at = bisect.bisect_left(times, moment)
        return places[at - 1] if at else 0

    def until(self, account: int, moment: int) -> int:
        """No movement from this one on had been asked yet."""
        times, places = self.asked.get(account, ([], []))
        at = bisect.bisect_right(times, moment)
        return places[at] - 1 if at < len(times) else 2**62


def _accounts(written: Written) -> set[int]:
    return {account for leg in written.legs for account in (leg.source, leg.target)}


def _rising(pairs: list[tuple[int, int]], pick) -> tuple[list[int], list[int]]:
    """Times in order, each with the greatest place so far, or the smallest from there on."""
    ordered = sorted(pairs)
    places = [place for _, place in ordered]
    steps = range(1, len(places)) if pick is max else range(len(places) - 2, -1, -1)
    for at in steps:
        places[at] = pick(places[at], places[at - 1 if pick is max else at + 1])
    return [moment for moment, _ in ordered], places


def refusals(
    history: list[Done], journal: list[Written], book: Book, begin: dict[int, tuple[int, int]]
) -> list[str]:
    """Who was refused for lack of cover met a moment at which the cover was lacking."""
    acked = Acked.of(history, journal, book)
    found = []
    for act in history:
        if act.type != "fail" or act.answer["code"] != "L201" or act.what != "post":
            continue
        source, _target, amount, _overflow = act.asked["moves"][0]
        first, last = window(act, acked, source)
        floor = book.floors.get(source) or 0
        states = [begin.get(source, (0, 0))[0], *book.states[source]]
        if all(state - floor >= amount for state in states[first : last + 1]):
            found.append(f"{act.asked['name']} was refused although {source} had {amount}")
    return found


def reads(
    history: list[Done], journal: list[Written], book: Book, begin: dict[int, tuple[int, int]]
) -> list[str]:
    """Each read shows one moment, not before what was acknowledged and not after its end."""
    acked = Acked.of(history, journal, book)
    by_id = {written.id: written for written in journal}
    found = []
    for act in history:
        if act.what != "read" or not act.is_ok:
            continue
        seen = {int(account): pair for account, pair in act.answer.items()}
        places = {a: version - begin.get(a, (0, 0))[1] for a, (_b, version) in seen.items()}
        found += wrong_values(seen, places, book, begin)
        found += torn(places, book, by_id)
        found += [
            f"a read misses what was acknowledged before it: account {account} at {place}"
            for account, place in places.items()
            if not acked.before(account, act.began) <= place <= acked.until(account, act.ended)
        ]
    return found


def wrong_values(seen, places, book: Book, begin) -> list[str]:
    """The balance read is the one that the account had at the version read."""
    found = []
    for account, (balance, _version) in seen.items():
        states = [begin.get(account, (0, 0))[0], *book.states[account]]
        place = places[account]
        if not 0 <= place < len(states) or states[place] != balance:
            found.append(f"a read saw account {account} at {balance}, version {place}")
    return found


def torn(places: dict[int, int], book: Book, by_id: dict[int, Written]) -> list[str]:
    """An operation is seen in all of its accounts or in none."""
    in_, out = 0, 2**62
    for account, place in places.items():
        movers = book.movers[account]
        in_ = max(in_, movers[place - 1] if 0 < place <= len(movers) else 0)
        out = min(out, movers[place] if place < len(movers) else 2**62)
    found = []
    doubtful = {n for a in places for n in book.movers[a] if out <= n <= in_}
    for number in sorted(doubtful):
        inside = {
            side(book.movers[a], number) <= places[a] - shift
            for a in _accounts(by_id[number])
            if a in places
            for side, shift in ((bisect.bisect_right, 0), (bisect.bisect_left, 1))
        }
        if len(inside) > 1:
            found.append(f"a read saw a part of operation {number}")
    return found


def hold_states(history: list[Done], final: Final) -> list[str]:
    """A hold ends once: captured or released; what was acknowledged of it stands."""
    found = []
    names = {written.name for written in final.journal}
    for key, (hold, _account, amount, state, captured) in final.holds.items():
        ops = {k for k in ("hold", "capture:0", "release") if f"hold/{hold}:{k}" in names}
        expected = {"HELD": {"hold"}, "RELEASED": {"hold", "release"}}.get(
            state, {"hold", "capture:0"} | ({"release"} if captured < amount else set())
        )
        if ops != expected:
            found.append(f"hold {key} is {state}, and its operations are {sorted(ops)}")
    for act in history:
        if not act.is_ok or act.what not in ("hold", "capture", "release"):
            continue
        row = final.holds.get(act.asked["hold"])
        wanted = {"hold": None, "capture": "CAPTURED", "release": "RELEASED"}[act.what]
        if row is None or (wanted and row[3] != wanted):
            found.append(f"hold {act.asked['hold']}: {act.what} was acknowledged, is {row}")
    return found
