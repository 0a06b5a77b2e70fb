"""Names that look like others: which characters a name may not hold, and how names are compared.

A name is read by people on certificates, bills and in lists, so what they cannot see, or would
take for another character, is refused: controls, invisible and direction signs, private
characters, letters of other scripts drawn like Latin ones, radicals drawn like Chinese
characters (UTS 39, UAX 31). Full-width forms and spaces are usual in Chinese names: they stand,
and are folded where names are searched. Pure but for `Folded`, the same folding in PostgreSQL.
"""

import unicodedata
from dataclasses import dataclass

from django.db.models import CharField, CheckConstraint, Q, Transform

from shell.rules import RuleBroken

# Letters of Greek, Cyrillic, Armenian and Cherokee that are drawn like Latin ones.
LATIN_TWINS = (
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03c5"
    "\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c-\u041e\u0420-\u0423\u0425\u0430\u0435\u043e\u0440\u0441"
    "\u0443\u0445\u0455\u0456\u0458\u04ae-\u04af\u04bb\u04c0\u0501\u051b\u051d\u0555\u0585\u13a0-\u13ff\uab70-\uabbf"
)
# Controls, soft hyphen, fillers, zero-width, direction signs, line ends, rare spaces, combining
# marks, variation selectors, radicals and compatibility forms of Chinese characters, private use.
UNSEEN = (
    "\u0001-\u001f\u007f-\u00a0\u00ad\u0300-\u036f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f"
    "\u2000-\u200f\u2028-\u202f\u205f-\u206f\u20d0-\u20ff\u2800\u2e80-\u2fdf\u3164\ue000-\uf8ff"
    "\uf900-\ufa0d\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff0-\uffff"
)
# What a CHECK refuses; characters beyond these, by category, are refused by `flaw_of` alone.
PATTERN = f"[{LATIN_TWINS}{UNSEEN}]"
# Control, format, surrogate, private use, unassigned; line and paragraph ends; combining marks.
BAD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"})
SPACES = frozenset({" ", "\u3000"})


@dataclass(frozen=True)
class Flaw:
    """A character a name may not hold, and its place, counted from 1."""

    character: str
    place: int

    @property
    def code(self) -> str:
        """As Unicode writes it: U+200B."""
        return f"U+{ord(self.character):04X}"

    @property
    def name(self) -> str:
        """Its name in Unicode; controls and private characters have none."""
        return unicodedata.name(self.character, unicodedata.category(self.character))


def flaw_of(text: str) -> Flaw | None:
    """The first character a name may not hold, or nothing."""
    for place, character in enumerate(text, 1):
        if _is_foreign(character):
            return Flaw(character, place)
    return None


def _is_foreign(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind in BAD_CATEGORIES or (kind == "Zs" and character not in SPACES):
        return True
    return character in _LISTED or "MATHEMATICAL" in unicodedata.name(character, "")


def _spread(pattern: str) -> frozenset[str]:
    """The characters of a bracket expression without its brackets."""
    found: set[str] = set()
    left = list(pattern)
    while left:
        first = left.pop(0)
        last = first
        if left[:1] == ["-"]:
            left.pop(0)
            last = left.pop(0)
        found.update(map(chr, range(ord(first), ord(last) + 1)))
    return frozenset(found)


_LISTED = _spread(LATIN_TWINS + UNSEEN)


def check_name(text: str) -> str:
    """The name as it came; refuses what looks like another (S111), naming character and place."""
    flaw = flaw_of(text)
    if flaw is not None:
        raise RuleBroken("S111", codepoint=flaw.code, called=flaw.name, place=flaw.place)
    return text


def check_names(*texts: str) -> None:
    """The same of several."""
    for text in texts:
        check_name(text)


def reads_well(name: str, *fields: str) -> CheckConstraint:
    """The last guard of the same: no field holds a character of the pattern."""
    return CheckConstraint(
        name=name,
        condition=Q(*(~Q(**{f"{field}__regex": PATTERN}) for field in fields)),
    )


def fold(text: str) -> str:
    """A name as names are compared: full-width and half-width, capitals and spaces are one."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


@CharField.register_lookup
class Folded(Transform):
    """`name__folded__contains=fold(text)`: the column folded as `fold` does."""

    lookup_name = "folded"
    template = r"upper(regexp_replace(normalize(%(expressions)s, NFKC), '\s+', '', 'g'))"
