"""The proof log in public: its page, and the static files of the C2SP formats."""

import json
import shlex
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger import proof as proof_package
from ledger import receipts
from ledger.models import Cosignature, Operation, ProofCheckpoint, ProofKey, ProofLog, Witness
from ledger.proof.notes import BadNote, to_base64, whole_number
from ledger.proof.tiles import Tile, parse_path
from ledger.queries import proof as reads
from ledger.queries.lateness import late
from parties.access import PUBLIC, ActorRequest, allow, door
from parties.rules import Act
from shell.figures import NOTHING, second
from shell.tables import Column, Table

from .lateness import late_lines, limit_table, spell_table, standing

IMMUTABLE = "public, max-age=31536000, immutable"
FRESH = "public, max-age=2"
VERIFIER = Path(proof_package.__file__).with_name("verify.py")


def plain(
    body: str | bytes,
    *,
    cache: str,
    kind: str = "text/plain; charset=utf-8",
    status: int = 200,
) -> HttpResponse:
    """A file of the log."""
    response = HttpResponse(body, content_type=kind, status=status)
    response["Cache-Control"] = cache
    return response


def signed() -> ProofCheckpoint:
    """The latest checkpoint; 404 before the first."""
    found = reads.latest_checkpoint()
    if found is None:
        raise Http404
    return found


@allow(PUBLIC)
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The latest signed checkpoint with its cosignatures (C2SP tlog-checkpoint)."""
    return plain(reads.note_of(signed()), cache=FRESH)


@allow(PUBLIC)
def tile(request: HttpRequest, tile: str) -> HttpResponse:
    """A tile of hashes or a bundle of entries (C2SP tlog-tiles), so far as it is signed."""
    asked = parse_path(tile)
    if asked is None or not asked.is_in(signed().size):
        raise Http404
    return plain(tile_bytes(asked), cache=IMMUTABLE, kind="application/octet-stream")


def tile_bytes(asked: Tile) -> bytes:
    """What stands in a tile's file."""
    if asked.level is not None:
        return b"".join(reads.read_tile(asked.level, asked.number)[: asked.width])
    entries = reads.read_bundle(asked.number, asked.width)
    return b"".join(len(one).to_bytes(2, "big") + one for one in entries)


@allow(PUBLIC)
def consistency(request: HttpRequest) -> HttpResponse:
    """The proof that the log of `to` entries extends that of `from`, a hash a line."""
    try:
        old = whole_number(request.GET.get("from", ""))
        new = whole_number(request.GET.get("to", "") or str(signed().size))
    except BadNote:
        return plain(_("Ask with ?from=<older size>&to=<newer size>.") + "\n", cache=FRESH)
    if not 0 < old <= new <= signed().size:
        raise Http404
    lines = [to_base64(node) + "\n" for node in reads.consistency(old, new)]
    return plain("".join(lines), cache=IMMUTABLE)


@allow(PUBLIC)
def log_keys(request: HttpRequest) -> HttpResponse:
    """The public keys, the first one first, each with the days it signed."""
    lines = [
        f"{key.verifier.vkey} {key.valid_from:%Y-%m-%dT%H:%M:%SZ}"
        f" {key.valid_to.strftime('%Y-%m-%dT%H:%M:%SZ') if key.valid_to else '-'}\n"
        for key in reads.log_keys()
    ]
    return plain("".join(lines), cache=FRESH)


@allow(PUBLIC)
def endorsements(request: HttpRequest) -> HttpResponse:
    """How each key handed over to the next, as a JSON list of signed notes."""
    notes = [key.endorsement for key in reads.log_keys() if key.endorsement]
    return plain(json.dumps(notes) + "\n", cache=FRESH, kind="application/json")


