"""Signed notes, checkpoints, cosignatures, proof files: the standards' examples and bad input."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof import merkle, notes
from ledger.proof.exchange import (
    AddCheckpoint,
    TlogProof,
    parse_add_checkpoint,
    parse_tlog_proof,
)

# The example of c2sp.org/signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
    "RKuwHjG1Yu72IneyaQM=\n"
)
ORIGIN = "bureau.example/log/339900"
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def public(key, name=ORIGIN, kind=notes.ED25519):
    return notes.Verifier(name, key.public_key().public_bytes_raw(), kind)


def signed(size=3, key=KEY, origin=ORIGIN):
    text = notes.Checkpoint(origin, size, merkle.EMPTY_ROOT).text
    return notes.Note(text, (notes.sign(text, key, origin),))


def test_example_of_the_standard_verifies():
    key = notes.parse_vkey(VKEY)
    assert key.vkey == VKEY
    assert notes.signers(notes.parse_note(NOTE), [key]) == [key]


def test_example_with_another_text_is_refused():
    changed = notes.parse_note(NOTE.replace("example message", "other message"))
    with pytest.raises(notes.BadNote, match="false"):
        notes.signers(changed, [notes.parse_vkey(VKEY)])


def test_checkpoint_is_read_back_and_unknown_signatures_are_passed_over():
    note = signed()
    stranger = notes.Signature("stranger.example", b"abcd", b"what only others understand")
    raw = str(notes.Note(note.text, (stranger, *note.signatures)))
    found, _note = notes.open_checkpoint(raw, [public(KEY)])
    assert (found.origin, found.size, found.root) == (ORIGIN, 3, merkle.EMPTY_ROOT)


def test_checkpoint_of_another_key_or_origin_is_refused():
    for keys in ([public(OTHER)], [public(KEY, "elsewhere.example")], []):
        with pytest.raises(notes.BadNote):
            notes.open_checkpoint(str(signed()), keys)


def test_witness_signs_time_and_checkpoint():
    note = signed()
    line = notes.cosign(note.text, OTHER, "witness.example", 1679315147)
    key = public(OTHER, "witness.example", notes.COSIGNATURE)
    whole = notes.parse_note(str(note) + line.line)
    assert notes.signers(whole, [key]) == [key]
    assert notes.cosigned_at(whole.signatures[1]) == 1679315147
    later = notes.Signature(line.name, line.key_id, b"\x00" * 8 + line.body[8:])
    assert not notes.is_good(note.text, later, key)


@pytest.mark.parametrize(
    "raw",
    ["", "\n", "text\n", "text\n\n", "text\n\nno dash\n", "text\n\n— name\n", "text\n\n— a b\n",
     "text\n\n— na+me AAAAAAAA\n", "text\n\n— name AAAAAAAA", "te\txt\n\n— name AAAAAAAA\n",
     "text\n\n— name AAAAAA==\n", "text\n\n— na\u3000me AAAAAAAA\n", "x" * 300_000],
)  # fmt: skip
def test_what_is_no_note_is_refused(raw):
    with pytest.raises(notes.BadNote):
        notes.parse_note(raw)


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
     "a\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
     "a\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
     "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n", "a\n1\nAAAA\n",
     "a\n1\n\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", "a\n١\n" + "A" * 43 + "=\n"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(notes.BadNote):
        notes.parse_checkpoint(text)


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", "a+b+c", VKEY.replace("530d", "530e"), VKEY[:-4] + "AAAA", "+" + VKEY]
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(notes.BadNote):
        notes.parse_vkey(text)


@given(st.text(max_size=80))
def test_no_text_breaks_the_readers(text):
    readers = (notes.parse_note, notes.parse_vkey, notes.parse_checkpoint)
    for read in (*readers, parse_tlog_proof, parse_add_checkpoint):
        try:
            read(text)
        except notes.BadNote:
            continue


def test_proof_file_and_witness_request_are_read_back():
    nodes = (merkle.EMPTY_ROOT, merkle.leaf_hash(b""))
    for extra in (None, b"", b"\x00more"):
        file = TlogProof(7, nodes, str(signed()), extra)
        assert parse_tlog_proof(str(file)) == file
    request = AddCheckpoint(0, (), str(signed()))
    assert parse_add_checkpoint(str(request)) == request
    with pytest.raises(notes.BadNote):
        parse_add_checkpoint(str(AddCheckpoint(1, nodes * 32, str(signed()))))
