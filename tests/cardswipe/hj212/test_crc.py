"""The checksum of HJ 212 and the ones met in the field, against published vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswipe.hj212 import crc

ANNEX_A_2017 = (
    b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;"
    b"Flag=5;CP=&&RtdInterval=30&&"
)


def hj_as_printed(segment: bytes) -> int:
    """The loop of annex A, bit by bit."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ byte
        for _ in range(8):
            lowest = register & 1
            register >>= 1
            if lowest:
                register ^= 0xA001
    return register


@pytest.mark.parametrize(
    ("segment", "expected"),
    [(ANNEX_A_2017, 0x1C80), (b"123456789", 0x2F80), (b"", 0xFFFF)],
)
def test_the_checksum_gives_the_published_results(segment, expected):
    assert crc.hj(segment) == expected


def test_modbus_gives_its_published_result_and_its_swapped_twin():
    assert crc.modbus(b"123456789") == 0x4B37
    assert crc.modbus_swapped(b"123456789") == 0x374B


@given(st.binary(max_size=1100))
def test_the_folded_computation_equals_the_loop_of_the_standard(segment):
    assert crc.hj(segment) == hj_as_printed(segment)


def test_the_kind_that_fits_is_named_and_never_taken_silently():
    sent = crc.modbus(ANNEX_A_2017)
    assert crc.which(ANNEX_A_2017, sent) == "modbus"
    assert not crc.holds(ANNEX_A_2017, sent, "hj")
    assert crc.holds(ANNEX_A_2017, sent, "modbus")
    assert crc.holds(ANNEX_A_2017, None, "off")
    assert crc.which(ANNEX_A_2017, None) == "bad"
