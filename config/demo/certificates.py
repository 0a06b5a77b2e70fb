"""Certificates of rights: some issued on request, one void since its right was split."""

import datetime
from functools import partial

from ledger.models import Lot
from ledger.refusals import InsufficientBalance
from ledger.rules import DocumentRef
from ledger.services import split_lot
from parties.services import system_actor
from permits import services
from permits.models import RightsCertificate
from permits.queries.rights_certificates import lots_to_certify

from .stage import DAY, Stage, at

PLACES = (1, 2, 3, 4)  # of the table: those whose people most visitors sign in as
ASKED_AGO, SPLIT_AGO = 24, 11
PARTS = 4  # the split takes a fourth


def plan_certificates(stage: Stage) -> None:
    """Issued in these weeks; the clock issues the others once the city runs."""
    for days, act in ((ASKED_AGO, issue_asked), (SPLIT_AGO, split_one)):
        day = stage.workdays_from(stage.today - days * DAY, 0)
        stage.agenda.add(at(day, 14), partial(act, stage))


def lots_of(stage: Stage, place: int, day: datetime.date) -> list[Lot]:
    """What an enterprise may have certified."""
    if place not in stage.enterprises:
        return []
    return list(lots_to_certify(Lot.objects.filter(enterprise=stage.enterprises[place]), day))


def issue_asked(stage: Stage, now: datetime.datetime) -> None:
    """An officer issues what enterprises asked for."""
    for place in PLACES:
        for lot in lots_of(stage, place, now.date()):
            services.issue_rights_certificate(by=stage.people["officer"], lot=lot, now=now)


def split_one(stage: Stage, now: datetime.datetime) -> None:
    """A right is split for a sale to come: its certificate is void, its parts have new ones."""
    for certificate in RightsCertificate.objects.valid().order_by("pk"):
        if part := split(stage, certificate.lot, now):
            rows = RightsCertificate.objects.filter(lot=certificate.lot)
            services.void_overtaken(by=system_actor("clock"), rows=rows, now=now)
            for one in (certificate.lot, part):
                services.issue_rights_certificate(by=stage.people["officer"], lot=one, now=now)
            return


def split(stage: Stage, lot: Lot, now: datetime.datetime) -> Lot | None:
    """Its part; None of a right whose quota is used up or loaded already."""
    try:
        return split_lot(
            by=stage.people["desk"],
            lot=lot,
            quantity_per_year=lot.quantity_per_year // PARTS,
            effective_date=now.date(),
            document=DocumentRef("lot", lot.pk),
            key=f"demo-split:{lot.pk}",
            now=now,
        )
    except InsufficientBalance:
        return None
