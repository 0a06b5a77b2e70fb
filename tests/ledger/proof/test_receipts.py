"""Receipts and the stand-alone verifier, run as a stranger would: without Django or database."""

import base64
import copy
import datetime
import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from ledger import receipts, services
from ledger.models import Operation, PersonalSalt, ProofKey
from ledger.proof import notes
from ledger.proof import verify as verifier
from ledger.queries import proof as reads
from ledger.rules import Move, Purpose
from ledger.views.proof import VERIFIER
from parties.services import decide_approval, request_approval, system_actor
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting
from tests.factories_proof import keep
from tests.factories_witness import KEY, NAME, cosignature

LATER = NOW + datetime.timedelta(minutes=5)
WITNESS = notes.Verifier(NAME, KEY.public_key().public_bytes_raw(), notes.COSIGNATURE).vkey


@pytest.fixture
def checkpoint(enterprise):
    """A lot and a batch of three card loads under a cosigned checkpoint."""
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    loads = [posting("CARD_LOAD", f"v{n}", Move(available.pk, card.pk, 10 + n)) for n in range(3)]
    post(*loads)
    made = keep()
    cosignature(made)
    return made


def vkey():
    return ProofKey.objects.order_by("pk").first().verifier.vkey


def receipt(key="v1"):
    return receipts.receipt_of("ledger_operation", Operation.objects.get(key=key).pk)


