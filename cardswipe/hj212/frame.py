"""Reads the data segment of a frame (HJ 212-2017 6.3, with 2005 and 2025 beside it).

Strict where a doubt could move a quota: keys are case-sensitive, doubled keys, control
characters and a second `&&` are refused. What devices copy from misprints in the standards
is taken, and each such thing leaves a note on the frame.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from cardswipe.hj212.tables import MARKS, SUFFIXES, is_system
from shell.rules import RuleBroken

HEADER_KEYS = frozenset({"QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF"})
VERSIONS = {0: 2005, 1: 2017, 2: 2025}  # bits 2-7 of Flag
FLAGS_2025 = frozenset({"8", "9", "10", "11"})
CP_OPEN = b"CP=&&"
CP_CLOSE = b"&&"
# Keys of a list that may stand several times in one segment (2005: sampling times).
LIST_KEYS = frozenset({"CTime"})
MISSPELT = {"Ctime": "CTime", "PolID": "PolId"}
LEADING_LETTER = {"31": "a", "32": "w"}
MARKS_WITHOUT_CODE = frozenset({"Flag", "Rtd", "Avg", "Min", "Max", "Cou"})
REPLIES = frozenset({"9011", "9012", "9013", "9014"})

_find_control = re.compile(rb"[\x00-\x1f\x7f]").search

Decrypt = Callable[[bytes], bytes]


class Frame(NamedTuple):
    """What one data segment says. Figures stay the strings that were sent."""

    version: int
    qn: str
    st: str
    cn: str
    pw: str
    mn: str
    flag: int
    pnum: int
    pno: int
    is_resent: bool
    cp: dict[str, str]
    items: dict[str, dict[str, str]]
    notes: tuple[str, ...]

    @property
    def wants_answer(self) -> bool:
        """Whether bit 0 of Flag asks for an answer."""
        return bool(self.flag & 1)


def read_segment(
    segment: bytes, notes: tuple[str, ...] = (), decrypt: Decrypt | None = None
) -> Frame:
    """The frame in a data segment; `decrypt` turns the bytes inside CP into clear ones (2025).

    Raises RuleBroken C103 to C108 or C126 with what is wrong.
    """
    head, opened, rest = segment.partition(CP_OPEN)
    if not opened or not rest.endswith(CP_CLOSE):
        raise RuleBroken("C106")
    inside = rest[:-2]
    if decrypt is not None:
        inside = decrypt(inside)
    if _find_control(head) or _find_control(inside):
        raise RuleBroken("C103")
    noted = list(notes)
    body = decode(inside, noted)
    if "&&" in body:
        raise RuleBroken("C106")
    header = read_header(decode(head, noted), noted)
    flag, version = read_flag(header, noted)
    pnum, pno = read_packet_numbers(header, flag, noted)
    cn = read_command(header, version, noted)
    cp, items = read_fields(body, header.get("ST", ""), cn, noted)
    note_strange(version, header, items, noted)
    return Frame(
        version,
        header.get("QN", ""),
        header.get("ST", ""),
        cn,
        header.get("PW", ""),
        header.get("MN", ""),
        flag,
        pnum,
        pno,
        "RF" in header,
        cp,
        items,
        tuple(noted),
    )


def peek(segment: bytes) -> tuple[str, str, bool]:
    """MN, CN and whether Flag says 2025, of a segment whose data area cannot be read."""
    head, opened, _rest = segment.partition(CP_OPEN)
    if not opened or not head.isascii():
        return "", "", False
    fields = dict(pair.split("=", 1) for pair in head.decode().split(";") if "=" in pair)
    return fields.get("MN", ""), fields.get("CN", ""), fields.get("Flag", "") in FLAGS_2025


def decode(data: bytes, notes: list[str]) -> str:
    """Text of a segment: UTF-8 by the standard; GB 18030 of old devices is taken and noted."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise RuleBroken("C103") from None
    notes.append("gb18030")
    return text


def read_header(text: str, notes: list[str]) -> dict[str, str]:
    """The fields before CP."""
    if "," in text:
        notes.append("comma-in-header")
        text = text.replace(",", ";")
    if text.endswith(";"):
        text = text[:-1]
    else:
        notes.append("no-semicolon-before-cp")
    pairs = [field.partition("=") for field in text.split(";")]
    header = {key: value for key, _, value in pairs}
    if len(header) != len(pairs):
        raise RuleBroken("C104")
    if not header.keys() <= HEADER_KEYS:
        raise RuleBroken("C105", field=sorted(header.keys() - HEADER_KEYS)[0][:40])
    return header


def is_number(text: str, digits: int) -> bool:
    """Whether the text is one to `digits` ASCII digits."""
    return 0 < len(text) <= digits and text.isascii() and text.isdigit()


def read_flag(header: dict[str, str], notes: list[str]) -> tuple[int, int]:
    """The Flag byte and the version in its bits 2-7; without Flag it is a 2005 device."""
    text = header.get("Flag")
    if text is None:
        notes.append("no-flag")
        return 0, 2005
    if not is_number(text, 3) or (int(text) >> 2) not in VERSIONS:
        raise RuleBroken("C107", flag=text[:8])
    flag = int(text)
    return flag, VERSIONS[flag >> 2]


