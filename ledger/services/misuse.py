"""Telling auditors that a key was used for two different bookings."""

import datetime
import hashlib
from typing import Any, NoReturn

import structlog
from django.db import DatabaseError, connections
from django.db.utils import DEFAULT_DB_ALIAS

from ledger.refusals import KeyReused
from ledger.rules import Posting, body_hash
from parties.models import Membership

log = structlog.get_logger(__name__)

NOTE = """
INSERT INTO ledger_keymisuse (scope, key, first_operation_id, asked_kind, asked_hash, asked_by_id,
                              region_code, first_at, last_at, times)
VALUES (%(scope)s, %(key)s, %(first)s, %(kind)s, %(hash)s, %(by)s, %(region)s, %(now)s, %(now)s, 1)
ON CONFLICT ON CONSTRAINT one_misuse_per_key_and_body
DO UPDATE SET times = ledger_keymisuse.times + 1, last_at = excluded.last_at
"""


def digest_of(body: object) -> bytes:
    """What the body of a request that is no posting is known by."""
    return hashlib.sha256(repr(body).encode()).digest()


def report_misuse(
    *,
    by: Membership,
    posting: Posting,
    first: int | None,
    region_code: str,
    now: datetime.datetime,
) -> None:
    """Keep that the key of a booked posting was sent with another body."""
    _note(
        by,
        {
            "scope": posting.name[0],
            "key": posting.key,
            "first": first,
            "kind": posting.kind[:20],
            "hash": body_hash(posting),
            "region": region_code,
            "now": now,
        },
    )


def refuse_reuse(
    *,
    by: Membership,
    scope: str,
    key: str,
    digest: bytes,
    region_code: str,
    now: datetime.datetime,
) -> NoReturn:
    """Refuse (L102) and keep that a key of a lot or hold was sent with another body."""
    values = {"scope": scope, "key": key, "first": None, "kind": scope, "hash": digest}
    _note(by, values | {"region": region_code, "now": now})
    raise KeyReused(key=key)


def _note(by: Membership, values: dict[str, Any]) -> None:
    """Write the note on a connection of its own.

    The transaction in which the use was refused is rolled back by whoever called, at a moment
    that cannot be known here; so the note is committed at once and apart from it. Should that
    fail, the refusal itself still stands, and the log has the note.
    """
    told = {name: values[name] for name in ("scope", "key", "first")}
    log.warning("key_reused", by=by.pk, **told)
    apart = connections[DEFAULT_DB_ALIAS].copy()
    try:
        with apart.cursor() as cursor:
            cursor.execute(NOTE, values | {"by": by.pk})
    except DatabaseError:
        log.exception("key_reuse_not_kept", **told)
    finally:
        apart.close()
