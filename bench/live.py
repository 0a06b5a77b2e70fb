"""From a commit to the signed checkpoint over it, with the real clock and worker beside it."""

import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils import timezone

from bench.books import Book, fill
from bench.report import Figure
from config import addresses, embedded
from config.services import CELERY
from ledger import services
from ledger.queries import proof as reads

PATIENCE_S, START_PATIENCE_S = 60, 300


def measure(*, quick: bool) -> Iterator[Figure]:
    """Postings at odd moments; how long until a signed checkpoint covers each."""
    book = fill(80)
    with running():
        waited(book, first=True)
        found = sorted(waited(book) for _ in range(4 if quick else 20))
    note = f"median {statistics.median(found):.1f} s of {len(found)}; worker and beat as they run"
    yield Figure("commit_to_checkpoint_s", found[-1], "s", "<= 10", f"the longest; {note}")


def waited(book: Book, *, first: bool = False) -> float:
    """Seconds from the end of the posting's transaction to the end of the checkpoint's."""
    time.sleep(0 if first else random.uniform(0, 3))
    (receipt,) = services.post(by=book.by, postings=book.batch(1), now=timezone.now())
    began = time.perf_counter()
    while time.perf_counter() - began < (START_PATIENCE_S if first else PATIENCE_S):
        leaf = reads.place_of("ledger_operation", receipt.operation_id)
        if leaf and reads.latest_checkpoint(covering=leaf.index):
            return time.perf_counter() - began
        time.sleep(0.05)
    raise TimeoutError(f"operation {receipt.operation_id} has no checkpoint in time")


@contextmanager
def running() -> Iterator[None]:
    """A broker, a worker and the clock, in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="yizheng-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        redis = embedded.start_redis(folder)
        environment = os.environ | {
            "CELERY_BROKER_URL": addresses.broker_url(folder),
            "YIZHENG_DATA_DIR": name,
        }
        started = []
        try:
            for role in (("worker", "--concurrency", "1"), ("beat", "--pidfile=")):
                command = [*CELERY, *role, "--loglevel", "ERROR"]
                started.append(
                    subprocess.Popen(
                        command,
                        env=environment,
                        cwd=Path(__file__).resolve().parent.parent,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                )
            yield
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait()
            redis.stop()
