"""`manage.py conform tlog`: what an auditor's script would send, and what cannot be used."""

import io
import json

import pytest
from django.core.management import call_command

from ledger.proof import merkle
from ledger.proof.notes import to_base64
from tests.ledger.proof.test_merkle import VECTORS
from tests.ledger.proof.test_notes import KEY, ORIGIN, public, signed


def ask(monkeypatch, *lines):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    out = io.StringIO()
    call_command("conform", "tlog", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_public_vectors_get_their_published_answers(monkeypatch):
    questions = [
        {
            "operation": "inclusion",
            "index": v["leafIdx"],
            "size": v["treeSize"],
            "leaf_hash": v["leafHash"] or "",
            "proof": v["proof"],
            "root": v["root"] or "",
        }
        for v in VECTORS["inclusion"]
        if v["leafIdx"] < 2**63 and v["treeSize"] < 2**63
    ] + [{"operation": "consistency", **v} for v in VECTORS["consistency"]]
    wanted = [
        not v["wantErr"]
        for kind in ("inclusion", "consistency")
        for v in VECTORS[kind]
        if kind == "consistency" or max(v["leafIdx"], v["treeSize"]) < 2**63
    ]
    assert len(wanted) >= 190
    assert [one["ok"] for one in ask(monkeypatch, *questions)] == wanted


def test_hashes_roots_and_proofs_are_made(monkeypatch):
    entries = [to_base64(b"%d" % n) for n in range(5)]
    leaf, root, inclusion, consistency = ask(
        monkeypatch,
        {"operation": "leaf-hash", "entry": entries[3]},
        {"operation": "root", "entries": entries},
        {"operation": "make-inclusion", "entries": entries, "index": 3},
        {"operation": "make-consistency", "entries": entries, "size1": 3},
    )
    assert root["size"] == 5
    older = merkle.root_of([merkle.leaf_hash(b"%d" % n) for n in range(3)])
    checks = ask(
        monkeypatch,
        {"operation": "inclusion", "index": 3, **root, **leaf, **inclusion},
        {"operation": "inclusion", "index": 2, **root, **leaf, **inclusion},
        {
            "operation": "consistency",
            "size1": 3,
            "size2": 5,
            "root1": to_base64(older),
            "root2": root["root"],
            **consistency,
        },
    )
    assert [one["ok"] for one in checks] == [True, False, True]


def test_checkpoint_is_verified(monkeypatch):
    note = str(signed(size=7))
    good, bad = ask(
        monkeypatch,
        {"operation": "checkpoint", "note": note, "vkeys": [public(KEY).vkey]},
        {
            "operation": "checkpoint",
            "note": note.replace("7\n", "8\n"),
            "vkeys": [public(KEY).vkey],
        },
    )
    assert (good["ok"], good["origin"], good["size"], good["witnesses"]) == (True, ORIGIN, 7, [])
    assert bad["ok"] is False
    assert "false" in bad["reason"]


@pytest.mark.parametrize(
    "line",
    [" ", "not json", "[]", "{}", {"operation": "none"}, {"operation": 5},
     {"operation": "leaf-hash"}, {"operation": "leaf-hash", "entry": "*"},
     {"operation": "root", "entries": "AA=="}, {"operation": "root", "leaf_hashes": [5]},
     {"operation": "make-inclusion", "entries": [], "index": 0},
     {"operation": "make-inclusion", "entries": ["AA=="], "index": 1.0},
     {"operation": "inclusion", "index": True, "size": 1, "leaf_hash": "", "root": ""},
     {"operation": "inclusion", "index": -1, "size": 1, "leaf_hash": "", "root": ""},
     {"operation": "make-consistency", "entries": ["AA=="], "size1": 2},
     {"operation": "checkpoint", "note": "x", "vkeys": ["x"]},
     {"operation": "checkpoint", "note": "x", "vkeys": "x"},
     {"operation": "tlog-proof", "tlog_proof": "x", "vkeys": []}],
)  # fmt: skip
def test_what_cannot_be_used_gets_a_line_with_error(monkeypatch, line):
    (answer,) = ask(monkeypatch, line)
    assert "error" in answer or answer["ok"] is False
    assert list(ask(monkeypatch, line)) == [answer]