@allow(PUBLIC)
def verifier(request: HttpRequest) -> HttpResponse:
    """The stand-alone verifier: one file to read before it is trusted."""
    response = plain(VERIFIER.read_bytes(), cache=FRESH, kind="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


@allow(PUBLIC)
def receipt_meaning(request: HttpRequest) -> HttpResponse:
    """In plain sentences what a receipt proves, and what it does not."""
    return render(request, "ledger/receipt_meaning.html", {"commands": commands()})


@allow(PUBLIC)
def proof_log(request: HttpRequest) -> HttpResponse:
    """The log's present state, its keys and witnesses, and how to check it without trusting us."""
    latest = reads.latest_checkpoint()
    count, since = reads.waiting()
    now, actor = timezone.now(), getattr(request, "actor", None)
    found = late(now=now)
    context = {
        "latest": latest,
        "mark": standing(latest, found),
        "late": late_lines(found, now),
        "facts": log_facts(latest, count, since),
        "root": to_base64(bytes(latest.root)) if latest else "",
        "keys": key_table(request),
        "witnesses": witness_table(request),
        "spells": spell_table(request),
        "limits": limit_table(request),
        "can_set": actor is not None and actor.may(Act.MANAGE_SYSTEM),
        "commands": commands(),
    }
    return render(request, "ledger/proof_log.html", context)


def log_facts(latest: ProofCheckpoint | None, count: int, since: Any) -> list[tuple[str, Any]]:
    """What stands at the head of the page."""
    log = ProofLog.objects.first()
    waits = _("nothing waits")
    if count:
        waits = _("%(count)s, the oldest since %(at)s") % {"count": count, "at": second(since)}
    facts: list[tuple[str, Any]] = [(_("Origin"), code(log.origin) if log else NOTHING)]
    if latest:
        facts += [
            (_("Entries"), latest.size),
            (_("Root"), code(to_base64(bytes(latest.root)))),
            (_("Signed at"), second(latest.signed_at)),
        ]
    return [*facts, (_("Waiting for their place"), waits)]


def code(text: str) -> Any:
    return format_html('<code class="digest">{}</code>', text)


def commands() -> list[str]:
    """The two commands with which anyone checks a receipt, ready to be copied."""
    key = reads.log_keys().first()
    vkey = key.verifier.vkey if key else "VKEY"
    address = f"{settings.PUBLIC_ADDRESS.rstrip('/')}{reverse('verifier')}"
    return [
        f"curl -O {address}",
        f"python3 verify.py receipt receipt.json --key {shlex.quote(vkey)}",
    ]


def small(
    request: HttpRequest, rows: Any, columns: list[Column], caption: str, empty: str
) -> Table:
    return Table(
        rows,
        columns,
        request=request,
        caption=caption,
        empty=empty,
        can_export=False,
        page_size=100,
    )


def key_table(request: HttpRequest) -> Table:
    """The keys and how long each signed."""

    def until(key: ProofKey) -> Any:
        return second(key.valid_to) if key.valid_to else _("in force")

    columns = [
        Column("vkey", _("Public key"), value=lambda key: code(key.verifier.vkey)),
        Column("valid_from", _("Signs from"), kind="second"),
        Column("valid_to", _("until"), value=until),
    ]
    return small(
        request,
        reads.log_keys(),
        columns,
        _("Keys"),
        _("The first key comes with the first bureau."),
    )


def witness_table(request: HttpRequest) -> Table:
    """Who cosigns, and up to where."""
    newest = Cosignature.objects.order_by("witness_id", "-checkpoint_id").distinct("witness_id")
    latest = {one.witness_id: one for one in newest}

    def seen(witness: Witness) -> Any:
        one = latest.get(witness.pk)
        return one.checkpoint_id if one else NOTHING

    def at(witness: Witness) -> Any:
        one = latest.get(witness.pk)
        return one.cosigned_at if one else None

    columns = [
        Column("name", _("Witness")),
        Column("vkey", _("Public key"), value=lambda witness: code(witness.vkey)),
        Column("seen", _("Cosigned up to"), kind="code", value=seen),
        Column("at", _("Signed at"), kind="second", value=at),
        Column("trouble", _("Trouble")),
    ]
    empty = _(
        "Nobody outside cosigns this log yet. Any bureau, notary or enterprise that runs a "
        "witness can be entered; until then keep checkpoints and receipts of your own."
    )
    return small(request, Witness.objects.all(), columns, _("Witnesses"), empty)


@allow(Act.SEE_LEDGER)
def operation_receipt(request: ActorRequest, operation_id: int) -> HttpResponse:
    """The receipt of an operation, for those who may see it."""
    shown = door(Operation.objects.for_actor(request.actor), pk=operation_id)
    return receipts.as_file("ledger_operation", shown.pk)
