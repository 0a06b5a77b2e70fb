"""What anyone may see without signing in: the register, a permit, the verification."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from parties.access import PUBLIC, allow, door
from permits.models import Permit
from permits.queries.content import latest_version
from permits.queries.files import FileFinding, verify_file
from permits.queries.timeline import permit_timeline
from permits.queries.verification import Verification, verify, version_in_force
from permits.rights_rules import is_rights_no
from permits.rights_words import right_facts, verdict_context
from permits.tables import certificate_facts, permit_facts, permit_tone
from permits.verify_forms import VerifyFileForm, VerifyForm
from shell.tables import Table, journal_page

from .forms import form_page, posted
from .permits import COLUMNS, searched, version_tables


@allow(PUBLIC)
def register(request: HttpRequest) -> HttpResponseBase:
    """Search all permits by name, number, region and state."""
    form, rows = searched(request, Permit.objects.public())
    table = Table(
        rows,
        COLUMNS,
        request=request,
        caption=_("Permits"),
        row_url=lambda row: reverse("register_permit", args=[row.pk]),
        empty=_("No permit matches. Try a part of the name, or the first characters of a number."),
        after="-id",
        is_long=True,
    )
    return journal_page(request, "permits/register.html", table, {"form": form})


@allow(PUBLIC)
def register_permit(request: HttpRequest, permit_id: int) -> HttpResponse:
    """A permit as the public sees it."""
    shown = door(
        Permit.objects.public().select_related("site__enterprise", "site__region"), pk=permit_id
    )
    version = version_in_force(shown, timezone.localdate())
    context = {
        "permit": shown,
        "facts": permit_facts(shown, version or latest_version(shown)),
        "tone": permit_tone(shown),
        "version": version or latest_version(shown),
        "events": permit_timeline(shown, is_public=True),
        **version_tables(request, shown, version or latest_version(shown)),
    }
    return render(request, "permits/register_permit.html", context)


@allow(PUBLIC)
def verify_start(request: HttpRequest) -> HttpResponse:
    """Enter the number and hash that stand on the paper."""
    form = VerifyForm(request.GET or None)
    if form.is_valid():
        data = form.cleaned_data
        number = data["permit_no"]
        address = reverse("verify_right" if is_rights_no(number) else "verify", args=[number])
        query = f"?{urlencode({'h': data['h'].strip()})}" if data["h"] else ""
        return redirect(f"{address}{query}")
    status = 422 if form.errors else 200
    context = {"form": form, "file_form": VerifyFileForm()}
    return render(request, "permits/verify_start.html", context, status=status)


def verified_facts(found: Verification) -> list[tuple[Any, Any]]:
    """What the paper must say, from the version the certificate shows."""
    if found.permit is None:
        return []
    foot = certificate_facts(found.certificate) if found.certificate else []
    return permit_facts(found.permit, found.version) + foot


@allow(PUBLIC)
def verify_permit(request: HttpRequest, permit_no: str) -> HttpResponse:
    """The verdict on a certificate: the QR code on the paper leads here."""
    short_hash = request.GET.get("h", "")[:64]
    found = verify(permit_no[:40], short_hash, day=timezone.localdate())
    context = {
        "found": found,
        "verdict": found.verdict.value,
        "facts": verified_facts(found),
        "asked": permit_no[:40],
        "asked_hash": short_hash,
        "checked_at": timezone.now(),
    }
    response = render(request, "permits/verify.html", context)
    response["Cache-Control"] = "no-store"
    return response


def permit_found(finding: FileFinding) -> dict[str, Any]:
    """What the page says of a permit's certificate, if the file is one."""
    found = finding.verification
    return {
        "found": found,
        "verdict": found.verdict.value if found else "",
        "facts": verified_facts(found) if found else [],
    }


def right_found(finding: FileFinding) -> dict[str, Any]:
    """What the page says of a right's certificate."""
    standing: Any = finding.right
    certificate = standing.certificate
    facts = right_facts(certificate, is_whole=True)
    return {**verdict_context(standing), "certificate": certificate, "facts": facts}


@allow(PUBLIC, methods=("GET", "POST"))
def verify_upload(request: HttpRequest) -> HttpResponse:
    """The verdict on a file: the very one on record, added to, altered, or not issued here."""
    form = VerifyFileForm(posted(request), request.FILES or None)
    if not form.is_valid():
        return form_page(request, "permits/verify_file.html", form, {})
    document = form.cleaned_data["file"].read()
    finding = verify_file(document, day=timezone.localdate())
    context = {
        "finding": finding,
        **(permit_found(finding) if finding.right is None else right_found(finding)),
        "sha256": hashlib.sha256(document).hexdigest(),
        "checked_at": timezone.now(),
        "form": VerifyFileForm(),
    }
    response = render(request, "permits/verify_file.html", context)
    response["Cache-Control"] = "no-store"
    return response
