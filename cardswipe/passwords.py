"""Which passwords (PW) a controller may be given, pure.

HJ 212 sends PW in clear and 2017 gives it six characters (table 3), so it hides nothing from who
hears the line. It must at least not be guessed by who only knows MNs, which stand on the boxes:
makers deliver `123456`, and whoever sends it in a device's name debits its card.
"""

import itertools

LEAST = 6
# What boxes and platforms are delivered with.
DELIVERED = frozenset(
    {"123456", "654321", "000000", "111111", "666666", "888888", "999999", "100000", "123123",
     "112233", "121212", "abc123", "123abc", "a12345", "a1b2c3", "admin1", "passwd", "qwerty"}
)  # fmt: skip
SHORT, USUAL, ROW, OF_MN = "SHORT", "USUAL", "ROW", "OF_MN"


def weakness(password: str, mn: str) -> str:
    """Why the password is too easy to guess, or nothing: SHORT, USUAL, ROW or OF_MN."""
    plain = password.casefold()
    if len(plain) < LEAST:
        return SHORT
    if plain in DELIVERED:
        return USUAL
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(plain)}
    if len(set(plain)) < 3 or steps in ({1}, {-1}):
        return ROW
    return OF_MN if plain in mn.casefold() else ""
