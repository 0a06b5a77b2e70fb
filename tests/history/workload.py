"""Real threads against the ledger's services: every act recorded, some connections killed."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, Error, IntegrityError, connection
from django.utils import timezone

from ledger import services
from ledger.models import Account, Hold, Operation
from ledger.rules import Move, Posting, Purpose
from parties.services import system_actor
from shell.refusals import Refusal
from tests import factories
from tests.factories_ledger import account, document_of, lot, lot_account

from .recorder import FAIL, INFO, OK, Recorder

DAY = timezone.datetime(2026, 11, 20).date()
# Ends that are certain: refused, rolled back as deadlocked or as not serializable.
ROLLED_BACK = {"40001", "40P01"}


@dataclass(frozen=True)
class Place:
    """An enterprise's accounts."""

    available: int
    card: int
    overrun: int
    sink: int


@dataclass
class World:
    """Where the workload plays, and what it has done so far."""

    places: list[Place]
    by: Any
    asset: int
    begin: dict[int, tuple[int, int]]
    after: int
    recorder: Recorder = field(default_factory=Recorder)
    posted: list[tuple[str, str, tuple]] = field(default_factory=list)  # name, kind, moves
    loads: list[int] = field(default_factory=list)
    holds: list[tuple[str, int, int]] = field(default_factory=list)  # key, amount, account
    pids: dict[int, int] = field(default_factory=dict)


def make_world(county: Any, enterprises: int = 2) -> World:
    """Enterprises with a lot of one tonne each."""
    places = []
    for number in range(enterprises):
        owner = factories.enterprise(county, name=f"E{number}")
        own = lot_account(lot(owner, tonnes=1, key=f"history-{number}"))
        ids = [account(owner, p).pk for p in (Purpose.CARD, Purpose.OVERRUN, Purpose.DISCHARGED)]
        places.append(Place(own.pk, *ids))
    begin = {a.pk: (a.balance, a.version) for a in Account.objects.all()}
    after = Operation.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return World(places, system_actor("demo"), own.asset_id, begin, after)


