"""The final read: the journal, the accounts and the holds as they stand when all is quiet."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Leg:
    """A transfer as written: both accounts with their new version and balance."""

    source: int
    target: int
    amount: int
    source_version: int
    source_balance: int
    target_version: int
    target_balance: int

    def ends(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """Account, version and balance at both ends."""
        return (
            (self.source, self.source_version, self.source_balance),
            (self.target, self.target_version, self.target_balance),
        )


@dataclass(frozen=True)
class Written:
    """An operation in the journal, in the order of their numbers."""

    id: int
    name: str  # scope and key
    legs: tuple[Leg, ...]
    reverses: int | None


@dataclass(frozen=True)
class Final:
    """What a reader finds after the last act."""

    journal: list[Written]
    accounts: dict[int, tuple[int, int, int | None]]  # balance, version, floor
    holds: dict[str, tuple[int, int, int, str, int]]  # key: id, account, amount, state, captured
    frozen: dict[int, int]  # hold: account


def final_read(after: int) -> Final:
    """Everything, of the operations numbered above `after`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, balance, version, min_balance FROM ledger_account")
        accounts = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute("SELECT key, id, account_id, amount, state, captured FROM ledger_hold")
        holds = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute("SELECT reference_id, id FROM ledger_account WHERE reference_type = 'hold'")
        frozen = dict(cursor.fetchall())
        cursor.execute(
            "SELECT o.id, o.scope || '/' || o.key, o.reverses_id, t.source_id, t.target_id,"
            " t.amount, t.source_version, t.source_balance, t.target_version, t.target_balance"
            " FROM ledger_operation o LEFT JOIN ledger_transfer t ON t.operation_id = o.id"
            " WHERE o.id > %s ORDER BY o.id, t.line",
            [after],
        )
        rows = cursor.fetchall()
    return Final(_journal(rows), accounts, holds, frozen)


def _journal(rows: list[tuple]) -> list[Written]:
    heads: dict[int, tuple[str, int | None]] = {}
    legs: dict[int, list[Leg]] = {}
    for number, name, reverses, *leg in rows:
        heads[number] = (name, reverses)
        legs.setdefault(number, [])
        if leg[0] is not None:
            legs[number].append(Leg(*leg))
    return [Written(n, name, tuple(legs[n]), rev) for n, (name, rev) in heads.items()]