def read_packet_numbers(header: dict[str, str], flag: int, notes: list[str]) -> tuple[int, int]:
    """PNUM and PNO, (0, 0) when the frame is not a part; bit 1 of Flag announces them."""
    pnum, pno = header.get("PNUM"), header.get("PNO")
    if pnum is None and pno is None and not flag & 2:
        return 0, 0
    if not is_number(pnum or "", 4) or not is_number(pno or "", 4):
        raise RuleBroken("C108", pnum=str(pnum)[:8], pno=str(pno)[:8])
    if not 1 <= int(pno or 0) <= int(pnum or 0):
        raise RuleBroken("C108", pnum=str(pnum), pno=str(pno))
    if not flag & 2:
        notes.append("packet-number-without-flag")
    return int(pnum or 0), int(pno or 0)


def read_command(header: dict[str, str], version: int, notes: list[str]) -> str:
    """CN, after the header's other fields have the form they must have."""
    cn, qn, st = header.get("CN", ""), header.get("QN", ""), header.get("ST", "")
    if len(cn) != 4 or not is_number(cn, 4):
        raise RuleBroken("C105", field="CN")
    if qn and (len(qn) != 17 or not is_number(qn, 17)):
        raise RuleBroken("C126", qn=qn[:24])
    if "MN" not in header and not (version == 2005 and cn in REPLIES):
        raise RuleBroken("C105", field="MN")
    if len(header.get("MN", "")) > 24 or len(header.get("PW", "")) > 24 or len(st) > 3:
        raise RuleBroken("C105", field="MN, PW, ST")
    if header.get("RF", "1") != "1":
        raise RuleBroken("C105", field="RF")
    if len(st) != 2:
        notes.append("st-not-two-characters")
    return cn


def note_strange(
    version: int,
    header: dict[str, str],
    items: dict[str, dict[str, str]],
    notes: list[str],
) -> None:
    """Note what the version's tables do not know; whether it counts is decided elsewhere."""
    if "RF" in header and version != 2025:
        notes.append("rf-before-2025")
    st = header.get("ST", "")
    if len(st) == 2 and not is_system(version, st):
        notes.append(f"unknown-st {st}")
    suffixes, marks = SUFFIXES[version], MARKS[version]
    for code, attributes in items.items():
        if not suffixes.issuperset(attributes):
            notes.append(f"unknown-suffix {code[:12]}")
        if "Flag" in attributes and attributes["Flag"] not in marks:
            notes.append(f"unknown-mark {code[:12]}")


class FieldReader:
    """Collects the fields inside CP."""

    __slots__ = ("code", "cp", "items", "notes", "st")

    def __init__(self, st: str, notes: list[str]) -> None:
        self.cp: dict[str, str] = {}
        self.items: dict[str, dict[str, str]] = {}
        self.st, self.notes, self.code = st, notes, ""

    def item(self, code: str, suffix: str, value: str) -> None:
        """Keep one attribute of a factor."""
        if len(code) == 5 and code.isdigit() and self.st in LEADING_LETTER:
            # Misprint of the standard's annex C: 01018-Rtd for w01018-Rtd.
            code = LEADING_LETTER[self.st] + code
            self.notes.append("code-without-letter")
        attributes = self.items.get(code)
        if attributes is None:
            attributes = self.items[code] = {}
        elif code != self.code:
            self.notes.append("item-in-two-places")
        if suffix in attributes:
            raise RuleBroken("C104")
        if not code or not suffix:
            raise RuleBroken("C105", field=f"{code}-{suffix}"[:40])
        attributes[suffix] = value
        self.code = code

    def plain(self, name: str, value: str) -> None:
        """Keep a field that belongs to no factor."""
        name = name.strip()
        if name in MARKS_WITHOUT_CODE and self.code:
            self.notes.append("attribute-without-code")
            self.item(self.code, name, value)
            return
        if name in MISSPELT:
            self.notes.append("misspelt-key")
            name = MISSPELT[name]
        if name in self.cp:
            if name not in LIST_KEYS:
                raise RuleBroken("C104")
            value = f"{self.cp[name]},{value}"
        if not name:
            raise RuleBroken("C105", field=name)
        self.cp[name] = value


def read_fields(
    body: str, st: str, cn: str, notes: list[str]
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The plain fields and the factors' attributes between `CP=&&` and `&&`."""
    reader = FieldReader(st, notes)
    if body[:1] == " " or body[-1:] == " ":
        notes.append("space-in-cp")
        body = body.strip(" ")
    if body.endswith(";"):
        notes.append("trailing-semicolon")
        body = body[:-1]
    body, log_text = cut_log_text(body, cn)
    if not body:
        return reader.cp, reader.items
    read_pairs(body.replace(",", ";").split(";"), reader)
    if log_text:
        reader.cp["Text"] = log_text
    return reader.cp, reader.items


def read_pairs(pairs: list[str], reader: FieldReader) -> None:
    """Give each `name=value` to the reader; this loop is the gateway's hottest."""
    attributes: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        code, dash, suffix = name.partition("-")
        if code == reader.code and code and suffix and equals and suffix not in attributes:
            attributes[suffix] = value
        elif not equals:
            raise RuleBroken("C105", field=pair[:40])
        elif dash:
            reader.item(code, suffix, value)
            attributes = reader.items[reader.code]
        else:
            reader.plain(name, value)


def cut_log_text(body: str, cn: str) -> tuple[str, str]:
    """The log text of 3020, which stands between `//` and may hold separators itself."""
    first, last = body.find("//"), body.rfind("//")
    if cn != "3020" or last <= first:
        return body, ""
    return body[:first] + body[last + 2 :], body[first + 2 : last]