class Client:
    """One process: chooses an act, does it through the services, writes down how it ended."""

    def __init__(self, world: World, number: int, seed: int) -> None:
        self.world, self.number = world, number
        self.draw = random.Random(f"{seed}/{number}")
        self.serial = 0

    ACTS = (
        *("load",) * 30, *("discharge",) * 25, *("unload",) * 8, *("hold",) * 8, *("end_hold",) * 7,
        *("reverse",) * 4, *("repeat",) * 6, *("other_body",) * 4, *("read",) * 8,
    )  # fmt: skip

    def step(self) -> None:
        getattr(self, self.draw.choice(self.ACTS))()

    def amount(self) -> int:
        return self.draw.randrange(1, 3 * 10**8)

    # --- acts

    def load(self) -> None:
        place = self.draw.choice(self.world.places)
        self.new("CARD_LOAD", (place.available, place.card, self.amount(), None))

    def unload(self) -> None:
        place = self.draw.choice(self.world.places)
        self.new("CARD_UNLOAD", (place.card, place.available, self.amount(), None))

    def discharge(self) -> None:
        place = self.draw.choice(self.world.places)
        self.new("DISCHARGE", (place.card, place.sink, self.amount(), place.overrun))

    def new(self, kind: str, *moves: tuple) -> None:
        self.serial += 1
        self.post(f"{self.number}-{self.serial}", kind, moves)

    def repeat(self) -> None:
        if self.world.posted:
            self.post(*self.draw.choice(self.world.posted[-40:]))

    def other_body(self) -> None:
        if self.world.posted:
            key, kind, ((source, target, amount, overflow),) = self.draw.choice(
                self.world.posted[-40:]
            )
            self.post(key, kind, ((source, target, amount + 1, overflow),))

    def post(self, key: str, kind: str, moves: tuple) -> None:
        posting = Posting(kind, key, tuple(Move(*m) for m in moves), DAY, document_of(kind))
        asked = {"name": f"{kind}/{key}", "moves": moves}
        if (key, kind, moves) not in self.world.posted[-40:]:
            self.world.posted.append((key, kind, moves))
        answer = self.record("post", asked, lambda: self.send(posting))
        if answer and answer["is_new"] and kind == "CARD_LOAD":
            self.world.loads.append(answer["operation"])

    def send(self, posting: Posting) -> dict[str, Any]:
        """The call under test; the answer it gives is what the client believes."""
        (receipt,) = services.post(by=self.world.by, postings=[posting], now=timezone.now())
        return {"operation": receipt.operation_id, "is_new": receipt.is_new}

    def reverse(self) -> None:
        if not self.world.loads:
            return
        number = self.draw.choice(self.world.loads[-20:])
        key = f"back-{number}-{self.draw.randrange(2)}"

        def act() -> dict[str, Any]:
            receipt = services.reverse(
                by=self.world.by, operation_id=number, key=key, reason="x", now=timezone.now()
            )
            return {"operation": receipt.operation_id, "is_new": receipt.is_new}

        self.record("reverse", {"name": f"REVERSAL/{key}", "of": number}, act)

    def hold(self) -> None:
        self.serial += 1
        key, amount = f"h{self.number}-{self.serial}", self.amount()
        source = self.draw.choice(self.world.places).available
        self.world.holds.append((key, amount, source))

        def act() -> dict[str, Any]:
            services.place_hold(
                by=self.world.by,
                account=Account.objects.get(pk=source),
                amount=amount,
                purpose="PLEDGE",
                document=document_of("PLEDGE"),
                key=key,
                now=timezone.now(),
            )
            return {}

        self.record("hold", {"hold": key}, act)

    def end_hold(self) -> None:
        if not self.world.holds:
            return
        key, amount, _source = self.draw.choice(self.world.holds[-10:])
        to = self.draw.choice(self.world.places).available
        part = self.draw.choice([amount, self.draw.randrange(1, amount + 1)])
        captures = self.draw.random() < 0.5

        def act() -> dict[str, Any]:
            hold = Hold.objects.get(key=key)
            if captures:
                target = Account.objects.get(pk=to)
                services.capture_hold(
                    by=self.world.by, hold=hold, to_account=target, amount=part, now=timezone.now()
                )
            else:
                services.release_hold(by=self.world.by, hold=hold, now=timezone.now())
            return {}

        asked = {"hold": key, "to": to, "amount": part}
        self.record("capture" if captures else "release", asked, act)

    def read(self) -> None:
        self.record("read", None, self.look)

    def look(self) -> dict[str, tuple[int, int]]:
        """All accounts of the asset in one statement."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, balance, version FROM ledger_account WHERE asset_id = %s",
                [self.world.asset],
            )
            return {str(row[0]): row[1:] for row in cursor.fetchall()}

    # --- writing down

    def record(self, what: str, asked: Any, act: Callable[[], Any]) -> Any:
        with self.world.recorder.act(self.number, what, asked) as answer:
            self.answer = answer
            try:
                found = act()
            except Refusal as refusal:
                answer(FAIL, {"code": refusal.code})
            except Hold.DoesNotExist:
                answer(FAIL, {"code": "no such hold"})
            except IntegrityError as error:
                answer(FAIL, {"code": str(error.__cause__.diag.constraint_name)})
            except Error as error:
                self.lost(error)
            else:
                answer(OK, found)
                return found
        return None

    def lost(self, error: Error) -> None:
        """A killed connection leaves the end of a write unknown."""
        state = getattr(error.__cause__, "sqlstate", None)
        certain = isinstance(error, DatabaseError) and state in ROLLED_BACK
        self.answer(FAIL if certain else INFO, {"code": str(state)})
        connection.close()
        self.note_pid()

    def note_pid(self) -> None:
        connection.ensure_connection()
        self.world.pids[self.number] = connection.connection.info.backend_pid


def run(
    world: World,
    *,
    acts: int,
    threads: int = 6,
    seed: int = 1,
    acts_per_kill: int = 20,
    client: type[Client] = Client,
) -> None:
    """Let so many clients act until all acts are done, while connections are killed."""
    left = iter(range(acts))
    lock, stop = threading.Lock(), threading.Event()

    def next_act() -> bool:
        with lock:
            return next(left, None) is not None

    def live(number: int) -> None:
        one = client(world, number, seed)
        one.note_pid()
        try:
            while next_act():
                one.step()
        finally:
            connection.close()

    workers = [threading.Thread(target=live, args=(n,)) for n in range(threads)]
    killer = threading.Thread(target=kill, args=(world, stop, seed, acts_per_kill))
    for thread in (killer, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    stop.set()
    killer.join()
    time.sleep(0.1)  # a killed backend may still be on its way out


def kill(world: World, stop: threading.Event, seed: int, acts_per_kill: int) -> None:
    """Cut a client's connection after every so many acts (0: never), wherever it is in its act."""
    draw = random.Random(seed)
    killed = 0
    try:
        while acts_per_kill and not stop.wait(0.002):
            if len(world.recorder.events) // (2 * acts_per_kill) > killed:
                killed += 1
                with connection.cursor() as cursor:
                    pid = draw.choice(list(world.pids.values()) or [0])
                    cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    finally:
        connection.close()
