"""Electronic certificates of rights: issued once for a right as it stands, void with its end."""

import dataclasses
import datetime
import hashlib
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from ledger.models import Lot
from ledger.models.lots import PaidState
from parties.models import Membership
from parties.services import content_hash, record, record_many
from permits.models import RightsCertificate
from permits.models.rights import CertificateState
from permits.queries.rights_certificates import (
    FORMAT,
    cause_now,
    is_automatic,
    issuer_content,
    lots_to_certify,
    overtaken,
    parts_of,
    right_content,
)
from permits.rights_paper import draw_right
from permits.rights_refusals import (
    RightGivesNothing,
    RightNotPaid,
    RightOfTheReserve,
    VolumeHasNoCertificate,
)
from permits.rights_rules import VoidCause
from permits.rules import canonical
from shell.paper_parts import Foot
from shell.refusals import Refusal
from shell.signing import sign_pdf

from .numbers import next_number

log = structlog.get_logger(__name__)
SERIES = "PZ"
SIGNED_FOR = "颁发排污权电子凭证"
MOST_AT_ONCE = 20  # each is signed: a batch is to answer within seconds
MOST_PER_RUN = 200


@transaction.atomic
def issue_rights_certificate(
    *, by: Membership, lot: Lot, now: datetime.datetime
) -> RightsCertificate:
    """The certificate of the right as it stands: the valid one, or a new one.

    One that says something else becomes void first. Refuses what is not paid (P450), over
    (P451), the reserve (P452) and volumes of water (P453); S201 when the font lacks a
    character, S203 when nothing can sign.
    """
    locked = (
        Lot.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise", "pollutant", "region", "parent")
        .get(pk=lot.pk)
    )
    check_right(locked, timezone.localdate(now))
    right = right_content(locked)
    standing = locked.rights_certificates.valid().defer("document").first()
    if standing and standing.content["right"] == right:
        return standing
    if standing:
        void(standing, by=by, cause=cause_now(standing) or VoidCause.RENEWED, now=now)
    return write_certificate(locked, right, by=by, now=now)


def check_right(lot: Lot, day: datetime.date) -> None:
    """Whether the right is one to be certified."""
    if lot.enterprise_id is None:
        raise RightOfTheReserve(lot=lot.lot_no)
    if lot.pollutant.unit == "L":
        raise VolumeHasNoCertificate(lot=lot.lot_no)
    if lot.has_ended or lot.valid_to < day or not lot.quantity_per_year:
        raise RightGivesNothing(lot=lot.lot_no)
    if lot.paid_state != PaidState.PAID:
        raise RightNotPaid(lot=lot.lot_no)


def write_certificate(
    lot: Lot, right: dict[str, Any], *, by: Membership, now: datetime.datetime
) -> RightsCertificate:
    """Number it, draw it, sign it, keep it."""
    parts = parts_of(lot)
    content: dict[str, Any] = {
        "format": FORMAT,
        "certificate_no": next_number(lot.region, series=SERIES, now=now),
        "issue_date": timezone.localdate(now).isoformat(),
        "issuer": issuer_content(lot.region),
        "right": right,
    }
    made = RightsCertificate(
        certificate_no=content["certificate_no"],
        lot=lot,
        quantity_per_year=right["quantity_per_year"],
        last_part_id=parts.aggregate(last=Max("pk"))["last"] or 0,
        content=content,
        content_sha256=content_hash(canonical(content)),
        issued_by=by,
        issued_at=now,
    )
    drawn = draw_right(content, foot_of(made))
    place = content["issuer"]["name_zh"]
    made.document = sign_pdf(drawn, reason=SIGNED_FOR, place=place, now=now)
    made.document_sha256 = hashlib.sha256(made.document).digest()
    return record(made, by=by, reason=said("certificate of a right issued"))


def foot_of(made: RightsCertificate) -> Foot:
    """What ties the paper to the register."""
    base = f"{settings.PUBLIC_ADDRESS}/verify/rights/"
    address = f"{base}{made.certificate_no}?h={made.short_hash}"
    return Foot(made.certificate_no, made.short_hash, address, base.partition("://")[2])


def void(
    certificate: RightsCertificate, *, by: Membership, cause: VoidCause, now: datetime.datetime
) -> None:
    """From now on it is worth nothing; the database keeps it so."""
    certificate.state, certificate.void_cause = CertificateState.VOID, cause
    certificate.voided_at = now
    record_many(
        rows=[certificate],
        by=by,
        reason=said("certificate of a right void"),
        fields=["state", "void_cause", "voided_at"],
    )


@transaction.atomic
def void_overtaken(
    *, by: Membership, rows: QuerySet[RightsCertificate], now: datetime.datetime
) -> int:
    """Void what was split, given away, merged or ended since; returns how many. Safe to repeat.

    The public verification does not wait for it: it looks at the right itself.
    """
    locked = overtaken(rows).select_for_update(of=("self",), skip_locked=True)
    count = 0
    for certificate in locked.select_related("lot").defer("document"):
        cause = cause_now(certificate)
        if cause:
            void(certificate, by=by, cause=cause, now=now)
            count += 1
    return count


@dataclasses.dataclass(frozen=True)
class Issued:
    """What became of a batch: how many were issued, which were not and why."""

    count: int = 0
    refused: tuple[tuple[str, Refusal], ...] = ()


def issue_many(
    *, by: Membership, lots: QuerySet[Lot], now: datetime.datetime, most: int = MOST_AT_ONCE
) -> Issued:
    """Certificates for the first of these lots that are owed one, each in its own transaction.

    One that cannot be drawn does not stop the others. Called again it goes on where it ended.
    """
    void_overtaken(by=by, rows=RightsCertificate.objects.filter(lot__in=lots), now=now)
    count, refused = 0, []
    for lot in lots_to_certify(lots, timezone.localdate(now)).iterator(chunk_size=100):
        if count >= most:
            break
        try:
            issue_rights_certificate(by=by, lot=lot, now=now)
            count += 1
        except Refusal as refusal:
            refused.append((lot.lot_no, refusal))
    return Issued(count, tuple(refused))


def certify_paid(*, by: Membership, lots: QuerySet[Lot], now: datetime.datetime) -> int:
    """Issue for lots just paid where the region's rule says so; a payment never fails by it."""
    day = timezone.localdate(now)
    count = 0
    for lot in lots_to_certify(lots, day).select_related("region"):
        count += is_automatic(lot.region, day) and try_issue(by, lot, now)
    return count


def issue_due(*, by: Membership, now: datetime.datetime, most: int = MOST_PER_RUN) -> int:
    """What the clock does: void what is overtaken, issue what is owed; returns how many issued."""
    void_overtaken(by=by, rows=RightsCertificate.objects.all(), now=now)
    day = timezone.localdate(now)
    automatic: dict[str, bool] = {}
    count = 0
    rows = lots_to_certify(Lot.objects.all(), day).select_related("region")
    for lot in rows.iterator(chunk_size=500):
        if count >= most:
            break
        if lot.region_id not in automatic:
            automatic[lot.region_id] = is_automatic(lot.region, day)
        count += automatic[lot.region_id] and try_issue(by, lot, now)
    return count


def try_issue(by: Membership, lot: Lot, now: datetime.datetime) -> bool:
    """Issue, or note in the log why not: officers see the lot among those without."""
    try:
        issue_rights_certificate(by=by, lot=lot, now=now)
    except Refusal as refusal:
        log.warning("rights_certificate_not_issued", lot=lot.lot_no, code=refusal.code)
        return False
    return True
