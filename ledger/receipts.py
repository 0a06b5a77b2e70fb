"""Receipts: the proof of one row as a file, and as facts for the page that shows the row.

The app that owns the page decides who may see the row; here nobody is asked.

    receipts.as_file("trading_bid", bid.pk)          # → the download
    receipts.facts_of("trading_bid", bid.pk, url)    # → facts for `{% facts %}`
"""

import json
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger.models import PersonalSalt
from ledger.proof.exchange import TlogProof
from ledger.proof.notes import to_base64
from ledger.queries import proof as reads
from ledger.refusals import ReceiptWaits
from shell.figures import second

FORMAT = "yizheng-receipt/1"


def receipt_of(table: str, row_id: int) -> dict[str, Any]:
    """Everything that proves a row, to be read without us; refuses (L954) while it waits."""
    proof = reads.proof_of(table, row_id)
    if proof is None or proof.checkpoint is None:
        raise ReceiptWaits
    note = reads.note_of(proof.checkpoint)
    keys = list(reads.log_keys())
    return {
        "format": FORMAT,
        "record": proof.record.decode(),
        "personal": opened(proof.leaf.shape.source_id, row_id, table),
        "batch": {
            "position": str(proof.position),
            "proof": [to_base64(node) for node in proof.batch_proof],
        },
        "entry": bytes(proof.leaf.entry).decode(),
        "tlog_proof": str(TlogProof(proof.leaf.index, tuple(proof.leaf_proof), note)),
        "keys": [key.verifier.vkey for key in keys],
        "endorsements": [key.endorsement for key in keys if key.endorsement],
    }


def opened(source_id: int, row_id: int, table: str) -> dict[str, dict[str, str]]:
    """The personal data in the row with their salts, so that the reader can check them."""
    kept = PersonalSalt.objects.filter(source_id=source_id, row_id=row_id, salt__isnull=False)
    salts = {one.column: bytes(one.salt or b"") for one in kept}
    if not salts:
        return {}
    leaf = reads.place_of(table, row_id)
    assert leaf is not None, "a salt is made with the leaf"
    row = reads.rows_of(leaf.shape, [row_id])[row_id]
    values = dict(zip((name for name, _kind in leaf.shape.columns), row.values, strict=True))
    return {
        column: {"salt": salt.hex(), "value": values[column] or ""}
        for column, salt in salts.items()
    }


def last_record(row: Any) -> tuple[str, int]:
    """The history row that says what a business record says now; it stands in the log."""
    last = row.history.latest("history_id")
    return last._meta.db_table, last.pk


def as_file(table: str, row_id: int) -> HttpResponse:
    """The receipt as a download."""
    body = json.dumps(receipt_of(table, row_id), ensure_ascii=False, indent=1)
    response = HttpResponse(body + "\n", content_type="application/json; charset=utf-8")
    name = f"receipt-{table.partition('_')[2]}-{row_id}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def facts_of(table: str, row_id: int, url: str) -> list[tuple[str, Any]]:
    """Where the row stands in the proof log, and its receipt; or that it waits."""
    leaf = reads.place_of(table, row_id)
    checkpoint = reads.latest_checkpoint(covering=leaf.index) if leaf else None
    if leaf is None or checkpoint is None:
        waits = _("waits for the next checkpoint; look again in a few seconds")
        return [(_("Proof"), waits)]
    count = checkpoint.cosignatures.count()
    return [
        (_("Entry of the proof log"), leaf.index),
        (_("Logged at"), second(leaf.logged_at)),
        (
            _("Checkpoint"),
            _("%(size)s entries, signed %(at)s, %(count)s witnesses")
            % {"size": checkpoint.size, "at": second(checkpoint.signed_at), "count": count},
        ),
        (
            _("Receipt"),
            format_html(
                '<a href="{}">{}</a> · <a href="{}">{}</a>',
                url,
                _("Download the receipt"),
                reverse("receipt_meaning"),
                _("What it proves"),
            ),
        ),
    ]
