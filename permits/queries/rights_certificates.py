"""Certificates of rights: what one says, what became of its right since, which are still owed."""

import dataclasses
import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import translation

from ledger import documents
from ledger.models import Account, Hold, Lot
from ledger.models.accounts import Restriction
from ledger.models.lots import LotSource, PaidState
from ledger.rules import DocumentRef
from parties.models import Bureau, Notice, Region
from permits.models import RightsCertificate, RightsRule
from permits.models.rights import CertificateState, IssuedWhen
from permits.rights_refusals import NobodyIssues
from permits.rights_rules import Right, RightsVerdict, VoidCause, is_rights_no, void_cause

from .dated import in_force

FORMAT = "yizheng-right-1"
TO_ANSWER = datetime.timedelta(days=10)  # within which the same request is not sent again


def right_content(lot: Lot) -> dict[str, Any]:
    """What a certificate of the lot says of holder and right, as the registers have them now."""
    holder, pollutant = lot.enterprise, lot.pollutant
    assert holder, "the reserve is certified to nobody"
    ref = DocumentRef(lot.document_type, lot.document_id)
    with translation.override("zh-hans"):  # what a certificate says is Chinese for every reader
        document = documents.links([ref], None)[ref].words
    return {
        "holder": {
            "name": holder.name,
            "name_en": holder.name_en,
            "uscc": holder.uscc,
            "address": holder.address,
        },
        "lot_no": lot.lot_no,
        "split_from": lot.parent.lot_no if lot.parent else "",
        "region": lot.region_id,
        "region_zh": lot.region.name_zh,
        "region_en": lot.region.name_en,
        "basin": lot.basin,
        "pollutant": lot.pollutant_id,
        "pollutant_zh": pollutant.name_zh,
        "pollutant_en": pollutant.name_en,
        "medium": pollutant.medium,
        "quantity_per_year": lot.quantity_per_year + leased_out(lot),
        "quantity_unit": pollutant.unit,
        "valid_from": lot.valid_from.isoformat(),
        "valid_to": lot.valid_to.isoformat(),
        "source": lot.source,
        "price": f"{lot.price.amount:.2f}" if lot.price else "",
        "document": document,
    }


def issuer_content(region: Region) -> dict[str, Any]:
    """The bureau of the city in which the right lies; P454 when there is none."""
    bureau = Bureau.objects.filter(region_id=region.city_code).first()
    if bureau is None:
        raise NobodyIssues(region=region)
    return {"region": bureau.region_id, "name_zh": bureau.name_zh, "name_en": bureau.name_en}


def leased_out(lot: Lot) -> int:
    """So much per year of the right is leased to others just now."""
    return lot.children.running_leases().aggregate(sum=Sum("quantity_per_year"))["sum"] or 0


def parts_of(lot: Lot) -> QuerySet[Lot]:
    """What was ever cut off the right for good."""
    return lot.children.exclude(source=LotSource.LEASE)


def parts_since(certificate: RightsCertificate) -> list[Lot]:
    """What was cut off the right for good since its certificate was issued, oldest first."""
    later = parts_of(certificate.lot).filter(pk__gt=certificate.last_part_id).order_by("pk")
    return list(later.select_related("enterprise", "pollutant"))


def cause_now(certificate: RightsCertificate) -> VoidCause | None:
    """Why the certificate holds no longer, as its lot stands now; None while it holds."""
    lot = certificate.lot
    if certificate.void_cause:
        return VoidCause(certificate.void_cause)
    parts = parts_since(certificate)
    right = Right(
        gives=lot.quantity_per_year,
        leased=leased_out(lot),
        has_ended=lot.ended_on is not None,
        is_merged=lot.merged_into_id is not None,
        went_to_others=any(part.enterprise_id != lot.enterprise_id for part in parts),
        was_split=bool(parts),
        valid_to=lot.valid_to,
    )
    return void_cause(certificate.quantity_per_year, right)


@dataclasses.dataclass(frozen=True)
class Successor:
    """A right into which the certified one went, with its own valid certificate, if any."""

    lot: Lot
    certificate: RightsCertificate | None


@dataclasses.dataclass(frozen=True)
class RightsStanding:
    """What a certificate of a right is worth on a day, and why."""

    verdict: RightsVerdict
    certificate: RightsCertificate | None = None
    cause: VoidCause | None = None
    successors: tuple[Successor, ...] = ()
    leases: tuple[Lot, ...] = ()
    holds: tuple[Hold, ...] = ()
    restricted: tuple[Account, ...] = ()
    holder_now: str = ""
    is_to_come: bool = False


