"""Signing checkpoints, and the keys they are signed with."""

import datetime
import secrets
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction

from ledger import keyring
from ledger.models import ProofCheckpoint, ProofKey, ProofLog
from ledger.proof import notes
from ledger.queries import proof as reads
from ledger.refusals import LogForked, ProofKeyMissing
from parties.models import Bureau, Membership

SIGN_LOCK = 0x59697A68656E68
KEY_STATEMENT = "yizheng-key/1"


@transaction.atomic
def sign_checkpoint(*, now: datetime.datetime) -> ProofCheckpoint | None:
    """Sign the log as it stands, unless that is signed already; None when there is nothing new.

    Refuses (L951) when the key is missing or another, and (L952) when the log no longer extends
    what was signed before: a database set back in time must not tell a second story.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SIGN_LOCK])
    log = the_log(now=now)
    size = reads.log_size()
    last = reads.latest_checkpoint()
    if log is None or (last and last.size >= size):
        return None
    kept, private = key_in_force(log, now=now)
    refuse_fork(log, size)
    root = reads.root_at(size)
    text = notes.Checkpoint(log.origin, size, root).text
    note = str(notes.Note(text, (notes.sign(text, private, log.origin),)))
    made = ProofCheckpoint.objects.create(size=size, root=root, key=kept, signed_at=now, note=note)
    transaction.on_commit(lambda: keyring.keep_checkpoint(note))
    return made


def the_log(*, now: datetime.datetime) -> ProofLog | None:
    """The log, begun with the first bureau: its origin names address and bureau, and is unique."""
    known = ProofLog.objects.first()
    bureau = Bureau.objects.order_by("region_id").first()
    if known or bureau is None:
        return known
    host = urlsplit(settings.PUBLIC_ADDRESS).netloc
    # A log that begins anew is another log, and must not pass for a change of the first.
    origin = f"{host}/log/{bureau.region_id}-{secrets.token_hex(3)}"
    return ProofLog.objects.create(origin=origin, started_at=now)


def make_first_key() -> None:
    """At set-up: the key that will sign the log, unless the log has one already."""
    if not ProofKey.objects.exists():
        keyring.read_or_make(keyring.LOG_KEY)


def key_in_force(log: ProofLog, *, now: datetime.datetime) -> tuple[ProofKey, Ed25519PrivateKey]:
    """The key to sign with; the first is made when the log begins, never a second in silence."""
    kept = ProofKey.objects.filter(origin=log.origin, valid_to__isnull=True).first()
    if kept is None:
        private = keyring.read_or_make(keyring.LOG_KEY)
        public = keyring.public_of(private)
        return ProofKey.objects.create(origin=log.origin, public=public, valid_from=now), private
    present = keyring.read(keyring.LOG_KEY)
    if present is None or keyring.public_of(present) != bytes(kept.public):
        return kept, _finished_rotation(kept)
    return kept, present


@transaction.atomic
def sign_text(*, text: str, now: datetime.datetime) -> tuple[ProofKey, bytes]:
    """Sign a text that calls itself something else than a checkpoint in its first line ("# name…")
    with the log's key: the key, and the 64 bytes. L951 when the key is missing."""
    assert text.startswith("# "), "a checkpoint begins with its origin, any other text with a mark"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SIGN_LOCK])
    log = the_log(now=now)
    if log is None:
        raise ProofKeyMissing(path=keyring.path_of(keyring.LOG_KEY), key="—")
    kept, private = key_in_force(log, now=now)
    return kept, private.sign(text.encode())


def _finished_rotation(kept: ProofKey) -> Ed25519PrivateKey:
    """The key in force, if it still lies beside the one it follows; else it is missing."""
    following = keyring.read(keyring.NEXT_KEY)
    if following is None or keyring.public_of(following) != bytes(kept.public):
        raise ProofKeyMissing(path=keyring.path_of(keyring.LOG_KEY), key=kept.verifier.vkey)
    keyring.promote_next(_retired_name(kept))
    return following


def _retired_name(kept: ProofKey) -> str:
    """The number of the key before this one."""
    before = ProofKey.objects.filter(origin=kept.origin, pk__lt=kept.pk).last()
    return before.verifier.key_id.hex() if before else "unknown"


def refuse_fork(log: ProofLog, size: int) -> None:
    """Raise when the log does not extend the checkpoint kept outside the database."""
    raw = keyring.kept_checkpoint()
    if not raw:
        return
    kept = notes.parse_checkpoint(notes.parse_note(raw).text)
    if kept.origin != log.origin:
        return
    if kept.size > size or reads.root_at(kept.size) != kept.root:
        raise LogForked(size=size, kept=kept.size)


@transaction.atomic
def rotate_proof_key(*, by: Membership, now: datetime.datetime) -> ProofKey:
    """Begin to sign with a new key, which the present one signs; old checkpoints stay valid."""
    log = the_log(now=now)
    if log is None:
        raise ProofKeyMissing(path=keyring.path_of(keyring.LOG_KEY), key="—")
    kept, private = key_in_force(log, now=now)
    following = keyring.read_or_make(keyring.NEXT_KEY)
    verifier = notes.Verifier(log.origin, keyring.public_of(following))
    text = key_statement(verifier)
    endorsement = str(notes.Note(text, (notes.sign(text, private, log.origin),)))
    ProofKey.objects.filter(pk=kept.pk).update(valid_to=now)
    made = ProofKey.objects.create(
        origin=log.origin, public=verifier.public, valid_from=now, endorsement=endorsement
    )
    transaction.on_commit(lambda: keyring.promote_next(kept.verifier.key_id.hex()))
    return made


def key_statement(verifier: notes.Verifier) -> str:
    """What the old key signs about the new one."""
    return f"{KEY_STATEMENT}\n{verifier.name}\n{verifier.vkey}\n"
