"""Off-line batches, pure: what a controller says of the sessions it kept while off line.

A batch debits nothing. Its sessions come one by one as always (late, and each once); the batch
is the controller's signed word on how many there were and what they add up to, against which
they are settled (docs/card-profile.md).
"""

import dataclasses
import datetime
import hashlib
import hmac
import re
from collections.abc import Mapping
from enum import StrEnum

from shell.rules import RuleBroken

NUMBER = re.compile(r"\A[0-9]{1,12}\Z")
MAC = re.compile(r"\A[0-9a-f]{64}\Z")
MARK = ";Mac="


class BatchState(StrEnum):
    PROVISIONAL = "PROV"  # → SETTLED
    SETTLED = "SETTLED"


class Finding(StrEnum):
    """What keeps a batch from being settled, or (OVER_ALLOWANCE, TOO_LONG) is told beside it."""

    BAD_MAC = "BAD_MAC"
    MISSING = "MISSING"
    DIFFERS = "DIFFERS"
    OVER_ALLOWANCE = "OVER_ALLOWANCE"
    TOO_LONG = "TOO_LONG"


OPEN_FINDINGS = frozenset({Finding.BAD_MAC, Finding.MISSING, Finding.DIFFERS})


@dataclasses.dataclass(frozen=True)
class Batch:
    """The signed statement: its own number, when, which sessions, and their sums.

    `totals` in whole milligrams (water in litres) by pollutant; `signed` is what `mac` covers.
    """

    number: int
    began_at: datetime.datetime
    ended_at: datetime.datetime
    first: int
    last: int
    totals: Mapping[str, int]
    signed: str
    mac: str

    @property
    def count(self) -> int:
        """How many sessions it speaks of."""
        return self.last - self.first + 1


def signed_part(mn: str, segment: str) -> tuple[str, str]:
    """What is signed of a frame (the MN, then the data up to `;Mac=`) and the signature.

    Refuses (C105) a batch without a signature of 64 lower-case hexadecimal digits.
    """
    data = segment.partition("CP=&&")[2].removesuffix("&&")
    said, mark, mac = data.rpartition(MARK)
    if not mark or not MAC.match(mac):
        raise RuleBroken("C105", field="Mac")
    return f"{mn};{said}", mac


def mac_of(key: str, signed: str) -> str:
    """HMAC-SHA256 over the signed part, as lower-case hexadecimal; the key is hexadecimal too."""
    return hmac.new(bytes.fromhex(key), signed.encode(), hashlib.sha256).hexdigest()


def number_in(fields: Mapping[str, str], name: str) -> int:
    """A running number of the frame; refuses (C105) what is none."""
    text = fields.get(name, "")
    if not NUMBER.match(text):
        raise RuleBroken("C105", field=name)
    return int(text)


@dataclasses.dataclass(frozen=True)
class Booked:
    """What the platform has of the sessions a batch speaks of."""

    count: int
    totals: Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class Allowance:
    """What a region lets a controller discharge off line, and how long."""

    quantities: Mapping[str, int]
    hours: int


def findings(
    batch: Batch, booked: Booked, *, key: str, allowance: Allowance | None
) -> list[Finding]:
    """What is to be said of a batch; without an open finding it settles itself."""
    is_signed = hmac.compare_digest(mac_of(key, batch.signed), batch.mac)
    length = batch.ended_at - batch.began_at
    found = {
        Finding.BAD_MAC: not is_signed,
        Finding.MISSING: booked.count < batch.count,
        Finding.DIFFERS: booked.count >= batch.count and dict(booked.totals) != dict(batch.totals),
        Finding.OVER_ALLOWANCE: allowance is not None
        and any(total > allowance.quantities.get(c, 0) for c, total in batch.totals.items()),
        Finding.TOO_LONG: allowance is not None
        and length > datetime.timedelta(hours=allowance.hours),
    }
    return [finding for finding, holds in found.items() if holds]
