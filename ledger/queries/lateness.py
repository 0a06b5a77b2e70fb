"""Whether the proof log and its witnesses keep up, judged from the tables alone.

So whoever asks learns it, even when the worker that should do the work is the one that is late.
"""

import datetime
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from ledger.models import Cosignature, LatenessLimit, LateSpell, ProofCheckpoint, Witness
from ledger.models.lateness import Watched

# The oldest thing that is committed and not under a signed checkpoint yet: it waits in the queue,
# or it has its place and nobody signs.
UNSIGNED = """
SELECT least(
    (SELECT queued_at FROM ledger_proofqueue ORDER BY id LIMIT 1),
    (SELECT queued_at FROM ledger_proofleaf
     WHERE index >= coalesce((SELECT max(size) FROM ledger_proofcheckpoint), 0)
     ORDER BY index LIMIT 1))
"""


@dataclass(frozen=True)
class Wait:
    """Something that waits: the proof log for its signature, or a checkpoint for a witness's."""

    what: Watched
    since: datetime.datetime
    limit_s: int
    witness: Witness | None = None

    @property
    def key(self) -> tuple[str, int | None]:
        """What can be late once at a time."""
        return str(self.what), self.witness.pk if self.witness else None

    def seconds(self, now: datetime.datetime) -> int:
        """How long it has waited."""
        return max(0, int((now - self.since).total_seconds()))

    def is_late(self, now: datetime.datetime) -> bool:
        """Whether it has waited longer than it may."""
        return now - self.since > datetime.timedelta(seconds=self.limit_s)


def limits_on(day: datetime.date) -> dict[Watched, int]:
    """The seconds after which each is late on the day; without a row it is never late."""
    rows = LatenessLimit.objects.in_force(day).values_list("what", "seconds")
    return {Watched(what): seconds for what, seconds in rows}


def waits(*, now: datetime.datetime) -> list[Wait]:
    """What waits now: the log itself, and each witness that is asked."""
    limits = limits_on(timezone.localdate(now))
    found = []
    if Watched.LOG in limits and (since := unsigned_since()):
        found.append(Wait(Watched.LOG, since, limits[Watched.LOG]))
    if Watched.WITNESS in limits:
        found += [
            Wait(Watched.WITNESS, since, limits[Watched.WITNESS], witness)
            for witness in Witness.objects.filter(is_active=True)
            if (since := uncosigned_since(witness))
        ]
    return found


def late(*, now: datetime.datetime) -> list[Wait]:
    """What has waited longer than it may."""
    return [wait for wait in waits(now=now) if wait.is_late(now)]


def unsigned_since() -> datetime.datetime | None:
    """Since when the oldest committed thing waits for its signed checkpoint."""
    with connection.cursor() as cursor:
        cursor.execute(UNSIGNED)
        since: datetime.datetime | None = cursor.fetchone()[0]
    return since


def uncosigned_since(witness: Witness) -> datetime.datetime | None:
    """When the oldest checkpoint was signed that this witness has neither cosigned nor passed by.

    A witness that signs a later checkpoint vouches for all before it; nobody waits for it from
    before it was entered.
    """
    cosigned = Cosignature.objects.filter(witness=witness).order_by("-checkpoint_id")
    last = cosigned.values_list("checkpoint_id", flat=True).first()
    waiting = ProofCheckpoint.objects.filter(size__gt=-1 if last is None else last)
    signed = waiting.order_by("size").values_list("signed_at", flat=True).first()
    return None if signed is None else max(signed, witness.added_at)


def spells() -> QuerySet[LateSpell]:
    """When something was late, the newest first."""
    return LateSpell.objects.select_related("witness")
