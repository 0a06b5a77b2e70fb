"""`python -m bench.child <task> …`: one measured task alone in its process; prints JSON.

Nothing else has used its memory, so the peak it reports is the task's own.
"""

import datetime
import itertools
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import django

BATCH = 2000  # as the gateway's writer commits at most


def post_singly() -> dict[str, Any]:
    """Says that it is ready; for each number of seconds told, posts so long and says the rate."""
    from django.utils import timezone

    from ledger import services

    book = _book()
    services.post(by=book.by, postings=book.batch(1), now=timezone.now())
    print("ready", flush=True)
    for told in sys.stdin:
        batch, done, seconds = book.batch(int(float(told) * 1500)), 0, float(told)
        began = time.perf_counter()
        while batch and time.perf_counter() - began < seconds:
            services.post(by=book.by, postings=[batch.pop()], now=timezone.now())
            done += 1
        print(done / (time.perf_counter() - began), flush=True)
    return {}


def post_batches(count: str, moment: str) -> dict[str, Any]:
    """So many batches of a thousand at a moment, for their memory."""
    book = _book()
    from ledger import services

    now = datetime.datetime.fromisoformat(moment)
    for _ in range(int(count)):
        services.post(by=book.by, postings=book.batch(1000), now=now)
    return {}


def verify(jobs: str) -> dict[str, Any]:
    """All checks of the book, and the seconds that each took."""
    from ledger.queries import verify as check

    marks: list[tuple[float, str]] = []
    began = time.perf_counter()
    found = check(jobs=int(jobs), tell=lambda t: marks.append((time.perf_counter(), t)))
    faults = sum(1 for _ in found)
    ended = time.perf_counter()
    heads = [(at, text) for at, text in marks if text.startswith("V")]
    ends = [at for at, _ in heads[1:]] + [ended]
    spent = {
        text.split()[0]: round(end - at, 1) for (at, text), end in zip(heads, ends, strict=True)
    }
    return {"seconds": ended - began, "faults": faults, "spent": spent}


def export(most: str) -> dict[str, Any]:
    """The journal of the whole city as CSV up to so many rows, streamed and thrown away."""
    from django.db import transaction

    from ledger import journal_files
    from ledger.queries.journal import region_journal
    from ledger.queries.statements import Span
    from parties.models import Membership
    from shell.streams import csv_bytes

    actor = Membership.objects.get(pk=_book().by.pk)
    ever = datetime.datetime(2040, 1, 1, tzinfo=datetime.UTC)
    span = Span(datetime.date(2020, 1, 1), datetime.date(2039, 12, 31), known_at=ever)
    began, size = time.perf_counter(), 0
    with transaction.atomic():
        entries = itertools.islice(region_journal("3399", span), int(most))
        rows = journal_files.rows(entries, actor)
        for chunk in csv_bytes(journal_files.heads(), rows):
            size += len(chunk)
    return {"seconds": time.perf_counter() - began, "bytes": size}


def book_hours(count: str) -> dict[str, Any]:
    """The last full hour of so many new outlets, booked in batches as the gateway would."""
    from django.utils import timezone

    from bench import field
    from bench.posting import statements
    from cardswipe.rules import EventReport
    from cardswipe.services import book_events
    from cardswipe.writer import spare_the_collector
    from parties.services import system_actor

    controllers = field.outlets(int(count))
    field.permit_and_load(controllers)
    now = timezone.now()
    ended = now.replace(minute=0, second=0, microsecond=0)
    hour = {"kind": "HOUR", "started_at": ended - datetime.timedelta(hours=1), "ended_at": ended}
    loads = tuple((code, 10**6) for code in field.POLLUTANTS)
    reports = [
        EventReport(controller_id=pk, sequence=0, volume_l=36_000, loads=loads, **hour)
        for pk in controllers
    ]
    spare_the_collector()
    by, began = system_actor("gateway"), time.perf_counter()
    with statements() as spent:
        for start in range(0, len(reports), BATCH):
            book_events(by=by, reports=reports[start : start + BATCH], now=now)
    heaviest = sorted(spent.items(), key=lambda item: -item[1])[:6]
    return {
        "seconds": time.perf_counter() - began,
        "spent": ", ".join(f"{name} {seconds:.1f} s" for name, seconds in heaviest),
    }


def check_hours(count: str) -> dict[str, Any]:
    """The last full hour of so many new outlets compared with its minutes, as the clock does."""
    from django.utils import timezone

    from bench import field, hours
    from bench.posting import statements
    from cardswipe.services import check_loads, ensure_partitions

    controllers = field.outlets(int(count))
    now = timezone.now()
    ensure_partitions(months=[now.date(), (now - hours.HOUR).date()])
    ended = now.replace(minute=0, second=0, microsecond=0)
    hours.fill(controllers, ended - hours.HOUR)
    began = time.perf_counter()
    with statements() as spent:
        loads = check_loads(since=ended - hours.HOUR, until=ended, now=now)
    seconds = time.perf_counter() - began
    heaviest = sorted(spent.items(), key=lambda item: -item[1])[:4]
    said = ", ".join(f"{name} {took:.1f} s" for name, took in heaviest)
    return {"seconds": seconds, "loads": loads, "spent": said}


def _book() -> Any:
    """The book as it lies in the database."""
    from django.db import connection

    from bench.books import Book
    from parties.services import system_actor

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.enterprise_id, s.id, t.id FROM ledger_account s"
            " JOIN ledger_account t ON t.enterprise_id = s.enterprise_id"
            "  AND t.asset_id = s.asset_id AND t.purpose = 'DISCHARGED'"
            " WHERE s.purpose = 'OVERRUN' ORDER BY 1, 2"
        )
        pairs: dict[int, list[tuple[int, int]]] = {}
        for enterprise, source, target in cursor.fetchall():
            pairs.setdefault(enterprise, []).append((source, target))
    return Book(system_actor("bench"), [tuple(p) for p in pairs.values()])


TASKS = {
    f.__name__: f for f in (post_singly, post_batches, verify, export, book_hours, check_hours)
}


def peak_mb() -> int:
    """The most memory this program held; getrusage would tell of the one that started it."""
    status = Path("/proc/self/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) // 1024


def main() -> None:
    """Do the task, print what it says with the peak memory and processor time it took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    said = TASKS[sys.argv[1]](*sys.argv[2:])
    said["peak_mb"] = peak_mb()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    said["cpu_s"] = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
