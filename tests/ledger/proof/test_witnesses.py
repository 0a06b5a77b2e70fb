"""Witnesses on both sides: no roll-back, no split view; a witness that fails stops nothing."""

import datetime
import http.server
import io
import threading

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from ledger import services
from ledger.models import Cosignature, Witness, WitnessedLog
from ledger.proof import merkle, notes
from ledger.proof.exchange import AddCheckpoint
from ledger.queries import proof as reads
from ledger.refusals import WitnessRefused
from parties.services import system_actor
from tests.factories_ledger import NOW, lot
from tests.factories_proof import keep
from tests.factories_witness import KEY, NAME, ORIGIN, foreign, log_vkey, witness, witnessed

LATER = NOW + datetime.timedelta(minutes=5)
LEAVES = [merkle.leaf_hash(b"%d" % n) for n in range(1, 20)]
OTHERS = [merkle.leaf_hash(b"other %d" % n) for n in range(1, 20)]


@pytest.fixture
def log(db):
    """Another bureau's log, witnessed up to its first entry."""
    return witnessed()


def proof(old, new, leaves=LEAVES):
    return tuple(merkle.consistency_proof(old, new, merkle.full_of(leaves[:new])))


def add(old, nodes, checkpoint, client=None):
    raw = str(AddCheckpoint(old, nodes, checkpoint))
    address = reverse("witness_add")
    strict = client or Client(enforce_csrf_checks=True)
    return strict.post(address, raw.encode(), content_type="text/plain")


def test_checkpoint_that_extends_the_last_is_cosigned_and_kept(log):
    answer = add(1, proof(1, 7), foreign(7, LEAVES))
    assert answer.status_code == 200, answer.content
    note = notes.parse_note(foreign(7, LEAVES) + answer.content.decode())
    key = services.own_witness()
    assert notes.signers(note, [key]) == [key]
    log.refresh_from_db()
    assert (log.size, bytes(log.root)) == (7, merkle.root_of(LEAVES[:7]))
    kept = Client().get(reverse("witnessed_checkpoint", args=[log.origin_hash]))
    assert notes.signers(notes.parse_note(kept.content.decode()), [key]) == [key]
    again = add(7, (), foreign(7, LEAVES))
    assert again.status_code == 200


def test_wrong_old_size_is_answered_with_the_size_known(log):
    add(1, proof(1, 7), foreign(7, LEAVES))
    answer = add(3, proof(3, 9), foreign(9, LEAVES))
    assert (answer.status_code, answer.content) == (409, b"7\n")
    assert answer.headers["Content-Type"] == "text/x.tlog.size"


def test_roll_back_is_refused(log):
    add(1, proof(1, 7), foreign(7, LEAVES))
    assert add(7, (), foreign(3, LEAVES)).status_code == 400
    assert add(3, (), foreign(3, LEAVES)).status_code == 409
    assert WitnessedLog.objects.get().size == 7


def test_split_view_is_refused(log):
    add(1, proof(1, 7), foreign(7, LEAVES))
    assert add(7, (), foreign(7, OTHERS)).status_code == 422
    assert add(7, proof(7, 9, OTHERS), foreign(9, OTHERS)).status_code == 422
    assert bytes(WitnessedLog.objects.get().root) == merkle.root_of(LEAVES[:7])


def test_proof_where_none_belongs_is_refused(db):
    services.accept_log(by=system_actor("setup"), vkeys=log_vkey(), now=NOW)
    assert add(0, (merkle.EMPTY_ROOT,), foreign(3, LEAVES)).status_code == 422
    text = notes.Checkpoint(ORIGIN, 0, LEAVES[0]).text
    from tests.factories_witness import LOG_KEY

    empty = str(notes.Note(text, (notes.sign(text, LOG_KEY, ORIGIN),)))
    assert add(0, (), empty).status_code == 422
    assert add(0, (), foreign(0, LEAVES)).status_code == 200


def test_unknown_log_and_unknown_key_are_refused(log):
    stranger = foreign(2, LEAVES).replace(ORIGIN, "stranger.example/log")
    assert add(0, (), stranger).status_code == 404
    assert add(1, proof(1, 2), foreign(2, LEAVES, key=KEY)).status_code == 403
    false = foreign(2, LEAVES).replace("\n2\n", "\n3\n")
    assert add(1, proof(1, 3), false).status_code == 403


