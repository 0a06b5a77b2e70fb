"""Posting through `ledger.services.post` beside hand-written SQL that makes the same writes."""

import datetime
import random
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone

from bench.report import Figure
from ledger import services
from ledger.rules import DocumentRef, Move, Posting, Purpose
from ledger.services import AccountSpec
from parties.models import Bureau, Enterprise, Membership, Region
from parties.services import system_actor

POLLUTANTS = ("COD", "NH3N", "SO2", "NOX")
BATCH = 1000

BARE = """
CREATE TABLE bench_operation (LIKE ledger_operation);
CREATE TABLE bench_transfer (LIKE ledger_transfer);
CREATE TABLE bench_balance (id bigint PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL)
    WITH (fillfactor = 50);
ALTER TABLE bench_operation ADD PRIMARY KEY (id);
ALTER TABLE bench_transfer ADD PRIMARY KEY (operation_id, line);
CREATE INDEX ON bench_transfer (source_id, posted_at, source_version);
CREATE INDEX ON bench_transfer (target_id, posted_at, target_version);
"""


@dataclass(frozen=True)
class Book:
    """A filled book: who posts, and the pairs of accounts each enterprise moves between."""

    by: Membership
    pairs: list[tuple[tuple[int, int], ...]]

    def batch(self, size: int) -> list[Posting]:
        """Discharge postings of four pollutants each, by random enterprises."""
        day = datetime.date(2026, 6, 1)
        return [
            Posting(
                kind="DISCHARGE",
                key=uuid.uuid4().hex,
                moves=tuple(
                    Move(source, target, random.randrange(1, 10**6))  # noqa: S311
                    for source, target in random.choice(self.pairs)  # noqa: S311
                ),
                effective_date=day,
                document=DocumentRef("discharge_event", 1),
            )
            for _ in range(size)
        ]


def fill(accounts: int) -> Book:
    """A city with so many accounts: each enterprise has two in each of four pollutants."""
    province, _ = Region.objects.get_or_create(
        code="330000", defaults={"name_zh": "浙江省", "name_en": "Zhejiang", "level": "PROVINCE"}
    )
    city, _ = Region.objects.get_or_create(
        code="339900",
        defaults={"name_zh": "市", "name_en": "City", "level": "CITY", "parent": province},
    )
    Bureau.objects.get_or_create(region=city, defaults={"name_zh": "局", "name_en": "Bureau"})
    first = Enterprise.objects.count()
    made = Enterprise.objects.bulk_create(
        Enterprise(uscc=f"91339900MA{first + n:08d}", name=f"E{n}", region=city)
        for n in range(accounts // 8)
    )
    by = system_actor("bench")
    year = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)
    period = services.ensure_periods(by=by, region=city, first=year[0], last=year[1])[0]
    assets = [services.asset_for(code, period).pk for code in POLLUTANTS]
    pairs = []
    for start in range(0, len(made), 500):
        pairs += list(_pairs(made[start : start + 500], assets, city))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Book(by, pairs)


def _pairs(
    made: list[Enterprise], assets: list[int], city: Region
) -> Iterator[tuple[tuple[int, int], ...]]:
    spec = {
        (e.pk, asset, purpose): AccountSpec(purpose, asset, city.pk, e.pk)
        for e in made
        for asset in assets
        for purpose in (Purpose.OVERRUN, Purpose.DISCHARGED)
    }
    found = services.accounts_for(list(spec.values()))
    ids = {name: found[one].pk for name, one in spec.items()}
    for e in made:
        yield tuple(
            (ids[e.pk, asset, Purpose.OVERRUN], ids[e.pk, asset, Purpose.DISCHARGED])
            for asset in assets
        )


def rate(act: Callable[[], None], size: int, rounds: int) -> tuple[float, str]:
    """The median rate per second over the rounds, and its spread."""
    act()
    rates = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        rates.append(size / (time.perf_counter() - started))
    return statistics.median(rates), f"{min(rates):.0f}–{max(rates):.0f}"


def by_hand(batch: list[Posting]) -> None:
    """The same writes in set-based SQL, without a rule, a key or a guard."""
    now = timezone.now()
    ids = sorted({account for p in batch for m in p.moves for account in (m.source, m.target)})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, balance, version FROM bench_balance WHERE id = ANY(%s)"
            " ORDER BY id FOR NO KEY UPDATE",
            [ids],
        )
        state = {row[0]: [row[1], row[2]] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT nextval('ledger_operation_id_seq') FROM generate_series(1, %s)", [len(batch)]
        )
        numbers = [row[0] for row in cursor.fetchall()]
        with cursor.copy(
            "COPY bench_operation (id, kind, scope, key, body_hash, by_id, reason, effective_date,"
            " posted_at, document_type, document_id) FROM STDIN"
        ) as stream:
            for number, p in zip(numbers, batch, strict=True):
                row = (number, p.kind, p.kind, p.key, b"0" * 32, 1, "", p.effective_date, now)
                stream.write_row((*row, "discharge_event", 1))
        with cursor.copy(
            "COPY bench_transfer (operation_id, line, source_id, target_id, asset_id, amount,"
            " source_version, source_balance, target_version, target_balance, posted_at)"
            " FROM STDIN"
        ) as stream:
            for number, p in zip(numbers, batch, strict=True):
                for line, move in enumerate(p.moves):
                    source, target = state[move.source], state[move.target]
                    source[0] -= move.amount
                    source[1] += 1
                    target[0] += move.amount
                    target[1] += 1
                    chain = (source[1], source[0], target[1], target[0])
                    row = (number, line, move.source, move.target, 1, move.amount, *chain, now)
                    stream.write_row(row)
        cursor.execute(
            "UPDATE bench_balance b SET balance = n.balance, version = n.version"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS n (id, balance, version)"
            " WHERE b.id = n.id",
            [ids, [state[i][0] for i in ids], [state[i][1] for i in ids]],
        )


def measure(*, quick: bool) -> Iterator[Figure]:
    """Batched posting at two sizes of book beside hand-written SQL, and single postings."""
    rounds = 5 if quick else 15
    with connection.cursor() as cursor:
        cursor.execute(BARE)
    for accounts, name in ((1000, "1k"), (20_000 if quick else 100_000, "100k")):
        book = fill(accounts)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_balance SELECT id, 0, 0 FROM ledger_account"
                " ON CONFLICT DO NOTHING; ANALYZE bench_balance"
            )
        ours, spread = rate(lambda book=book: _post(book, book.batch(BATCH)), BATCH, rounds)
        hand, hand_spread = rate(lambda book=book: by_hand(book.batch(BATCH)), BATCH, rounds)
        note = f"ours {ours:.0f} ({spread}), by hand {hand:.0f} ({hand_spread}) events/s"
        yield Figure(f"post_batch_vs_sql_{name}", ours / hand, "ratio", "≥ 0.5", note)
    single, spread = rate(lambda: _one_by_one(book, 50), 50, rounds)
    yield Figure("post_single_events_per_s", single, "events/s", "", f"{spread}, one client")


def _post(book: Book, batch: list[Posting]) -> None:
    services.post(by=book.by, postings=batch, now=timezone.now())


def _one_by_one(book: Book, count: int) -> None:
    for posting in book.batch(count):
        _post(book, [posting])
