"""Live pages: a commit's NOTIFY reaches every open page as a server-sent event.

A service calls `notify("enterprise:12", payload={…})` once per commit and topic, inside its
transaction: PostgreSQL sends it on commit and never after a rollback. Each web process keeps
one LISTEN connection; each open page has a mailbox that holds at most the newest message of
each of its topics, so a slow reader costs no more memory than a quick one. A page fetches
its parts itself when a topic speaks (templates/components/live.html).

A gateway's commit may touch thousands of controllers: one message carries many topics, and
what is said inside `gathered()` leaves in one statement, each topic once. A kind of topic may
have a pause in which a page hears of it once: the first word at once, the last one after it.

On every connection each topic speaks once, so a page that was away misses nothing.
"""

import asyncio
import json
import math
import re
import weakref
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
import structlog
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse

from shell.sentences import TopicUnknown

CHANNEL = "yizheng_live"
HEARTBEAT_S = 15.0
LIFE_S = 600.0  # then the page connects again and is checked again
MOST_READERS = 5_000
MOST_TOPICS = 8
MOST_BYTES = 7_900  # PostgreSQL takes less than 8 000
NAP_S = 0.1  # how closely the end of a pause is kept
RETRY_S = (0.5, 1, 2, 5)
TOPIC = re.compile(r"[a-z_]+:[A-Za-z0-9_-]{1,40}", re.ASCII)
TOPICS = re.compile(rf"(?:{TOPIC.pattern},)*", re.ASCII)  # one look at thousands
# What Django's connection needs and a bare one does not.
DJANGO_ONLY = frozenset({"cursor_factory", "context", "pool", "server_side_binding"})

Checker = Callable[[Any, str], bool]
Payload = dict[str, Any]
CHECKERS: dict[str, Checker] = {}
PAUSES: dict[str, float] = {}
GATHERED: ContextVar[dict[str, Payload] | None] = ContextVar("gathered", default=None)
log = structlog.get_logger(__name__)


def topic(kind: str, checker: Checker, *, pause_s: float = 0) -> None:
    """Open a kind of topic: `checker(actor, key)` says who may hear it; actor None is the public.

    A page hears each topic of the kind at most once in `pause_s`. Each app does so in its
    `topics.py`: `live.topic("auction", lambda actor, key: True)`.
    """
    CHECKERS[kind], PAUSES[kind] = checker, pause_s


def notify(topic: str, *, payload: Payload | None = None) -> None:
    """Tell every page that listens to the topic, when this transaction commits.

    The payload (under 8 000 bytes) is a hint for the page, never the news itself: the page
    fetches its part, so that nobody sees through the stream what he may not open.
    """
    notify_all([topic], payload=payload)


def notify_all(topics: Iterable[str], *, payload: Payload | None = None) -> None:
    """The same for many topics in one statement, as a batch of a thousand devices needs."""
    said = dict.fromkeys(topics, payload or {})
    assert TOPICS.fullmatch("".join([f"{name}," for name in said])), f"not topics: {list(said)}"
    gathering = GATHERED.get()
    if gathering is None:
        _send(said)
    else:
        gathering.update(said)


@contextmanager
def gathered() -> Iterator[None]:
    """Say at the end of the block, once per topic, what is said inside it; inside a transaction.

    Of several payloads of a topic the last one goes out. Nothing goes out after an exception.
    """
    if GATHERED.get() is not None:
        yield
        return
    said: dict[str, Payload] = {}
    token = GATHERED.set(said)
    try:
        yield
    finally:
        GATHERED.reset(token)
    _send(said)


def _send(said: dict[str, Payload]) -> None:
    # Topics said together share the payload itself, so that thousands need no comparing.
    by_payload: dict[int, tuple[Payload, list[str]]] = {}
    for name, payload in said.items():
        by_payload.setdefault(id(payload), (payload, []))[1].append(name)
    messages = [text for payload, topics in by_payload.values() for text in packed(topics, payload)]
    if not messages:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, message) FROM json_array_elements_text(%s) AS message",
            [CHANNEL, json.dumps(messages)],
        )


