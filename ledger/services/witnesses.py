"""Witnesses: asking others to cosign this log, and cosigning the logs of others.

Both sides speak C2SP tlog-witness. As a witness this installation signs a checkpoint only when
it extends the last one it signed for that log: who keeps two histories gets one signature.
"""

import datetime
import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from ledger import keyring
from ledger.models import Cosignature, ProofCheckpoint, Witness, WitnessedLog
from ledger.proof import merkle, notes
from ledger.proof.exchange import AddCheckpoint, parse_add_checkpoint
from ledger.queries import proof as reads
from ledger.refusals import WitnessRefused
from parties.models import Membership

PATIENCE_S = 5
LONGEST_ANSWER = 50_000
TRIES = 3


# --- this installation as a witness of others ---------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """The answer to `add-checkpoint`: an HTTP status and what the standard puts in its body."""

    status: int
    body: str
    kind: str = "text/plain; charset=utf-8"


def own_witness() -> notes.Verifier:
    """The name and key under which this installation cosigns; made when first asked for."""
    private = keyring.read_or_make(keyring.WITNESS_KEY)
    return notes.Verifier(witness_name(), keyring.public_of(private), notes.COSIGNATURE)


def witness_name() -> str:
    """An address without a scheme, as the standard advises."""
    return f"{urlsplit(settings.PUBLIC_ADDRESS).netloc}/log/witness"


def accept_log(*, by: Membership, vkeys: str, now: datetime.datetime) -> WitnessedLog:
    """Witness another's log from now on; more keys of a known log are added to it (L953)."""
    try:
        keys = [notes.parse_vkey(line) for line in vkeys.split()]
    except notes.BadNote as error:
        raise WitnessRefused(why=str(error)) from error
    names = {key.name for key in keys if key.kind == notes.ED25519}
    if len(names) != 1:
        raise WitnessRefused(why="the keys must be those of one log")
    (origin,) = names
    digest = hashlib.sha256(origin.encode()).hexdigest()
    log, _made = WitnessedLog.objects.get_or_create(origin=origin, origin_hash=digest)
    log.vkeys = "\n".join(dict.fromkeys([*log.vkeys.split(), *(key.vkey for key in keys)]))
    log.save(update_fields=["vkeys"])
    return log


@transaction.atomic
def witness_checkpoint(*, raw: str, now: datetime.datetime) -> Verdict:
    """Cosign a checkpoint that extends the last one; else say why not (C2SP tlog-witness)."""
    try:
        asked = parse_add_checkpoint(raw)
        said = notes.parse_checkpoint(notes.parse_note(asked.checkpoint).text)
    except notes.BadNote as error:
        return Verdict(400, f"{error}\n")
    log = WitnessedLog.objects.select_for_update().filter(origin=said.origin).first()
    if log is None:
        return Verdict(404, "this log is not witnessed here\n")
    try:
        said, note = notes.open_checkpoint(asked.checkpoint, log.verifiers)
    except notes.BadNote as error:
        return Verdict(403, f"{error}\n")
    return refused_checkpoint(log, asked, said) or _cosigned(log, said, note, now)


def refused_checkpoint(
    log: WitnessedLog, asked: AddCheckpoint, said: notes.Checkpoint
) -> Verdict | None:
    """Why the checkpoint cannot be cosigned: a roll-back, a split view, a false proof."""
    if asked.old_size > said.size:
        return Verdict(400, "the old size is larger than the checkpoint\n")
    if asked.old_size != log.size:
        return Verdict(409, f"{log.size}\n", "text/x.tlog.size")
    if said.size == 0:
        is_good = said.root == merkle.EMPTY_ROOT and not asked.proof
    elif asked.old_size == 0:
        is_good = not asked.proof
    else:
        roots = bytes(log.root), said.root
        is_good = merkle.verify_consistency(asked.old_size, said.size, asked.proof, roots)
    return None if is_good else Verdict(422, "the checkpoint does not extend the last one\n")