def run(folder, *arguments):
    """The verifier in an empty folder, isolated from this project and its settings."""
    folder.joinpath("verify.py").write_bytes(VERIFIER.read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", *arguments],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


ALONE = """
import runpy, sys
sys.path.append(sys.argv.pop(1))
for name in ("django", "psycopg", "ledger"):
    try:
        __import__(name)
    except ImportError:
        continue
    sys.exit(name + " is at hand")
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_alone(folder, *arguments):
    """The verifier where Python has `cryptography` and nothing else that was ever installed."""
    packages = folder / "packages"
    packages.mkdir()
    for name in ("cryptography", "cffi", "_cffi_backend", "pycparser"):
        if found := importlib.util.find_spec(name):
            path = Path(found.origin)
            path = path.parent if path.stem == "__init__" else path
            (packages / path.name).symlink_to(path)
    folder.joinpath("verify.py").write_bytes(VERIFIER.read_bytes())
    command = [sys.executable, "-I", "-S", "-c", ALONE, str(packages), "verify.py", *arguments]
    done = subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def write(folder, found):
    path = folder / "receipt.json"
    path.write_text(json.dumps(found, ensure_ascii=False))
    return path.name


def test_verifier_needs_nothing_but_python_and_cryptography(checkpoint, tmp_path):
    name = write(tmp_path, receipt())
    code, said, trouble = run_alone(tmp_path, "receipt", name, "--key", vkey())
    assert (code, trouble) == (0, "")
    assert said.endswith("PROVED\n")


def test_verifier_is_one_short_file_that_knows_nothing_of_us():
    text = VERIFIER.read_text()
    assert len(text.splitlines()) < 300
    assert "django" not in text.lower()
    assert "import ledger" not in text
    assert "from ledger" not in text


def test_receipt_is_proved_by_the_verifier_alone(checkpoint, tmp_path):
    name = write(tmp_path, receipt())
    code, said = run(tmp_path, "receipt", name, "--key", vkey(), "--witness", WITNESS)
    assert (code, said.splitlines()[-1]) == (0, "PROVED"), said
    assert "operation, record 2 of 3" in said
    assert f"witness     {NAME}" in said
    assert "key = v1" in said


def test_receipt_under_another_key_or_without_the_witness_is_not_proved(checkpoint, tmp_path):
    name = write(tmp_path, receipt())
    other = notes.Verifier(ProofKey.objects.get().origin, b"\x01" * 32).vkey
    code, said = run(tmp_path, "receipt", name, "--key", other)
    assert (code, said) == (1, said)
    assert "not signed by a key you trust" in said
    stranger = notes.Verifier("other.example", b"\x02" * 32, notes.COSIGNATURE).vkey
    code, said = run(tmp_path, "receipt", name, "--key", vkey(), "--witness", stranger)
    assert code == 1
    assert "0 of the witnesses" in said


def test_receipt_after_a_change_of_keys_is_proved_with_the_first_key(
    checkpoint, enterprise, tmp_path
):
    first = vkey()
    services.rotate_proof_key(by=system_actor("demo"), now=LATER)
    lot(enterprise, key="lot-2")
    keep(LATER)
    found = receipt()
    assert found["endorsements"]
    code, said = run(tmp_path, "receipt", write(tmp_path, found), "--key", first)
    assert code == 0, said
    del found["endorsements"]
    code, said = run(tmp_path, "receipt", write(tmp_path, found), "--key", first)
    assert code == 1


def test_newer_checkpoint_extends_the_older_and_a_forged_one_does_not(
    checkpoint, enterprise, tmp_path
):
    lot(enterprise, key="lot-2")
    newer = keep(LATER)
    (tmp_path / "old").write_text(checkpoint.note)
    (tmp_path / "new").write_text(newer.note)
    address = f"{reverse('log_consistency')}?from={checkpoint.size}&to={newer.size}"
    (tmp_path / "proof").write_bytes(Client().get(address).content)
    question = ("extends", "old", "new", "--proof", "proof", "--key", vkey())
    code, said = run(tmp_path, *question)
    assert code == 0, said
    assert f"{checkpoint.size} entries → {newer.size} entries" in said
    (tmp_path / "proof").write_text("")
    assert run(tmp_path, *question)[0] == 1


def test_personal_data_are_shown_and_checked_and_outlive_their_erasure(checkpoint, tmp_path):
    row = system_actor("demo").user.history.earliest()
    found = receipts.receipt_of("parties_historicaluser", row.pk)
    assert found["personal"]["username"]["value"] == row.username
    code, said = run(tmp_path, "receipt", write(tmp_path, found), "--key", vkey())
    assert code == 0, said
    assert f"username = {row.username}" in said
    lying = copy.deepcopy(found)
    lying["personal"]["username"]["value"] = "someone-else"
    code, said = run(tmp_path, "receipt", write(tmp_path, lying), "--key", vkey())
    assert code == 1
    assert "not what was committed to" in said
    PersonalSalt.objects.filter(row_id=row.pk).update(salt=None)
    erased = receipts.receipt_of("parties_historicaluser", row.pk)
    assert erased["personal"] == {}
    assert erased["record"] == found["record"]
    assert run(tmp_path, "receipt", write(tmp_path, erased), "--key", vkey())[0] == 0


# --- altered receipts: each must fail, and fail with a reason -------------------------------------


def altered(rng, found):
    """The receipt with one thing changed somewhere in it."""
    changed = copy.deepcopy(found)
    where = rng.choice(["record", "entry", "tlog_proof", "position", "size", "proof", "keys"])
    if where in ("record", "entry", "tlog_proof"):
        text = changed[where]
        if where == "tlog_proof":  # signatures of witnesses nobody asked for count for nothing
            text = text[: text.index(f"— {NAME}")]
        at = rng.randrange(len(text))
        new = rng.choice([text[:at] + text[at + 1 :], text[:at] + rng.choice("0aZ=\n") + text[at:]])
        changed[where] = new + (changed[where][len(text) :] if where == "tlog_proof" else "")
        return changed if changed[where] != found[where] else None
    if where == "position":
        changed["batch"]["position"] = rng.choice(["0", "2", "3", "-1", "01", "x", "99999999999"])
    elif where == "size":
        changed["entry"] = changed["entry"].replace(
            "\n3\n", rng.choice(["\n2\n", "\n4\n", "\n03\n"])
        )
    elif where == "proof" and changed["batch"]["proof"]:
        nodes = changed["batch"]["proof"]
        at = rng.randrange(len(nodes))
        bits = bytearray(base64.b64decode(nodes[at]))
        bits[rng.randrange(32)] ^= 1 << rng.randrange(8)
        nodes[at] = base64.b64encode(bytes(bits)).decode()
    elif where == "keys":
        changed.pop(rng.choice(["record", "entry", "batch", "tlog_proof", "format"]))
    return changed if changed != found else None


def is_proved(found, key):
    try:
        list(verifier.check_receipt(found, [verifier.Key(key)], [], 0))
    except (verifier.Wrong, KeyError, TypeError, ValueError, AttributeError):
        return False
    return True


def test_no_altered_receipt_is_proved(checkpoint):
    rng = random.Random(20261122)
    found, key = receipt(), vkey()
    assert is_proved(found, key)
    mutants = [one for one in (altered(rng, found) for _ in range(2500)) if one]
    assert len(mutants) > 2000
    assert [one for one in mutants if is_proved(one, key)] == []


def test_verifier_and_log_agree_on_every_public_vector():
    from tests.ledger.proof.test_merkle import VECTORS

    for one in VECTORS["consistency"]:
        roots = [base64.b64decode(one[name]) for name in ("root1", "root2")]
        proof = [base64.b64decode(node) for node in one["proof"] or []]
        try:
            old, new = (one["size1"], roots[0]), (one["size2"], roots[1])
            verifier.check_consistency(old, new, proof)
            is_good = True
        except verifier.Wrong:
            is_good = False
        assert is_good is not one["wantErr"], one["name"]
    for one in VECTORS["inclusion"]:
        leaf, root = (base64.b64decode(one[name] or "") for name in ("leafHash", "root"))
        proof = [base64.b64decode(node) for node in one["proof"] or []]
        try:
            found = verifier.root_from_inclusion(one["leafIdx"], one["treeSize"], leaf, proof)
        except verifier.Wrong:
            found = None
        assert (found == root) is not one["wantErr"], one["name"]


# --- the doors --------------------------------------------------------------------------------


def test_receipt_of_an_operation_is_for_those_who_may_see_it(checkpoint, agent, rival):
    address = reverse("operation_receipt", args=[Operation.objects.get(key="v1").pk])
    client = Client()
    client.force_login(agent.user)
    answer = client.get(address)
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert json.loads(answer.content) == receipt()
    client.force_login(rival.user)
    assert client.get(address).status_code == 404


def test_receipt_of_what_still_waits_says_so(checkpoint, enterprise, agent):
    lot(enterprise, key="lot-2")
    waiting = Operation.objects.latest("pk")
    client = Client()
    client.force_login(agent.user)
    answer = client.get(reverse("operation_receipt", args=[waiting.pk]))
    assert answer.status_code == 409
    assert "L954" in answer.content.decode()
    page = client.get(reverse("operation", args=[waiting.pk])).content.decode()
    assert "下一个检查点" in page


def test_operation_page_leads_to_the_receipt(checkpoint, agent):
    client = Client()
    client.force_login(agent.user)
    shown = Operation.objects.get(key="v1")
    page = client.get(reverse("operation", args=[shown.pk])).content.decode()
    assert reverse("operation_receipt", args=[shown.pk]) in page


def test_receipt_of_a_lot_proves_what_it_says_now(checkpoint, enterprise, agent, rival):
    shown = lot(enterprise, key="lot-3")
    keep()
    address = reverse("lot_receipt", args=[shown.pk])
    client = Client()
    client.force_login(agent.user)
    assert address in client.get(reverse("lot", args=[shown.pk])).text
    found = json.loads(client.get(address).content)
    assert shown.lot_no in found["record"]
    assert is_proved(found, vkey())
    client.force_login(rival.user)
    assert client.get(address).status_code == 404


def test_receipt_of_an_approval_proves_who_decided_on_which_content(
    checkpoint, officer, second_officer
):
    asked = request_approval(
        by=officer,
        act="issue_permit",
        region_code="339900",
        subject_type="permit",
        subject_id=1,
        content=b"{}",
        now=NOW,
    )
    decide_approval(by=second_officer, approval=asked, granted=True, reason="同意", now=NOW)
    keep()
    address = reverse("approval_receipt", args=[asked.pk])
    client = Client()
    client.force_login(officer.user)
    assert address in client.get(reverse("approval", args=[asked.pk])).text
    found = json.loads(client.get(address).content)
    assert bytes(asked.content_hash).hex() in found["record"]
    assert "GRANTED" in found["record"]
    assert is_proved(found, vkey())


def test_checkpoint_tiles_and_entries_are_public_files_that_fit_each_other(checkpoint):
    client = Client()
    note = client.get(reverse("log_checkpoint"))
    assert note.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert NAME in note.content.decode()
    found, _note = notes.open_checkpoint(
        note.content.decode(), [key.verifier for key in reads.log_keys()]
    )
    from ledger.proof import merkle
    from ledger.proof.tiles import Tile

    level, bundle = b"", b""
    for number in range(-(-found.size // 256)):
        width = min(256, found.size - number * 256)
        tile = client.get(reverse("log_tile", args=[Tile(0, number, width).path]))
        assert "immutable" in tile.headers["Cache-Control"]
        assert tile.headers["Content-Type"] == "application/octet-stream"
        level += tile.content
        bundle += client.get(reverse("log_tile", args=[Tile(None, number, width).path])).content
    hashes = [level[at : at + 32] for at in range(0, len(level), 32)]
    assert merkle.root_of(hashes) == found.root
    entries = []
    while bundle:
        size = int.from_bytes(bundle[:2], "big")
        entries.append(bundle[2 : 2 + size])
        bundle = bundle[2 + size :]
    assert [merkle.leaf_hash(entry) for entry in entries] == hashes


@pytest.mark.parametrize("path", ["9/000", "0/999", "0/000/x", "entries/000.p/256", "0/000.p/0"])
def test_tile_that_is_not_signed_is_not_found(checkpoint, path):
    assert Client().get(f"/log/tile/{path}").status_code == 404


def test_public_entries_tell_nothing_of_the_records(checkpoint, enterprise):
    for entry in reads.read_bundle(0, 256):
        lines = entry.decode().split("\n")
        assert len(lines) == 5
        assert lines[2].isdigit()


def test_proof_log_page_shows_state_key_witness_and_commands(checkpoint):
    page = Client().get(reverse("proof_log")).content.decode()
    assert vkey().replace("+", "&#x2B;") in page or vkey() in page
    assert NAME in page
    assert "verify.py" in page


def test_proof_log_page_before_the_first_checkpoint_explains(db):
    answer = Client().get(reverse("proof_log"))
    assert answer.status_code == 200
    assert Client().get(reverse("log_checkpoint")).status_code == 404