def packed(topics: Sequence[str], payload: Payload) -> Iterator[str]:
    """Messages that carry as many topics as fit, each with the payload."""
    room = MOST_BYTES - len(json.dumps({**payload, "topics": []}))
    fitting = max(1, room // (max(map(len, topics)) + len('"",')))
    for start in range(0, len(topics), fitting):
        part = list(topics[start : start + fitting])
        yield json.dumps({**payload, "topics": part}, separators=(",", ":"))


def check_topics(actor: Any, topics: Sequence[str]) -> None:
    """Refuse with S401 unless the actor may hear each topic."""
    if not 0 < len(topics) <= MOST_TOPICS:
        raise TopicUnknown
    for name in topics:
        kind, _, key = name.partition(":")
        checker = CHECKERS.get(kind)
        if not TOPIC.fullmatch(name) or checker is None or not checker(actor, key):
            raise TopicUnknown


class Mailbox:
    """What one open page has yet to hear: the newest message of each topic."""

    def __init__(self, topics: Sequence[str]) -> None:
        self.topics = frozenset(topics)
        self.waiting: dict[str, str] = {}
        self.quiet_until: dict[str, float] = {}
        self.bell = asyncio.Event()

    def put(self, name: str, message: str) -> None:
        self.waiting[name] = message
        self.bell.set()

    def put_all(self) -> None:
        """Every topic speaks: the page may have missed something."""
        for name in self.topics:
            self.put(name, json.dumps({"topic": name}))

    def take(self, now: float = math.inf) -> dict[str, str]:
        """What may be said now; a topic in its pause goes on waiting, and the bell rings on."""
        quiet = self.quiet_until
        taken = {name: text for name, text in self.waiting.items() if quiet.get(name, 0) <= now}
        for name in taken:
            del self.waiting[name]
            quiet[name] = now + PAUSES.get(name.partition(":")[0], 0)
        if not self.waiting:
            self.bell.clear()
        return taken


class Hub:
    """One process's listener and its open pages."""

    def __init__(self) -> None:
        self.readers: dict[str, set[Mailbox]] = {}
        self.size = 0
        self.listener: asyncio.Task[None] | None = None
        self.is_listening = False

    def join(self, mailbox: Mailbox) -> None:
        for name in mailbox.topics:
            self.readers.setdefault(name, set()).add(mailbox)
        self.size += 1
        if self.listener is None:
            self.listener = asyncio.create_task(self.listen())
        elif self.is_listening:
            mailbox.put_all()

    def leave(self, mailbox: Mailbox) -> None:
        for name in mailbox.topics:
            self.readers[name].discard(mailbox)
            if not self.readers[name]:
                del self.readers[name]
        self.size -= 1
        if not self.size and self.listener:
            self.listener.cancel()
            self.listener, self.is_listening = None, False

    async def listen(self) -> None:
        """Hear the database for as long as anyone reads; connect again when it restarts."""
        failures = 0
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    **parameters(), autocommit=True
                ) as heard:
                    await heard.execute(f"LISTEN {CHANNEL}")
                    # What was said while nobody listened is made good by asking every page.
                    self.speak_all()
                    self.is_listening, failures = True, 0
                    await self.hear(heard)
            except psycopg.Error as error:
                self.is_listening = False
                log.warning("live_listener_lost", error=str(error))
                await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1

    async def hear(self, heard: "psycopg.AsyncConnection[Any]") -> None:
        while True:
            async for note in heard.notifies(timeout=HEARTBEAT_S):
                self.spread(note.payload)
            # A dead connection is silent; a question finds out.
            await heard.execute("SELECT 1")

    def spread(self, message: str) -> None:
        said = json.loads(message)
        for name in said.pop("topics"):
            if name in self.readers:
                text = json.dumps({**said, "topic": name})
                for mailbox in self.readers[name]:
                    mailbox.put(name, text)

    def speak_all(self) -> None:
        for mailbox in set().union(*self.readers.values()):
            mailbox.put_all()


def parameters() -> dict[str, Any]:
    """How a bare connection reaches Django's database."""
    known = connection.get_connection_params()
    bare = {name: value for name, value in known.items() if name not in DJANGO_ONLY}
    return {**bare, "application_name": CHANNEL}


HUBS: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = weakref.WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop; a web process has one."""
    return HUBS.setdefault(asyncio.get_running_loop(), Hub())


def event(name: str, message: str) -> bytes:
    """One server-sent event; its id is the payload's, for readers that keep the last one."""
    number = json.loads(message).get("id")
    mark = f"id: {number}\n" if isinstance(number, int) else ""
    return f"event: live:{name}\n{mark}data: {message}\n\n".encode()


async def stream(topics: Sequence[str]) -> AsyncIterator[bytes]:
    """The events of the topics, with a heartbeat, until the reader leaves or its time is up."""
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + LIFE_S
    mailbox = Mailbox(topics)
    here = hub()
    here.join(mailbox)
    try:
        yield b"retry: 2000\n\n"
        while loop.time() < ends_at:
            try:
                await asyncio.wait_for(mailbox.bell.wait(), HEARTBEAT_S)
            except TimeoutError:
                yield b": beat\n\n"
                continue
            for name, message in mailbox.take(loop.time()).items():
                yield event(name, message)
            if mailbox.waiting:
                await asyncio.sleep(NAP_S)
    finally:
        here.leave(mailbox)


def answer(topics: Sequence[str]) -> HttpResponse | StreamingHttpResponse:
    """The open stream; topics must have passed `check_topics`."""
    if hub().size >= MOST_READERS:
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    return StreamingHttpResponse(
        stream(topics),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
