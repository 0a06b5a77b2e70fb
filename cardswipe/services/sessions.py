"""One live session per controller, also across gateway processes on one port."""

import datetime
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from cardswipe.models import DeviceSession

from . import announcing

# Each gateway process holds the advisory lock (LOCK_CLASS, its number) as long as it lives.
LOCK_CLASS = 9212


def is_alive_lock(number: int) -> bool:
    """Take the lock that says this gateway process lives; False if another one has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, number])
        return bool(cursor.fetchone()[0])


def claim_sessions(
    *, wanted: Mapping[int, str], gateway: int, now: datetime.datetime
) -> dict[int, int]:
    """Open a session for each controller (id → peer) that has no live one; returns their ids.

    Sessions of gateway processes that died are ended first. A controller that is missing
    from the result has a live session elsewhere.
    """
    claimed = _insert(wanted, gateway, now)
    missing = [controller for controller in wanted if controller not in claimed]
    if missing and _end_of_dead(missing, gateway, now):
        claimed |= _insert({controller: wanted[controller] for controller in missing}, gateway, now)
    return claimed


def _insert(wanted: Mapping[int, str], gateway: int, now: datetime.datetime) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO cardswipe_devicesession (controller_id, peer, gateway, opened_at, "end")'
            " SELECT controller_id, peer, %s, %s, '' FROM unnest(%s::bigint[], %s::text[])"
            " AS w (controller_id, peer) ORDER BY controller_id"
            " ON CONFLICT (controller_id) WHERE closed_at IS NULL DO NOTHING"
            " RETURNING controller_id, id",
            [gateway, now, list(wanted), list(wanted.values())],
        )
        return dict(cursor.fetchall())


def _end_of_dead(controllers: Sequence[int], gateway: int, now: datetime.datetime) -> int:
    """End the live sessions whose gateway process no longer holds its lock."""
    open_ones = DeviceSession.objects.filter(controller_id__in=controllers, closed_at=None)
    others = set(open_ones.values_list("gateway", flat=True)) - {gateway}
    dead = []
    with connection.cursor() as cursor:
        for number in sorted(others):
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, number])
            if cursor.fetchone()[0]:
                dead.append(number)
    return open_ones.filter(gateway__in=dead).update(closed_at=now, end="DIED")


def close_sessions(*, ids: Sequence[int], end: str, now: datetime.datetime) -> None:
    """End these sessions; those already ended stay as they are."""
    _close("id = ANY(%s)", list(ids), end, now)


def close_all_sessions(*, gateway: int, end: str, now: datetime.datetime) -> None:
    """End every live session of a gateway process."""
    _close("gateway = %s", gateway, end, now)


@transaction.atomic
def _close(which: str, value: int | list[int], end: str, now: datetime.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE cardswipe_devicesession SET closed_at = %s, "end" = %s'  # noqa: S608 -- ours
            f" WHERE {which} AND closed_at IS NULL RETURNING controller_id",
            [now, end, value],
        )
        announcing.tell_controllers([row[0] for row in cursor.fetchall()])
