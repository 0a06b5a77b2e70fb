"""Certificates of rights: the list, one of them, those still owed, issue, public verification."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ledger import receipts
from ledger.models import Lot
from ledger.queries.lot_states import with_states
from ledger.views.lots import facts_of as lot_facts
from ledger.views.lots import lot_columns
from parties.access import PUBLIC, ActorRequest, allow, door
from parties.queries import timeline
from parties.rules import Act
from permits import services
from permits.models import RightsCertificate
from permits.queries.rights_certificates import (
    lots_to_certify,
    standing_of,
    verify_right,
    whole_certificates,
)
from permits.rights_words import CERTIFICATE_COLUMNS, right_facts, state_of, verdict_context
from permits.services.rights_certificates import MOST_AT_ONCE
from shell.tables import Table, journal_page, table_page


def reach(request: ActorRequest, rights_certificate_id: int) -> RightsCertificate:
    """The certificate, if this person may reach it."""
    reachable = whole_certificates() & RightsCertificate.objects.for_actor(request.actor)
    return door(reachable, pk=rights_certificate_id)


@allow(Act.SEE_LEDGER)
def rights_certificates(request: ActorRequest) -> HttpResponseBase:
    """The certificates this person may reach, the newest first."""
    may = request.actor.may(Act.CERTIFY_RIGHTS)
    owed = lots_to_certify(Lot.objects.for_actor(request.actor), timezone.localdate())
    columns = CERTIFICATE_COLUMNS
    if request.actor.enterprise_id:
        columns = [column for column in columns if column.name != "holder"]
    table = Table(
        RightsCertificate.objects.for_actor(request.actor)
        .defer("document")
        .select_related("lot__pollutant"),
        columns,
        request=request,
        caption=_("Certificates of rights"),
        row_url=lambda row: reverse("rights_certificate", args=[row.pk]),
        empty=_("No certificate was issued yet. One is issued for each right that is paid."),
        after="-id",
    )
    context = {"may_issue": may, "owed": owed.count()}
    return journal_page(request, "permits/rights_certificates.html", table, context)


@allow(Act.CERTIFY_RIGHTS, methods=("GET", "POST"))
def rights_certificates_due(request: ActorRequest) -> HttpResponse:
    """The paid rights without a certificate; a POST issues for the first of them."""
    own = Lot.objects.for_actor(request.actor)
    refused: Any = ()
    if request.method == "POST":
        issued = services.issue_many(by=request.actor, lots=own, now=timezone.now())
        refused = issued.refused
        done = ngettext(
            "%(count)s certificate issued.", "%(count)s certificates issued.", issued.count
        )
        messages.success(request, done % {"count": issued.count})
        if not refused:
            return redirect("rights_certificates_due")
    table = Table(
        with_states(lots_to_certify(own, timezone.localdate())).select_related(
            "enterprise", "region", "pollutant"
        ),
        lot_columns(),
        request=request,
        caption=_("Rights without a certificate"),
        row_url=lambda lot: reverse("lot", args=[lot.pk]),
        empty=_("Every paid right has its certificate."),
    )
    context = {"refused": refused, "most": MOST_AT_ONCE}
    return table_page(request, "permits/rights_certificates_due.html", table, context)


@allow(Act.CERTIFY_RIGHTS, methods=("GET", "POST"))
def lot_certify(request: ActorRequest, lot_id: int) -> HttpResponse:
    """Issue the certificate of one right, once what it is to say was read."""
    shown = door(
        Lot.objects.for_actor(request.actor).select_related("enterprise", "region", "pollutant"),
        pk=lot_id,
    )
    if request.method == "GET":
        context = {"lot": shown, "facts": lot_facts(request, shown)}
        return render(request, "permits/lot_certify.html", context)
    made = services.issue_on_request(by=request.actor, lot=shown, now=timezone.now())
    messages.success(request, _("Certificate %(no)s is issued.") % {"no": made.certificate_no})
    return redirect("rights_certificate", made.pk)


@allow(Act.APPLY_PERMIT, methods=("GET", "POST"))
def lot_ask_certificate(request: ActorRequest, lot_id: int) -> HttpResponse:
    """The holder asks the bureau for the certificate of one right."""
    shown = door(
        Lot.objects.for_actor(request.actor).select_related("enterprise", "region", "pollutant"),
        pk=lot_id,
    )
    if request.method == "GET":
        context = {"lot": shown, "facts": lot_facts(request, shown)}
        return render(request, "permits/lot_ask_certificate.html", context)
    services.ask_for_rights_certificate(by=request.actor, lot=shown, now=timezone.now())
    messages.success(request, _("The bureau was told; you get a message once it is issued."))
    return redirect("lot", shown.pk)


@allow(Act.SEE_LEDGER)
def rights_certificate(request: ActorRequest, rights_certificate_id: int) -> HttpResponse:
    """One certificate: what it says, what it is worth today, what happened to it."""
    shown = reach(request, rights_certificate_id)
    context = {
        "certificate": shown,
        "mark": state_of(shown),
        "facts": right_facts(shown, is_whole=True),
        "events": timeline(shown),
        "proof": receipts.facts_of(
            *receipts.last_record(shown), reverse("rights_certificate_receipt", args=[shown.pk])
        ),
        **verdict_context(standing_of(shown, day=timezone.localdate())),
    }
    return render(request, "permits/rights_certificate.html", context)


@allow(Act.SEE_LEDGER)
def rights_certificate_file(request: ActorRequest, rights_certificate_id: int) -> HttpResponse:
    """The signed PDF as it was issued, void or not: the bytes on record."""
    shown = reach(request, rights_certificate_id)
    response = HttpResponse(bytes(shown.document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{shown.certificate_no}.pdf"'
    response["Cache-Control"] = "private, no-cache"
    return response


@allow(Act.SEE_LEDGER)
def rights_certificate_receipt(request: ActorRequest, rights_certificate_id: int) -> HttpResponse:
    """The receipt of what the certificate's record says now."""
    return receipts.as_file(*receipts.last_record(reach(request, rights_certificate_id)))


@allow(PUBLIC)
def verify_rights_no(request: Any, rights_no: str) -> HttpResponse:
    """The verdict on a certificate of a right: the QR code on the paper leads here."""
    short_hash = request.GET.get("h", "")[:64]
    standing = verify_right(rights_no[:40], short_hash, day=timezone.localdate())
    certificate = standing.certificate
    has_paper = bool(short_hash) and standing.verdict != "MISMATCH"
    context = {
        **verdict_context(standing),
        "facts": right_facts(certificate, is_whole=has_paper) if certificate else [],
        "certificate": certificate,
        "asked": rights_no[:40],
        "asked_hash": short_hash,
        "checked_at": timezone.now(),
    }
    response = render(request, "permits/verify_right.html", context)
    response["Cache-Control"] = "no-store"
    return response
