"""The gateway's figures for Prometheus: what came, what became of it, how long commits took."""

import asyncio
import collections
from collections.abc import Callable, Mapping

from django.db import DatabaseError, connection
from django.utils import timezone

from cardswipe.writer import Delivery
from ledger.models.lateness import Watched
from ledger.queries.lateness import waits

REQUEST_MAX, REQUEST_S = 4096, 5
BUCKETS_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
HEAD = "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n"


class Metrics:
    """Counted in the event loop only, so no lock is needed."""

    def __init__(self) -> None:
        self.verdicts: collections.Counter[str] = collections.Counter()
        self.answers = self.given_up = self.commits = 0
        self.commit_s = 0.0
        self.buckets = [0] * len(BUCKETS_S)

    def note(self, delivery: Delivery) -> None:
        """What one commit brought."""
        self.given_up += len(delivery.given_up)
        if not delivery.outcomes:
            return
        self.commits += 1
        self.commit_s += delivery.seconds
        for place, limit in enumerate(BUCKETS_S):
            self.buckets[place] += delivery.seconds <= limit
        self.verdicts.update([outcome.verdict for outcome in delivery.outcomes])
        self.answers += sum([outcome.answer is not None for outcome in delivery.outcomes])

    def text(self, now: Mapping[str, int]) -> str:
        """Everything in Prometheus' text form; `now` holds what is counted elsewhere."""
        lines = [f"yizheng_gateway_{name} {value}" for name, value in now.items()]
        lines += [
            f'yizheng_gateway_frames_total{{verdict="{verdict}"}} {count}'
            for verdict, count in sorted(self.verdicts.items())
        ]
        lines += [
            f'yizheng_gateway_commit_seconds_bucket{{le="{limit}"}} {count}'
            for limit, count in zip(BUCKETS_S, self.buckets, strict=True)
        ]
        lines += [
            f'yizheng_gateway_commit_seconds_bucket{{le="+Inf"}} {self.commits}',
            f"yizheng_gateway_commit_seconds_sum {self.commit_s:.6f}",
            f"yizheng_gateway_commit_seconds_count {self.commits}",
            f"yizheng_gateway_answers_total {self.answers}",
            f"yizheng_gateway_frames_given_up_total {self.given_up}",
        ]
        return "\n".join(lines) + "\n"


def proof_figures() -> str:
    """How far the proof log and its witnesses are behind, in Prometheus' text form.

    Read from the tables, so it is known even when worker and beat stand still. Runs in a thread
    of its own and leaves no connection behind.
    """
    now = timezone.now()
    try:
        found = waits(now=now)
    except DatabaseError:
        return "yizheng_proof_log_known 0\n"
    finally:
        connection.close()
    log = [one for one in found if one.what == Watched.LOG]
    lines = [
        "yizheng_proof_log_known 1",
        f"yizheng_proof_log_waiting_seconds {max((one.seconds(now) for one in log), default=0)}",
        f"yizheng_proof_log_late {int(any(one.is_late(now) for one in log))}",
    ]
    for one in found:
        if one.witness:
            label = f'{{witness="{escaped(one.witness.name)}"}}'
            lines += [
                f"yizheng_witness_waiting_seconds{label} {one.seconds(now)}",
                f"yizheng_witness_late{label} {int(one.is_late(now))}",
            ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """A label's value as Prometheus reads it."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


async def serve_metrics(
    text: Callable[[], str], port: int, slow: Callable[[], str] = proof_figures
) -> asyncio.Server:
    """Answer `GET /metrics` on this machine only; `slow` is asked in a thread."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                asked = await reader.readuntil(b"\r\n\r\n")
            is_known = asked.startswith(b"GET /metrics ")
            head = HEAD.format(status="200 OK" if is_known else "404 Not Found")
            body = text() + await asyncio.to_thread(slow) if is_known else ""
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            async with asyncio.timeout(REQUEST_S):
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", port, limit=REQUEST_MAX)
