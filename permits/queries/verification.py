"""Is a certificate genuine, and is what it says true today? Answered for anyone."""

import dataclasses
import datetime
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from parties.services import content_hash
from permits.differences import Difference, differences, right_differences
from permits.models import Certificate, Ending, Permit, PermitVersion
from permits.models.endings import CertificateCopy, EndingState
from permits.models.permits import PermitState
from permits.rules import canonical

from .content import rights_content


class Verdict(StrEnum):
    """What the public verification page answers."""

    VALID = "VALID"  # genuine, in force, and nothing has changed since
    SUPERSEDED = "SUPERSEDED"  # genuine, but a later version or later rights replace it
    NOT_VALID = "NOT_VALID"  # the permit exists but is not in force today
    MISMATCH = "MISMATCH"  # no certificate of this permit has that hash
    UNKNOWN = "UNKNOWN"  # no permit has that number
    IN_FORCE = "IN_FORCE"  # asked without a hash: the permit is in force


@dataclasses.dataclass(frozen=True)
class Verification:
    """The verdict with what it rests on."""

    verdict: Verdict
    permit: Permit | None = None
    version: PermitVersion | None = None
    certificate: Certificate | None = None
    ending: Ending | None = None
    later_versions: tuple[PermitVersion, ...] = ()
    has_other_rights: bool = False
    changes: tuple[Difference, ...] = ()
    right_changes: tuple[Difference, ...] = ()


def version_in_force(permit: Permit, day: datetime.date) -> PermitVersion | None:
    """The version that holds on the day, or None."""
    if permit.state != PermitState.VALID:
        return None
    return permit.versions.filter(in_force_from__lte=day, in_force_until__gt=day).first() or (
        permit.versions.filter(in_force_from__lte=day, in_force_until__isnull=True).first()
    )


def certificate_content(
    version: PermitVersion, copy: str, rights: list[dict[str, Any]]
) -> dict[str, Any]:
    """Everything a certificate says; its hash stands on the paper and in the QR code.

    The main copy holds no rights, so that a trade does not age the sheet on the wall.
    """
    if copy == CertificateCopy.MAIN:
        return {"permit": version.content}
    return {"permit": version.content, "rights": rights}


def certificate_hash(version: PermitVersion, copy: str, rights: list[dict[str, Any]]) -> bytes:
    """SHA-256 over what the certificate says."""
    return content_hash(canonical(certificate_content(version, copy, rights)))


def certificate_of(permit: Permit, short_hash: str) -> Certificate | None:
    """The certificate of this permit whose printed hash this is."""
    wanted = short_hash.strip().lower()
    found = Certificate.objects.filter(version__permit=permit).defer("document", "rights")
    for certificate in found.select_related("version__permit"):
        if certificate.short_hash == wanted:
            return certificate
    return None


def verify(permit_no: str, short_hash: str, *, day: datetime.date) -> Verification:
    """The verdict on a permit number and the hash printed beside it, as of the day."""
    permit = (
        Permit.objects.public()
        .select_related("site__enterprise", "site__region")
        .filter(permit_no=permit_no.strip())
        .first()
    )
    if permit is None:
        return Verification(Verdict.UNKNOWN)
    certificate = certificate_of(permit, short_hash) if short_hash else None
    if short_hash and certificate is None:
        return Verification(Verdict.MISMATCH, permit)
    return judged(permit, certificate, day)


def judged(permit: Permit, certificate: Certificate | None, day: datetime.date) -> Verification:
    """The verdict on a known permit and, if one was named, its genuine certificate."""
    version = version_in_force(permit, day)
    shown = certificate.version if certificate else version
    if version is None:
        ending = permit.endings.filter(state=EndingState.DONE).last()
        return Verification(Verdict.NOT_VALID, permit, shown, certificate, ending)
    if certificate is None:
        return Verification(Verdict.IN_FORCE, permit, version)
    later = tuple(permit.versions.filter(number__gt=certificate.version.number).order_by("number"))
    rights = rights_content(permit)
    has_other_rights = bytes(certificate.content_sha256) != certificate_hash(
        certificate.version, certificate.copy, rights
    )
    is_current = certificate.version_id == version.pk and not has_other_rights
    return Verification(
        Verdict.VALID if is_current else Verdict.SUPERSEDED,
        permit,
        shown,
        certificate,
        later_versions=later,
        has_other_rights=has_other_rights,
        changes=tuple(changes_since(certificate, later, version)),
        right_changes=tuple(
            right_differences(certificate.rights, rights) if has_other_rights else ()
        ),
    )


def changes_since(
    certificate: Certificate, later: Sequence[PermitVersion], in_force: PermitVersion
) -> list[Difference]:
    """How what is in force now, else what was issued last, differs from the paper."""
    if not later:
        return []
    now = in_force if in_force.number > certificate.version.number else later[-1]
    return differences(certificate.version.content, now.content)