def _cosigned(
    log: WitnessedLog, said: notes.Checkpoint, note: notes.Note, now: datetime.datetime
) -> Verdict:
    private = keyring.read_or_make(keyring.WITNESS_KEY)
    line = notes.cosign(note.text, private, witness_name(), int(now.timestamp()))
    known = {(key.name, key.key_id) for key in log.verifiers}
    own = tuple(one for one in note.signatures if (one.name, one.key_id) in known)
    log.size, log.root, log.seen_at = said.size, said.root, now
    log.note = str(notes.Note(note.text, (*own, line)))
    log.save(update_fields=["size", "root", "note", "seen_at"])
    return Verdict(200, line.line)


# --- others as witnesses of this log -------------------------------------------------------------


def add_witness(*, by: Membership, vkey: str, url: str, now: datetime.datetime) -> Witness:
    """Ask this witness from now on; its key must be one for cosignatures (L953)."""
    try:
        key = notes.parse_vkey(vkey)
    except notes.BadNote as error:
        raise WitnessRefused(why=str(error)) from error
    if key.kind != notes.COSIGNATURE:
        raise WitnessRefused(why="the key is not one for cosignatures")
    if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).netloc:
        raise WitnessRefused(why=url)
    values = {"vkey": key.vkey, "url": url.rstrip("/"), "is_active": True}
    witness, _made = Witness.objects.update_or_create(
        name=key.name, defaults=values, create_defaults={**values, "added_at": now}
    )
    return witness


def stop_witness(*, by: Membership, name: str) -> None:
    """Ask this witness no more; what it signed stays (L953 when nobody is called so)."""
    if not Witness.objects.filter(name=name).update(is_active=False):
        raise WitnessRefused(why=name)


def ask_witnesses(*, now: datetime.datetime) -> list[Cosignature]:
    """Ask each witness for its signature under the latest checkpoint; trouble is kept and shown."""
    latest = reads.latest_checkpoint()
    if latest is None:
        return []
    waiting = Witness.objects.filter(is_active=True).exclude(cosignatures__checkpoint=latest)
    found = []
    for witness in waiting:
        try:
            found.append(ask(witness=witness, checkpoint=latest, now=now))
            trouble = ""
        except (OSError, ValueError) as error:
            trouble = str(error)[:200] or type(error).__name__
        if trouble != witness.trouble:
            Witness.objects.filter(pk=witness.pk).update(trouble=trouble)
    return found


def ask(*, witness: Witness, checkpoint: ProofCheckpoint, now: datetime.datetime) -> Cosignature:
    """One witness's signature; when it knows another size than we think, it is asked again.

    Raises OSError when it does not answer and ValueError when its answer is no signature.
    """
    last = witness.cosignatures.order_by("-checkpoint_id").first()
    old = last.checkpoint_id if last else 0
    for _ in range(TRIES):
        proof = tuple(reads.consistency(old, checkpoint.size))
        status, body = send(
            witness.url + "/add-checkpoint", str(AddCheckpoint(old, proof, checkpoint.note))
        )
        if status != 409:
            break
        old = notes.whole_number(body.strip())
        if old > checkpoint.size:
            raise ValueError(f"the witness knows a longer log: {old} entries")
    if status != 200:
        raise ValueError(f"{status}: {body.strip()[:150]}")
    return keep_cosignature(witness=witness, checkpoint=checkpoint, lines=body)


def keep_cosignature(*, witness: Witness, checkpoint: ProofCheckpoint, lines: str) -> Cosignature:
    """Keep the line that this witness signed; all others are passed over (ValueError if none)."""
    text = notes.parse_note(checkpoint.note).text
    for one in notes.parse_signatures(lines):
        if (one.name, one.key_id) == (witness.name, witness.verifier.key_id):
            if not notes.is_good(text, one, witness.verifier):
                raise ValueError("the cosignature is false")
            moment = datetime.datetime.fromtimestamp(notes.cosigned_at(one), tz=datetime.UTC)
            made, _made = Cosignature.objects.get_or_create(
                checkpoint=checkpoint,
                witness=witness,
                defaults={"line": one.line, "cosigned_at": moment},
            )
            return made
    raise ValueError("the answer holds no cosignature of this witness")


def send(url: str, body: str) -> tuple[int, str]:
    """POST a text; status and answer, whatever the status."""
    request = urllib.request.Request(  # noqa: S310 -- add_witness lets http and https in only
        url, data=body.encode(), headers={"Content-Type": "text/plain; charset=utf-8"}
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, answer.read(LONGEST_ANSWER).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(LONGEST_ANSWER).decode(errors="replace")
