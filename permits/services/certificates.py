"""The main copy on file: made once for a version and the rights held, the same bytes for ever."""

import datetime
import hashlib

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from permits.models import Certificate, Permit
from permits.paper import draw_certificate
from permits.queries.content import rights_content
from permits.queries.verification import certificate_content, certificate_hash, version_in_force
from permits.refusals import NoCertificate
from shell.paper_parts import Foot


@transaction.atomic
def make_certificate(*, permit: Permit, now: datetime.datetime) -> Certificate:
    """The certificate of the version in force with the rights held now.

    The same version and rights give the document on file; P134 when none is in force.
    """
    locked = Permit.objects.select_for_update(of=("self",)).get(pk=permit.pk)
    version = version_in_force(locked, timezone.localdate(now))
    if version is None:
        raise NoCertificate(state=locked.get_state_display())
    rights = rights_content(locked)
    digest = certificate_hash(version, rights)
    there = Certificate.objects.filter(version=version, content_sha256=digest).first()
    if there:
        return there
    certificate = Certificate(
        version=version,
        serial=version.certificates.count() + 1,
        rights=rights,
        content_sha256=digest,
        made_at=now,
    )
    address = f"{settings.PUBLIC_ADDRESS}/verify/{locked.permit_no}?h={certificate.short_hash}"
    short = address.partition("://")[2].partition(locked.permit_no)[0]
    foot = Foot(certificate.document_no, certificate.short_hash, address, short)
    certificate.document = draw_certificate(certificate_content(version, rights), foot)
    certificate.document_sha256 = hashlib.sha256(certificate.document).digest()
    certificate.save()
    return certificate
