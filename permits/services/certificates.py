"""The certificates on file: each made once for a version and the rights held, and signed."""

import datetime
import hashlib
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from permits.book_paper import draw_duplicate
from permits.models import Certificate, Permit, PermitVersion
from permits.models.endings import CertificateCopy
from permits.queries.content import rights_content
from permits.queries.verification import certificate_content, certificate_hash, version_in_force
from permits.refusals import NoCertificate
from permits.wall_paper import draw_main_copy
from shell.paper_parts import Foot
from shell.signing import sign_pdf

DRAW = {CertificateCopy.MAIN: draw_main_copy, CertificateCopy.DUPLICATE: draw_duplicate}
REASON = "颁发排污许可证"


@transaction.atomic
def make_certificate(
    *, permit: Permit, now: datetime.datetime, copy: str = CertificateCopy.MAIN
) -> Certificate:
    """The main copy or the duplicate of the version in force, with the rights held now.

    The same version and rights give the document on file, byte for byte; P134 when no version
    is in force, S201 when the font lacks a character, S203 when nothing can sign.
    """
    locked = Permit.objects.select_for_update(of=("self",)).get(pk=permit.pk)
    version = version_in_force(locked, timezone.localdate(now))
    if version is None:
        raise NoCertificate(state=locked.get_state_display())
    rights = rights_content(locked) if copy == CertificateCopy.DUPLICATE else []
    digest = certificate_hash(version, copy, rights)
    there = Certificate.objects.filter(version=version, content_sha256=digest).first()
    return there or draw_certificate(version, copy=copy, rights=rights, digest=digest, now=now)


def draw_certificate(
    version: PermitVersion,
    *,
    copy: str,
    rights: list[dict[str, Any]],
    digest: bytes,
    now: datetime.datetime,
) -> Certificate:
    """Draw it, sign it, keep it."""
    certificate = Certificate(
        version=version,
        copy=copy,
        serial=version.certificates.filter(copy=copy).count() + 1,
        rights=rights,
        content_sha256=digest,
        made_at=now,
    )
    content = certificate_content(version, copy, rights)
    drawn = DRAW[CertificateCopy(copy)](content, foot_of(certificate))
    place = version.content["issuer"]["name_zh"]
    certificate.document = sign_pdf(drawn, reason=REASON, place=place, now=now)
    certificate.document_sha256 = hashlib.sha256(certificate.document).digest()
    certificate.save()
    return certificate


def foot_of(certificate: Certificate) -> Foot:
    """What ties the paper to the register."""
    permit_no = certificate.version.permit.permit_no
    address = f"{settings.PUBLIC_ADDRESS}/verify/{permit_no}?h={certificate.short_hash}"
    short = address.partition("://")[2].partition(permit_no)[0]
    return Foot(certificate.document_no, certificate.short_hash, address, short)
