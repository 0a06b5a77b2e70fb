"""SM4 as HJ 212-2025 uses it: block by block, without padding, the rest in clear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswipe.hj212 import crc, encode, sm4

# GB/T 32907-2016, annex A.1.
KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
PLAIN = KEY
CIPHER = bytes.fromhex("681EDF34D206965E86B3E94F536E4246")


def test_a_block_gives_the_published_result():
    assert sm4.encrypt(PLAIN, KEY) == CIPHER
    assert sm4.decrypt(CIPHER, KEY) == PLAIN


def test_each_full_block_is_one_and_what_remains_stays_clear():
    assert sm4.encrypt(PLAIN + PLAIN + b"tail", KEY) == CIPHER + CIPHER + b"tail"
    assert sm4.encrypt(b"fifteen bytes..", KEY) == b"fifteen bytes.."
    assert sm4.encrypt(b"", KEY) == b""


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16))
def test_what_was_encrypted_comes_back_and_keeps_its_length(data, key):
    sealed = sm4.encrypt(data, key)
    assert len(sealed) == len(data)
    assert sm4.decrypt(sealed, key) == data


def test_the_checksum_is_that_of_the_clear_segment():
    clear = (
        b"QN=20261120100000001;ST=32;CN=2011;PW=1;MN=M1;Flag=9;CP=&&w01018-Rtd=40.1,w01018-Flag=N&&"
    )
    wire = encode.frame_bytes(clear, key=KEY)
    assert int(wire[-6:-2], 16) == crc.hj(clear)
    assert clear[-30:] not in wire
    assert wire[2:6] == b"%04d" % len(clear)


@pytest.mark.parametrize(
    ("cn", "is_sealed"),
    [("2011", True), ("2999", True), ("1014", True), ("3020", True), ("1012", False),
     ("3011", False), ("9014", False), ("3903", False)],
)  # fmt: skip
def test_which_commands_travel_encrypted(cn, is_sealed):
    assert (cn in sm4.ENCRYPTED_COMMANDS) == is_sealed
