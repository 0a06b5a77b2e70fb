"""Is this very file one that was issued? Told by its bytes, without opening it as a PDF."""

import dataclasses
import datetime
import hashlib
import re
from enum import StrEnum
from itertools import islice
from typing import Any

from permits.models import Certificate, RightsCertificate

from .rights_certificates import RightsStanding, standing_of, whole_certificates
from .verification import Verification, judged

MOST_BYTES = 10 * 2**20
MOST_ENDS = 40  # a file that was saved again and again ends as often
ENDS = re.compile(rb"%%EOF\r?\n?")
NUMBER = re.compile(rb"\(([0-9A-Za-z]{22})-(\d{2,5})-(F?)(\d{2,5})\)")
RIGHTS_NUMBER = re.compile(rb"\(([0-9]{6}-[0-9]{4}-PZ-[0-9]{5,7})\)")
Paper = Certificate | RightsCertificate


class FileVerdict(StrEnum):
    """What became of the file since it was issued."""

    SAME = "SAME"  # byte for byte the file on record
    APPENDED = "APPENDED"  # something was added behind the file on record
    ALTERED = "ALTERED"  # calls itself a document on record, and differs from it
    UNKNOWN = "UNKNOWN"  # no file that was issued here


@dataclasses.dataclass(frozen=True)
class FileFinding:
    """The verdict on a file, with the genuine certificate and what holds of it today."""

    verdict: FileVerdict
    verification: Verification | None = None
    right: RightsStanding | None = None
    added_bytes: int = 0
    differing_bytes: int = 0
    first_difference: int = 0


def verify_file(document: bytes, *, day: datetime.date) -> FileFinding:
    """Compare the file with those issued: whole, then up to each end it had, then by its number."""
    for length in lengths(document):
        found = of_bytes(hashlib.sha256(document[:length]).digest())
        if found:
            added = len(document) - length
            verdict = FileVerdict.APPENDED if added else FileVerdict.SAME
            return FileFinding(verdict, **judgement(found, day), added_bytes=added)
    named = named_in(document)
    if named is None:
        return FileFinding(FileVerdict.UNKNOWN)
    differing, first = compare(document, bytes(named.document))
    return FileFinding(
        FileVerdict.ALTERED,
        **judgement(named, day),
        differing_bytes=differing,
        first_difference=first,
    )


def of_bytes(digest: bytes) -> Paper | None:
    """The paper whose file has this hash: a permit's or a right's."""
    return (
        whole(Certificate.objects.filter(document_sha256=digest).first())
        or whole_certificates().filter(document_sha256=digest).first()
    )


def lengths(document: bytes) -> list[int]:
    """Where a genuine file could end: at its end, and at each mark of an end inside."""
    inside = {match.end() for match in islice(ENDS.finditer(document), MOST_ENDS)}
    return [len(document), *sorted(inside - {len(document)}, reverse=True)]


def named_in(document: bytes) -> Paper | None:
    """The certificate whose number the file gives as its own."""
    right = RIGHTS_NUMBER.search(document)
    if right:
        number = right.group(1).decode()
        return whole_certificates().filter(certificate_no=number).first()
    match = NUMBER.search(document)
    if match is None:
        return None
    permit_no, version, mark, serial = (part.decode() for part in match.groups())
    return whole(
        Certificate.objects.filter(
            version__permit__permit_no=permit_no,
            version__number=int(version),
            serial=int(serial),
            copy="DUPLICATE" if mark else "MAIN",
        ).first()
    )


def whole(certificate: Certificate | None) -> Certificate | None:
    """With its permit, which the verdict names."""
    return (
        Certificate.objects.select_related(
            "version__permit__site__enterprise", "version__permit__site__region"
        ).get(pk=certificate.pk)
        if certificate
        else None
    )


def judgement(paper: Paper, day: datetime.date) -> dict[str, Any]:
    """What holds of the paper today."""
    if isinstance(paper, RightsCertificate):
        return {"right": standing_of(paper, day=day)}
    return {"verification": judged(paper.version.permit, paper, day)}


def compare(given: bytes, issued: bytes) -> tuple[int, int]:
    """How many bytes differ, and the place of the first."""
    common = min(len(given), len(issued))
    places = [place for place in range(common) if given[place] != issued[place]]
    differing = len(places) + abs(len(given) - len(issued))
    return differing, places[0] if places else common
