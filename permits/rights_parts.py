"""What certificates of rights add to other pages: the lot's, and the one certificate."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ledger.lot_papers import Paper
from ledger.models import Lot
from parties.models import Membership
from parties.rules import Act
from permits.models import Permit, RightsCertificate
from permits.parts import MOST_ROWS, Part
from permits.queries.rights_certificates import (
    RightsStanding,
    asked_for,
    lots_to_certify,
    standing_of,
    whole_certificates,
)
from permits.queries.timeline import Event, event
from permits.rights_rules import RightsVerdict
from permits.rights_words import CERTIFICATE_COLUMNS, holder_of, quantity_of, verdict_context
from shell.figures import day


def papers_of_lot(lot: Lot, actor: Membership) -> Iterator[Paper]:
    """The lot's newest certificate and what it is worth, and the way to a new one."""
    if lot.pollutant.unit == "L" or lot.enterprise_id is None:
        return
    newest = whole_certificates().filter(lot=lot).first()
    is_owed = lots_to_certify(Lot.objects.filter(pk=lot.pk), timezone.localdate()).exists()
    standing = standing_of(newest, day=timezone.localdate()) if newest else None
    if newest and standing and actor.may(Act.SEE_LEDGER):
        url = reverse("rights_certificate", args=[newest.pk])
        words = _("Certificate of the right %(no)s") % {"no": newest.certificate_no}
        yield Paper(words, url, note=worth(standing))
    elif not newest:
        yield Paper(
            _("Certificates of rights"), reverse("rights_certificates"), note=none_yet(is_owed)
        )
    if is_owed and actor.enterprise_id and actor.may(Act.APPLY_PERMIT):
        yield way_to_ask(lot)
    if actor.may(Act.CERTIFY_RIGHTS) and (is_owed or (standing and asks_anew(standing))):
        url = reverse("lot_certify", args=[lot.pk])
        yield Paper(_("Issue the certificate"), url, is_act=True)


def way_to_ask(lot: Lot) -> Paper:
    """Where the holder asks the bureau for the certificate, or since when he has."""
    before = asked_for(lot, timezone.now())
    note = _("asked for on %(day)s") % {"day": day(before)} if before else ""
    url = reverse("lot_ask_certificate", args=[lot.pk])
    return Paper(_("Ask for the certificate"), url, note=note, is_act=True)


def asks_anew(standing: RightsStanding) -> bool:
    """Whether a new certificate of a right that stands would say something else."""
    lot = standing.certificate.lot if standing.certificate else None
    is_overtaken = standing.verdict == RightsVerdict.VOID and lot and lot.quantity_per_year > 0
    return bool(standing.holder_now or is_overtaken)


def none_yet(is_owed: bool) -> str:  # noqa: FBT001 -- the one thing it tells apart
    """Why there is none."""
    if is_owed:
        return _("not issued yet; the bureau issues it on request or within minutes of the payment")
    return _("none: it is issued once the right is paid in full")


def worth(standing: RightsStanding) -> str:
    """The verdict with what it rests on, in a line."""
    shown = verdict_context(standing)
    reasons = [str(shown["cause"])] if shown["cause"] else shown["notes"]
    return " · ".join([verdict_word(shown["verdict"]), *reasons])


def verdict_word(verdict: str) -> str:
    """The verdict in a word or two."""
    return {
        "VALID": pgettext("verdict", "Valid"),
        "BURDENED": _("Valid, with burdens"),
        "OVER": _("Term over"),
        "VOID": _("Void"),
    }[verdict]


def certificates_of_permit(permit: Permit) -> Iterator[Part]:
    """The certificates of the enterprise's rights, void ones included, newest first."""
    rows = list(
        whole_certificates()
        .filter(lot__enterprise=permit.site.enterprise)
        .select_related("issued_by__user", "lot__pollutant", "lot__enterprise")[:MOST_ROWS]
    )
    yield Part(
        "rights_certificates",
        _("Certificates of rights"),
        Act.SEE_LEDGER,
        [column for column in CERTIFICATE_COLUMNS if column.name != "holder"],
        rows,
        _("No certificate of a right was issued yet."),
        row_url=lambda row: reverse("rights_certificate", args=[row.pk]),
        events=[issue_event(row) for row in rows],
    )


def issue_event(row: RightsCertificate) -> Event:
    """The issue as a line of the timeline."""
    what = _("Certificate of a right issued: %(no)s") % {"no": row.certificate_no}
    return event(row.issued_by, row.issued_at, what, why=f"{holder_of(row)} · {quantity_of(row)}")
