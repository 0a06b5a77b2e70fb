"""The auditors' page: what the last checks of the whole ledger found, and running one now."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from kombu.exceptions import OperationalError

from ledger import tasks
from ledger.fault_words import spoken, spoken_row
from ledger.models import Verification
from ledger.queries.lateness import late
from ledger.rows import row_address
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.tables import Column, Status, Table

from .lateness import late_lines

# What each check of `ledger.queries.verification` proves.
CHECK_WORDS = {
    "V01": gettext_lazy("The movements of each account are numbered without a gap and add up."),
    "V02": gettext_lazy("Each account stands where its last movement left it."),
    "V03": gettext_lazy("Over all accounts of an asset the balances sum to zero."),
    "V04": gettext_lazy("Each operation has all of its transfers, each transfer its operation."),
    "V05": gettext_lazy("Each transfer moves a positive amount within one asset."),
    "V06": gettext_lazy("No account lies below its floor, and each has the floor it should have."),
    "V07": gettext_lazy("Each transfer is one that its kind of operation allows."),
    "V08": gettext_lazy("What is held is frozen, and nothing else is."),
    "V09": gettext_lazy("Each operation is the one that was asked for under its key."),
    "V10": gettext_lazy("What needs a second person was approved."),
    "V11": gettext_lazy("The accounts of a lot are those of its holder and pollutant."),
    "V12": gettext_lazy("Every rule in the database stands as the programme installed it."),
    "V13": gettext_lazy("Every record is what its last change in history says."),
    "V14": gettext_lazy("No series of numbers was set back."),
    "V15": gettext_lazy("No month of the journal is missing, detached or mixed with another."),
    "V16": gettext_lazy("Each account has the restriction that two persons gave it last."),
    "V17": gettext_lazy("Each discharge event is debited, waits, or was dismissed by an officer."),
    "V31": gettext_lazy("Every row that counts is in the proof log, exactly as it was logged."),
    "V32": gettext_lazy("The proof log's tree and checkpoints are those of its entries."),
    "V33": gettext_lazy("Every checkpoint is signed by a key of the log, each key by the last."),
    "V34": gettext_lazy("The proof log continues the checkpoint kept outside the database."),
}
PATIENCE = datetime.timedelta(minutes=30)


def verdict(run: Verification) -> Status:
    """No fault, or how many."""
    if not run.fault_count:
        return Status("normal", _("no fault"))
    count = run.fault_count
    words = ngettext("%(count)s fault", "%(count)s faults", count) % {"count": count}
    return Status("closed", words)


@allow(Act.AUDIT)
def audit(request: ActorRequest) -> HttpResponse:
    """The latest check with its faults, the earlier ones, and the button to run one."""
    return render(request, "ledger/audit.html", context_of(request))


@allow(Act.AUDIT)
def audit_result(request: ActorRequest) -> HttpResponse:
    """The part of the page that waits for a check asked for."""
    return render(request, "ledger/_audit_result.html", context_of(request))


@allow(Act.AUDIT, methods=("POST",))
def run_audit(request: ActorRequest) -> HttpResponse:
    """Have the whole ledger checked now, in the background."""
    asked_at = timezone.now()
    try:
        tasks.verify_nightly.delay()
    except OperationalError:
        messages.error(request, _("The queue does not answer. Ask the system administrator."))
        return redirect("audit")
    return redirect(f"{reverse('audit')}?since={asked_at.isoformat().replace('+', '%2B')}")


def context_of(request: ActorRequest) -> dict[str, Any]:
    """The latest check, whether one is awaited, and the earlier ones."""
    latest = Verification.objects.first()
    since, now = asked_since(request), timezone.now()
    is_awaited = since is not None and (latest is None or latest.ran_at < since)
    return {
        "latest": latest,
        "mark": verdict(latest) if latest else None,
        "late": late_lines(late(now=now), now),
        "is_awaited": is_awaited,
        "since": request.GET.get("since", ""),
        "faults": fault_table(request, latest),
        "runs": run_table(request),
        "checks": CHECK_WORDS.items(),
    }


def asked_since(request: ActorRequest) -> datetime.datetime | None:
    """When a check was asked for that may still run; nothing from outside is believed."""
    try:
        since = parse_datetime(request.GET.get("since", ""))
    except ValueError:
        return None
    if since is None or timezone.is_naive(since):
        return None
    return since if timezone.now() - PATIENCE < since <= timezone.now() else None


def fault_table(request: ActorRequest, run: Verification | None) -> Table:
    """The first faults of a run."""
    return Table(
        run.faults if run else [],
        [
            Column("check", _("Check"), kind="code"),
            Column("row", _("Row"), value=lambda fault: row_link(fault["row"], request)),
            Column("text", _("Fault"), value=lambda fault: spoken(fault["text"])),
        ],
        request=request,
        caption=_("Faults"),
        empty=_("This check found no fault."),
        name="faults",
    )


def row_link(row: str, request: ActorRequest) -> Any:
    """The row's name, as a link to the page that shows it."""
    url = row_address(row, request.actor)
    name = spoken_row(row)
    return format_html('<a href="{}">{}</a>', url, name) if url else name


def run_table(request: ActorRequest) -> Table:
    """All checks that ran."""
    return Table(
        Verification.objects.all(),
        [
            Column("ran_at", _("Ran at"), kind="second"),
            Column("checks", _("Checks"), kind="count"),
            Column("fault_count", _("Faults"), kind="count"),
            Column("verdict", _("Result"), kind="status", value=verdict),
        ],
        request=request,
        caption=_("Checks that ran"),
        empty=_("No check has run yet. It runs every night, or now by the button above."),
        name="runs",
        page_size=20,
    )
