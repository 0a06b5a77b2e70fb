"""Checksums over the data segment: the standard's own and those met in the field.

HJ 212-2017 annex A: the register starts at FFFF; for each byte it is shifted right by eight
and XORed with the byte, then eight times shifted right by one and XORed with A001 when the
bit that fell out was 1. CRC-16/MODBUS differs: it does not drop the old low byte.

The standard's register carries only eight bits from byte to byte, so at most 256 results
exist: it finds accidents, it proves nothing.
"""

from collections.abc import Callable


def _step(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ 0xA001 if register & 1 else register >> 1
    return register


_TABLE = [_step(value) for value in range(256)]
_CARRY = [value >> 8 for value in _TABLE]


def _power(times: int) -> list[int]:
    """What `times` bytes of nothing make of the eight carried bits."""
    column = list(range(256))
    for _ in range(times):
        column = [_CARRY[value] for value in column]
    return column


# The carry is linear over GF(2) and eight steps of it change nothing. So bytes whose
# distance to the end is alike modulo eight may be XORed first, which Python's whole numbers
# do at once; the register is then looked up once per place instead of once per byte.
assert _power(8) == list(range(256))
_PLACES = [_power(distance) for distance in range(8)]


def hj(segment: bytes) -> int:
    """The checksum of HJ 212 (all three versions)."""
    if not segment:
        return 0xFFFF
    length = len(segment)
    word = int.from_bytes(segment, "big") ^ (0xFF << (length - 1) * 8)
    bits = length * 8
    while bits > 64:
        bits = ((bits // 2) + 63) & ~63
        word = (word >> bits) ^ (word & ((1 << bits) - 1))
    p0, p1, p2, p3, p4, p5, p6, p7 = _PLACES
    b7, b6, b5, b4, b3, b2, b1, b0 = word.to_bytes(8, "big")
    return _TABLE[p0[b0] ^ p1[b1] ^ p2[b2] ^ p3[b3] ^ p4[b4] ^ p5[b5] ^ p6[b6] ^ p7[b7]]


def modbus(segment: bytes) -> int:
    """CRC-16/MODBUS, which some devices compute instead."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ _TABLE[(register ^ byte) & 0xFF]
    return register


def modbus_swapped(segment: bytes) -> int:
    """CRC-16/MODBUS with its two bytes exchanged."""
    register = modbus(segment)
    return (register & 0xFF) << 8 | register >> 8


KINDS: dict[str, Callable[[bytes], int]] = {
    "hj": hj,
    "modbus": modbus,
    "modbus-swapped": modbus_swapped,
}
PROFILES = (*KINDS, "off")


def which(segment: bytes, sent: int | None) -> str:
    """The kind of checksum that fits what was sent, else "bad"."""
    for kind, compute in KINDS.items():
        if compute(segment) == sent:
            return kind
    return "bad"


def holds(segment: bytes, sent: int | None, profile: str) -> bool:
    """Whether the checksum is that of the device's profile; "off" lets everything pass."""
    return profile == "off" or KINDS[profile](segment) == sent
