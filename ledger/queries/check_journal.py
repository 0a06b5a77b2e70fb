"""The journal as a whole: ranges walked one after the other or side by side, then joined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .bodies import Books
from .faults import Fault, Tell, stream
from .journal_links import Ends, join, link_faults
from .journal_walk import walk
from .side_by_side import Crew, runs_of

BLOCK = 200_000  # operations that PostgreSQL looks at in one statement
RUNS_PER_JOB = 8
FIRST, LAST = -(2**63), 2**63 - 1

# Where blocks begin; by what stands there, so that a number far off costs nothing.
STARTS = """
SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM ledger_operation) counted
WHERE place %% %(block)s = 0 ORDER BY id
"""
ACCOUNTS = """
SELECT id, version, balance, coalesce(date_part('epoch', moved_at), 0) FROM ledger_account
"""

Range = tuple[int, int]


@dataclass
class Part:
    """What a stretch of the journal says."""

    ends: Ends = field(default_factory=Ends)
    faults: list[Fault] = field(default_factory=list)


def journal_is_whole(crew: Crew | None = None, tell: Tell = lambda _: None) -> Iterator[Fault]:
    """V01 V02 V04 V05 V07 V09: the journal block by block, shared out among the crew.

    V01 each account's movements are numbered without a gap and add up; V02 the account stands
    where they end; V04 operations and transfers belong together; V05 a transfer stays within one
    asset; V07 its kind allows it; V09 the operation is the one that was asked for.
    """
    crew = crew or Crew()
    starts = [row[0] for row in stream(STARTS, block=BLOCK)]
    blocks = [
        (first, after - 1) for first, after in zip([FIRST, *starts], [*starts, LAST], strict=True)
    ]
    runs = runs_of(blocks, crew.jobs * RUNS_PER_JOB)
    whole = Ends()
    for done, part in enumerate(crew.map(_look, runs), start=1):
        yield from part.faults
        yield from join(whole, part.ends)
        tell(f"journal: {100 * done // len(runs)} %")
    yield from _account_faults(whole)


def _look(blocks: Sequence[Range]) -> Part:
    """One stretch, by whoever of the crew has time."""
    part, books = Part(), Books()
    for low, high in blocks:
        part.faults += link_faults(low, high, part.ends)
        part.faults += walk(low, high, books)
    return part


def _account_faults(whole: Ends) -> Iterator[Fault]:
    """V02: the account stands where its last link ends."""
    for account, version, balance, moved_at in stream(ACCOUNTS):
        end = whole.last.get(account, (0, 0, 0))
        if (version, balance) != end[:2] or moved_at != end[2]:
            yield Fault(
                "V02",
                f"account {account}",
                f"shows version {version} and balance {balance}, its movements end at version"
                f" {end[0]} and balance {end[1]}"
                + ("" if moved_at == end[2] else ", and at another time"),
            )
