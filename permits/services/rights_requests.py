"""The holder of a right asks for its certificate; an officer issues it and the holder is told."""

import datetime
from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Lot
from parties.models import Bureau, Membership
from parties.services import Told, give_notices
from permits.models import RightsCertificate
from permits.queries.rights_certificates import asked_for, lots_to_certify
from permits.rights_refusals import NobodyIssues, RightAskedFor, RightHasCertificate

from .rights_certificates import check_right, issue_rights_certificate


@transaction.atomic
def ask_for_rights_certificate(*, by: Membership, lot: Lot, now: datetime.datetime) -> None:
    """Say to the bureaus of the holder's county and city that he wants the certificate.

    Refuses a right that is not to be certified (P450 to P453), one that has its certificate
    (P455), and asking again while the bureau has not had ten days to answer (P456).
    """
    rows = Lot.objects.select_for_update(of=("self",)).select_related(
        "enterprise__region", "pollutant", "region"
    )
    locked = rows.get(pk=lot.pk)
    today = timezone.localdate(now)
    check_right(locked, today)
    if not lots_to_certify(Lot.objects.filter(pk=lot.pk), today).exists():
        raise RightHasCertificate(lot=locked.lot_no)
    if before := asked_for(locked, now):
        raise RightAskedFor(day=timezone.localdate(before))
    assert locked.enterprise, "or it had been refused"
    region = locked.enterprise.region
    places = Bureau.objects.filter(region_id__in={region.code, region.city_code})
    link = reverse("lot_certify", args=[locked.pk])
    told = [Told(place, partial(_asked, locked), link) for place in places.order_by("pk")]
    if not told:
        raise NobodyIssues(region=region)
    give_notices(told=told, now=now)


def _asked(lot: Lot) -> str:
    return _("%(enterprise)s asks for the certificate of the right %(lot)s.") % {
        "enterprise": lot.enterprise,
        "lot": lot.lot_no,
    }


@transaction.atomic
def issue_on_request(*, by: Membership, lot: Lot, now: datetime.datetime) -> RightsCertificate:
    """Issue the certificate as an officer, and tell the holder."""
    made = issue_rights_certificate(by=by, lot=lot, now=now)
    assert made.lot.enterprise, "or it had been refused"
    link = reverse("rights_certificate", args=[made.pk])
    give_notices(told=[Told(made.lot.enterprise, partial(_issued, made), link)], now=now)
    return made


def _issued(made: RightsCertificate) -> str:
    return _("Certificate %(no)s of the right %(lot)s is issued.") % {
        "no": made.certificate_no,
        "lot": made.lot.lot_no,
    }