def standing_of(certificate: RightsCertificate, *, day: datetime.date) -> RightsStanding:
    """What became of the certified right by the day; a fixed number of queries."""
    lot = certificate.lot
    cause = cause_now(certificate)
    if cause:
        return RightsStanding(
            RightsVerdict.VOID, certificate, cause, tuple(successors(certificate, cause))
        )
    if lot.valid_to < day:
        return RightsStanding(RightsVerdict.OVER, certificate)
    leases = lot.children.running_leases()
    accounts = Account.objects.filter(reference_type="lot", reference_id=lot.pk)
    holds = Hold.objects.of_lots().filter(account__reference_id=lot.pk)
    stands = RightsStanding(
        RightsVerdict.VALID,
        certificate,
        leases=tuple(leases.select_related("enterprise", "pollutant").order_by("pk")),
        holds=tuple(holds.select_related("purpose", "account__asset__period").order_by("pk")),
        restricted=tuple(
            accounts.exclude(restriction=Restriction.OPEN).select_related("asset__period")
        ),
        holder_now=renamed_to(certificate),
        is_to_come=lot.valid_from > day,
    )
    burdens = (stands.leases, stands.holds, stands.restricted, stands.holder_now)
    return dataclasses.replace(stands, verdict=RightsVerdict.BURDENED) if any(burdens) else stands


def renamed_to(certificate: RightsCertificate) -> str:
    """The holder's name now, if it is another than the paper's."""
    name = certificate.lot.enterprise.name if certificate.lot.enterprise else ""
    return "" if name == certificate.content["right"]["holder"]["name"] else name


def successors(certificate: RightsCertificate, cause: VoidCause) -> list[Successor]:
    """The rights that stand in place of a certified one: parts, the rest, the merged one."""
    lot = certificate.lot
    heirs = [lot.merged_into] if lot.merged_into else parts_since(certificate)
    if cause == VoidCause.RENEWED:
        heirs = []
    if lot.quantity_per_year:
        heirs = [lot, *heirs]
    others = RightsCertificate.objects.valid().exclude(pk=certificate.pk)  # noted as void later
    found = others.filter(lot__in=[heir.pk for heir in heirs])
    by_lot = {one.lot_id: one for one in found.defer("document", "content")}
    return [Successor(heir, by_lot.get(heir.pk)) for heir in heirs]


def whole_certificates() -> QuerySet[RightsCertificate]:
    """Certificates with all that their standing looks at, without the files."""
    return RightsCertificate.objects.defer("document").select_related(
        "lot__enterprise", "lot__pollutant", "lot__region", "lot__merged_into__enterprise",
        "lot__merged_into__pollutant",
    )  # fmt: skip


def verify_right(number: str, short_hash: str, *, day: datetime.date) -> RightsStanding:
    """The verdict on a certificate number and the hash printed beside it, as of the day."""
    asked = number.strip().upper()
    found = (
        whole_certificates().filter(certificate_no=asked).first() if is_rights_no(asked) else None
    )
    if found is None:
        return RightsStanding(RightsVerdict.UNKNOWN)
    if short_hash and found.short_hash != short_hash.strip().lower():
        return RightsStanding(RightsVerdict.MISMATCH, found)
    return standing_of(found, day=day)


def lots_to_certify(rows: QuerySet[Lot], day: datetime.date) -> QuerySet[Lot]:
    """Of these lots those that are owed a certificate: paid, running, held by somebody, and
    without a valid one."""
    valid = RightsCertificate.objects.valid().filter(lot=OuterRef("pk"))
    return rows.filter(
        ~Exists(valid),
        enterprise__isnull=False,
        paid_state=PaidState.PAID,
        pollutant__unit="MG",
        ended_on__isnull=True,
        merged_into__isnull=True,
        quantity_per_year__gt=0,
        valid_to__gte=day,
    ).order_by("pk")


def asked_for(lot: Lot, now: datetime.datetime) -> datetime.datetime | None:
    """When the holder last asked for its certificate, within the days the bureau has to answer."""
    told = Notice.objects.filter(
        link=reverse("lot_certify", args=[lot.pk]),
        bureau__region_id__in={lot.region_id, lot.region.city_code},
        created_at__gt=now - TO_ANSWER,
    )
    return told.values_list("created_at", flat=True).first()


def overtaken(rows: QuerySet[RightsCertificate]) -> QuerySet[RightsCertificate]:
    """Of these certificates those whose right gives less than they say; some are only leased."""
    changed = (
        Q(lot__ended_on__isnull=False)
        | Q(lot__merged_into__isnull=False)
        | Q(lot__quantity_per_year__lt=F("quantity_per_year"))
    )
    return rows.filter(changed, state=CertificateState.VALID).order_by("pk")


def is_automatic(region: Region, day: datetime.date) -> bool:
    """Whether certificates are issued by themselves in the region; not where no rule holds."""
    rule = in_force(RightsRule.objects.all(), region=region, day=day).first()
    return bool(rule and rule.issued_when == IssuedWhen.PAID)
