"""What a hundred times longer journal costs: posting, balances, verification, export, memory."""

import datetime
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from django.db import connection
from django.utils import timezone

from bench.books import Book, fill, lengthen
from bench.posting import BATCH, poster
from bench.report import Figure
from bench.timing import apart, rates, watched
from ledger import services
from ledger.models import Account
from ledger.queries import balance_at

BEGIN = datetime.datetime(2024, 12, 1, tzinfo=datetime.UTC)
LOOK_UPS = 1000
ROOT = Path(__file__).resolve().parent.parent


def measure(*, quick: bool, long: int) -> Iterator[Figure]:
    """The same book with a short journal and with one of `long` transfers, and the ratios."""
    accounts = 10_000 if quick else 100_000
    short = min(100_000, long // 20)
    book = fill(accounts)
    # The same months stand in both journals, as the clock makes them ahead: only rows differ.
    span = timezone.now() - BEGIN - datetime.timedelta(days=60)
    services.ensure_partitions(now=BEGIN, months=(span.days + 90) // 28)
    lengthen(book, short // 4, begin=BEGIN, span=datetime.timedelta(days=30))
    small = measured(book, quick=quick, exported=short // 4)
    began = perf_counter()
    tenth = long // 10
    lengthen(book, (tenth - short) // 4, begin=last_moment(), span=span / 10)
    # Only now has every account moved: verification holds the end of each account's movements,
    # so its memory grows with the accounts and may not grow with the journal.
    middle = apart("verify", 1)["peak_mb"]
    lengthen(book, (long - tenth) // 4, begin=last_moment(), span=span * 9 / 10)
    filled = perf_counter() - began
    large = measured(book, quick=quick, exported=short * 3)
    words = f"{short} and {long} transfers, {accounts} accounts"
    for name in ("post", "balance"):
        ratio, said = large[name][0] / small[name][0], f"{small[name]} and {large[name]}"
        yield Figure(f"flat_{name}_10m_vs_100k", ratio, "ratio", ">= 0.8", f"{said} /s; {words}")
    yield from checked(large["verify"], long, filled)
    yield from memory(small, large, words)
    peak = large["verify"]["peak_mb"]
    note = f"{middle} and {peak} MB; {tenth} and {long} transfers, all accounts have moved"
    yield Figure("memory_verify_whole_vs_tenth", peak / middle, "ratio", "<= 1.2", note)


def measured(book: Book, *, quick: bool, exported: int) -> dict:
    """Rates and peak memories at the present length of the journal."""
    later = last_moment()
    rounds = 5 if quick else 15
    acts = [poster(book, book.batch(BATCH), later) for _ in range(rounds)]
    found = {"post": rates(acts, BATCH), "balance": look_ups(rounds, later)}
    tasks = [("verify", 1)]
    if not quick:
        tasks += [("post_batches", 20, later.isoformat()), ("export", exported)]
    return found | {name: apart(name, *said) for name, *said in tasks}


def last_moment() -> datetime.datetime:
    """Just after the last transfer: the filled journal may reach ahead of the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(moved_at) + interval '1 second' FROM ledger_account")
        return cursor.fetchone()[0]


def look_ups(rounds: int, later: datetime.datetime) -> tuple[float, str]:
    """Balances of accounts spread over the book, at moments spread over the journal."""
    ids = Account.objects.filter(version__gt=0).values_list("pk", flat=True)[:LOOK_UPS]
    accounts = [Account(pk=number) for number in ids]
    span = later - BEGIN

    def look() -> None:
        for place, account in enumerate(accounts):
            balance_at(account, BEGIN + span * (place / len(accounts)))

    return rates([look] * (rounds // 2 + 2), len(accounts))


def checked(said: dict, transfers: int, filled: float) -> Iterator[Figure]:
    """The whole check over the long journal by one process: with and without the proof log's."""
    log = sum(seconds for code, seconds in said["spent"].items() if code >= "V3")
    words = (
        f"{said['faults']} faults, 1 job; processor time {said['cpu_s']:.0f} s here, the rest"
        f" PostgreSQL's; peak {said['peak_mb']} MB; seconds by check: {said['spent']}"
    )
    book = said["seconds"] - log
    note = f"V01 to V15 in {book:.0f} s; {words}"
    yield Figure("verify_transfers_per_s", transfers / book, "1/s", ">= 200000", note)
    note = f"with V31 to V34, which hash every record, in {said['seconds']:.0f} s"
    yield Figure("verify_with_log_transfers_per_s", transfers / said["seconds"], "1/s", "", note)
    yield from by_command(transfers)
    note = "the long journal and its proof log, set-based; not measured work"
    yield Figure("fill_seconds", filled, "s", "", note)


def by_command(transfers: int) -> Iterator[Figure]:
    """`manage.py verify_ledger` on the long book, as an auditor runs it: on all cores."""
    done = watched([sys.executable, str(ROOT / "manage.py"), "verify_ledger"])
    note = (
        f"manage.py verify_ledger on all cores, start included: exit code {done.code}, peak"
        f" {done.peak_mb} MB over all its processes; it said: {done.said}"
    )
    yield Figure("verify_command_transfers_per_s", transfers / done.seconds, "1/s", "", note)


def memory(small: dict, large: dict, words: str) -> Iterator[Figure]:
    """Peak memory of each task in a process of its own, at both lengths."""
    for task, name in (("post_batches", "posting"), ("export", "export")):
        if task not in large:
            continue
        before, after = small[task]["peak_mb"], large[task]["peak_mb"]
        note = f"{before} and {after} MB; {words}"
        if task == "export":
            note = f"{before} and {after} MB; twelve times as many rows in the second file"
        yield Figure(f"memory_{name}_10m_vs_100k", after / before, "ratio", "<= 1.2", note)
