"""What the enterprise's agent does: draft, save, submit, withdraw."""

import dataclasses
import datetime
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_noop as said

from parties.models import Membership
from parties.services import record
from parties.services.records import strike
from permits.models import Application, Outlet, Permit, RequestedLimit, Site
from permits.models.permits import PermitState
from permits.queries.content import granted_lines, latest_version, line_of, requested_lines
from permits.refusals import (
    ApplicationIsOpen,
    ChangeTouchesLimits,
    CommitmentMissing,
    KeyReused,
    NoValidPermit,
    OutletOfOtherSite,
    SiteHasPermit,
)
from permits.rules import Kind, State, Step, check_limits, check_place, same_limits
from shell.refusals import refused_by

from .numbers import next_number
from .parts import copy_parts
from .steps import check_revision, close_step, open_draft, open_step


@dataclasses.dataclass(frozen=True)
class RequestedLine:
    """One line of the form: concentration in mg/L or mg/m³, quantity in the ledger's unit."""

    outlet_id: int
    pollutant: str
    concentration: Decimal | None
    quantity_per_year: int | None


@transaction.atomic
def start_application(
    *, by: Membership, site: Site, kind: str, management_class: str, key: str
) -> Application:
    """Open a draft; the same key gives the same draft. Later kinds begin with what the permit
    says now. Refuses when the kind does not fit the site's permit (P112, P113) or another
    application is open (P117)."""
    there = Application.objects.filter(key=key).first()
    if there:
        if (there.site_id, there.kind) != (site.pk, kind):
            raise KeyReused
        return there
    permit = Permit.objects.filter(site=site).first()
    check_kind(kind, permit)
    draft = Application(
        site=site, kind=kind, management_class=management_class, key=key, applicant=by
    )
    with refused_by(one_open_application_per_site=ApplicationIsOpen):
        record(draft, by=by, reason=said("application begun"))
    copy_limits(by=by, permit=permit, draft=draft)
    return draft


def check_kind(kind: str, permit: Permit | None) -> None:
    """P112: a first application is for a site without a valid permit; P113: the others need
    one (a renewal or re-application also follows an expired one)."""
    is_valid = permit is not None and permit.state == PermitState.VALID
    if kind == Kind.APPLY and permit is not None and is_valid:
        raise SiteHasPermit(permit_no=permit.permit_no)
    if kind != Kind.APPLY and not is_valid:
        raise NoValidPermit


def copy_limits(*, by: Membership, permit: Permit | None, draft: Application) -> None:
    """Begin with what the latest version permits."""
    version = latest_version(permit)
    if version is None:
        return
    for limit in version.limits.all():
        row = RequestedLimit(
            application=draft,
            outlet_id=limit.outlet_id,
            pollutant_id=limit.pollutant_id,
            concentration=limit.concentration,
            quantity_per_year=limit.quantity_per_year,
        )
        record(row, by=by, reason=said("taken from the permit"))
    if draft.kind not in (Kind.CANCEL,):
        copy_parts(by=by, version=version, draft=draft)


@transaction.atomic
def save_draft(
    *,
    by: Membership,
    application: Application,
    revision: int,
    management_class: str,
    statement: str,
    is_committed: bool,
    lines: Sequence[RequestedLine],
) -> Application:
    """Keep the draft as entered; incomplete lines may stay, impossible ones are refused.

    P103 when someone saved it after this person opened it; P101 outside draft and correction.
    """
    locked = open_draft(application=application, revision=revision)
    write_lines(by=by, application=locked, lines=lines)
    locked.management_class = management_class
    locked.statement, locked.is_committed = statement, is_committed
    locked.revision += 1
    return record(locked, by=by, reason=said("draft saved"))


def write_lines(
    *, by: Membership, application: Application, lines: Sequence[RequestedLine]
) -> None:
    """Make the requested limits exactly these, with history for every row that changes."""
    outlets = Outlet.objects.in_bulk([line.outlet_id for line in lines])
    if any(outlet.site_id != application.site_id for outlet in outlets.values()) or any(
        line.outlet_id not in outlets for line in lines
    ):
        raise OutletOfOtherSite
    there = {(row.outlet_id, row.pollutant_id): row for row in application.requested_limits.all()}
    for line in lines:
        row = there.pop((line.outlet_id, line.pollutant), None) or RequestedLimit(
            application=application,
            outlet=outlets[line.outlet_id],
            pollutant_id=line.pollutant,
        )
        wanted = (line.concentration, line.quantity_per_year)
        if row.pk and (row.concentration, row.quantity_per_year) == wanted:
            continue
        row.concentration, row.quantity_per_year = wanted
        check_place(line_of(row))
        record(row, by=by, reason=said("draft saved"))
    for row in there.values():
        strike(row, by=by, reason=said("draft saved"))


@transaction.atomic
def submit_application(
    *,
    by: Membership,
    application: Application,
    revision: int,
    key: str,
    now: datetime.datetime,
) -> Application:
    """Hand the application in, first or after correction; it gets its number and the bureau's
    intake clock starts. Sent twice with one key, it is handed in once."""
    step = Step.RESUBMIT if application.state == State.CORRECTION else Step.SUBMIT
    locked, is_repeat = open_step(application=application, step=step, key=key)
    if is_repeat:
        return locked
    check_revision(locked, revision)
    check_submission(locked)
    if not locked.application_no:
        locked.application_no = next_number(locked.site.region, series="SQ", now=now)
    locked.submitted_at = now
    close_step(locked, step=step, by=by, key=key, now=now)
    return locked


def check_submission(application: Application) -> None:
    """What must hold before an application may be handed in."""
    permit = Permit.objects.filter(site_id=application.site_id).first()
    check_kind(application.kind, permit)
    if not application.is_committed:
        raise CommitmentMissing
    lines = requested_lines(application)
    if application.kind != Kind.CANCEL:
        check_limits(lines)
    if application.kind in (Kind.CHANGE, Kind.REISSUE, Kind.CANCEL) and not same_limits(
        granted_lines(latest_version(permit)), lines
    ):
        raise ChangeTouchesLimits


@transaction.atomic
def withdraw_application(
    *, by: Membership, application: Application, reason: str, key: str, now: datetime.datetime
) -> Application:
    """Take the application back before it is decided."""
    locked, is_repeat = open_step(application=application, step=Step.WITHDRAW, key=key)
    if not is_repeat:
        close_step(locked, step=Step.WITHDRAW, by=by, key=key, now=now, opinion=reason)
    return locked