@pytest.mark.parametrize(
    "raw",
    [b"", b"old 1\n", b"old x\n\nnote", b"old 01\n\n", b"\xff\xfe", b"old 1\nAAAA\n\nx\n",
     b"x" * 60_000],
)  # fmt: skip
def test_what_is_no_request_is_refused(log, raw):
    answer = Client().post(reverse("witness_add"), raw, content_type="text/plain")
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    "vkeys",
    ["", "x", "a+b+c", f"{log_vkey()[:-2]}AA"],
    ids=["none", "one word", "three words", "altered"],
)
def test_log_without_a_good_key_is_not_accepted(db, vkeys):
    with pytest.raises(WitnessRefused):
        services.accept_log(by=system_actor("setup"), vkeys=vkeys, now=NOW)


# --- asking others -------------------------------------------------------------------------------


class Stub(http.server.BaseHTTPRequestHandler):
    """A witness of a few lines: remembers one size, signs what extends it."""

    known, mood = 0, "good"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        note = notes.parse_note(body.partition("\n\n")[2])
        size = notes.parse_checkpoint(note.text).size
        old = int(body.split("\n")[0].removeprefix("old "))
        if Stub.mood == "down":
            return self.answer(503, "later")
        if old != Stub.known:
            return self.answer(409, f"{Stub.known}\n")
        line = notes.cosign(note.text, KEY, NAME, int(NOW.timestamp())).line
        if Stub.mood == "false":
            line = notes.cosign(note.text + "x", KEY, NAME, 1).line
        elif Stub.mood == "silent":
            line = ""
        else:
            Stub.known = size
        return self.answer(200, line)

    def answer(self, status, body):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_arguments):
        """Quiet."""


@pytest.fixture
def asked(enterprise):
    """A running witness that this log asks, and a checkpoint to sign."""
    Stub.known, Stub.mood = 0, "good"
    with http.server.HTTPServer(("127.0.0.1", 0), Stub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        lot(enterprise)
        keep()
        yield witness(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


def test_cosignature_is_asked_for_once_per_checkpoint_and_shown(asked, enterprise):
    (first,) = services.ask_witnesses(now=NOW)
    assert services.ask_witnesses(now=NOW) == []
    checkpoint = reads.latest_checkpoint()
    assert NAME in reads.note_of(checkpoint)
    lot(enterprise, key="lot-2")
    newer = keep(LATER)
    (second,) = services.ask_witnesses(now=LATER)
    assert (first.checkpoint_id, second.checkpoint_id) == (checkpoint.size, newer.size)
    assert Stub.known == newer.size
    assert NAME in Client().get(reverse("proof_log")).content.decode()


def test_witness_that_knows_another_size_is_asked_again_from_there(asked, enterprise):
    services.ask_witnesses(now=NOW)
    known = Stub.known
    Stub.known = known - 1
    lot(enterprise, key="lot-2")
    keep(LATER)
    assert len(services.ask_witnesses(now=LATER)) == 1


@pytest.mark.parametrize(
    ("mood", "said"), [("down", "503"), ("false", "false"), ("silent", "no cosignature")]
)
def test_witness_in_trouble_stops_nothing_and_is_named(asked, mood, said):
    Stub.mood = mood
    assert services.ask_witnesses(now=NOW) == []
    assert not Cosignature.objects.exists()
    assert said in Witness.objects.get().trouble
    Stub.mood = "good"
    assert len(services.ask_witnesses(now=NOW)) == 1
    assert Witness.objects.get().trouble == ""


def test_witness_ahead_of_the_log_is_a_warning(asked):
    Stub.known = 10**6
    assert services.ask_witnesses(now=NOW) == []
    assert "longer log" in Witness.objects.get().trouble


def test_witness_that_is_gone_is_named(asked):
    Witness.objects.update(url="http://127.0.0.1:9")
    assert services.ask_witnesses(now=NOW) == []
    assert Witness.objects.get().trouble


def test_lists_are_kept_by_command(db):
    out = io.StringIO()
    vkey = notes.Verifier(NAME, KEY.public_key().public_bytes_raw(), notes.COSIGNATURE).vkey
    call_command("witness", "ask", vkey, "https://witness.example/", stdout=out)
    call_command("witness", "accept", log_vkey(), stdout=out)
    assert Witness.objects.get().url == "https://witness.example"
    assert WitnessedLog.objects.get().origin == ORIGIN
    call_command("witness", "stop", NAME, stdout=out)
    assert not Witness.objects.get().is_active
    assert services.own_witness().vkey in out.getvalue()
    for bad in (
        ["ask", log_vkey(), "https://x.example"],
        ["ask", vkey, "file:///etc"],
        ["stop", "x"],
    ):
        with pytest.raises(CommandError):
            call_command("witness", *bad, stdout=out)
