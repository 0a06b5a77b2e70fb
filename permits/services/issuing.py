"""Issue: the second person's act that makes the version, its limits and the rights."""

import dataclasses
import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from ledger.models import Lot
from ledger.models.lots import LotSource
from ledger.services import DocumentRef, open_lot
from parties.models import Approval, Membership
from parties.queries import phrase
from parties.services import (
    change_enterprise,
    content_hash,
    decide_approval,
    record,
    use_approval,
)
from parties.services.enterprises import entry_of
from permits.models import (
    Application,
    BasicChange,
    Decision,
    Limit,
    LimitYear,
    Permit,
    PermitVersion,
)
from permits.models.applications import KIND_NAMES
from permits.models.permits import PermitState
from permits.queries.clocks import legal_clock
from permits.queries.content import granted_lines, latest_version, requested_lines
from permits.rights import Amounts, by_pollutant, grants
from permits.rules import Kind, Step, Term, canonical, term_for

from .admission import note_obligations
from .decisions import ISSUE_ACT, SUBJECT, proposed_content, standing_decision
from .endings import end_permit
from .steps import close_step, open_step

DAY = datetime.timedelta(days=1)


@transaction.atomic
def issue_permit(
    *,
    by: Membership,
    application: Application,
    key: str,
    now: datetime.datetime,
    opinion: str = "",
) -> Permit:
    """Issue what was decided, as another person than who decided it, all or nothing:
    approval used, version and limits made, rights opened in the ledger, application closed.

    Refuses when the registers no longer give the approved content (A202) or the same person
    acts twice (A201). Sent twice with one key, it issues once.
    """
    locked, is_repeat = open_step(application=application, step=Step.ISSUE, key=key)
    if is_repeat:
        return Permit.objects.get(site_id=locked.site_id)
    decision = standing_decision(locked)
    content = proposed_content(locked, mark=decision.mark)
    approval = take_approval(by=by, decision=decision, content=content, opinion=opinion, now=now)
    if locked.kind == Kind.CANCEL:
        permit = Permit.objects.select_for_update().get(site_id=locked.site_id)
        end_permit(
            by=by,
            permit=permit,
            ends_as=PermitState.CANCELLED,
            reason=locked.statement or decision.opinion,
            legal_basis=decision.legal_basis,
            approval=approval,
            key=f"application:{locked.pk}",
            now=now,
        )
    else:
        carry_basics(by=by, application=locked, decision=decision)
        permit = make_version(
            by=by, application=locked, approval=approval, content=content, now=now
        )
    close_step(
        locked,
        step=Step.ISSUE,
        by=by,
        key=key,
        now=now,
        opinion=opinion,
        legal_basis=decision.legal_basis,
    )
    return permit


def carry_basics(*, by: Membership, application: Application, decision: Decision) -> None:
    """The register says of the unit what the change was granted for; the old name stays findable
    in its history."""
    change = BasicChange.objects.filter(application=application).first()
    if change is None:
        return
    unit = application.site.enterprise
    entry = dataclasses.replace(
        entry_of(unit),
        name=change.name,
        name_en=change.name_en,
        address=change.address,
        legal_representative=change.legal_representative,
    )
    change_enterprise(by=by, enterprise=unit, entry=entry, reason=decision.legal_basis)


def take_approval(
    *,
    by: Membership,
    decision: Decision,
    content: dict[str, Any],
    opinion: str,
    now: datetime.datetime,
) -> Approval:
    """Give the approval as second person and use it for exactly this content."""
    assert decision.approval, "a decision to grant always asks for an approval"
    decide_approval(by=by, approval=decision.approval, granted=True, reason=opinion, now=now)
    return use_approval(
        by=by,
        approval_id=decision.approval_id,
        act=ISSUE_ACT,
        subject_type=SUBJECT,
        subject_id=decision.application_id,
        content=canonical(content),
    )


def make_version(
    *,
    by: Membership,
    application: Application,
    approval: Approval,
    content: dict[str, Any],
    now: datetime.datetime,
) -> Permit:
    """The new version with its limits and the rights it opens; the old one stays on file."""
    permit = Permit.objects.select_for_update().filter(site_id=application.site_id).first()
    old = latest_version(permit) if permit and permit.state == PermitState.VALID else None
    term = new_term(application, old, now)
    permit = write_permit(by=by, permit=permit, application=application, content=content, term=term)
    version = write_version(
        by=by,
        permit=permit,
        application=application,
        approval=approval,
        content=content,
        term=term,
        now=now,
    )
    open_rights(by=by, version=version, old=old, now=now)
    return permit


def new_term(application: Application, old: PermitVersion | None, now: datetime.datetime) -> Term:
    """The term by the kind of application and the legal length in force on the day of issue."""
    today = timezone.localdate(now)
    rule = legal_clock("PERMIT_TERM", region=application.site.region, day=today)
    old_term = Term(old.valid_from, old.valid_to) if old else None
    return term_for(application.kind, today=today, years=rule.amount, old=old_term)


def write_permit(
    *,
    by: Membership,
    permit: Permit | None,
    application: Application,
    content: dict[str, Any],
    term: Term,
) -> Permit:
    """The site's permit, new or again valid, with what the register is searched by."""
    if permit is None:
        permit = Permit(site=application.site, valid_from=term.start)
    if permit.state != PermitState.VALID:
        permit.valid_from = term.start
    permit.permit_no = content["permit_no"]
    permit.state = PermitState.VALID
    permit.holder_name = content["unit"]["name"]
    permit.valid_to = term.end
    return record(permit, by=by, reason=phrase(KIND_NAMES[Kind(application.kind)]))


def write_version(
    *,
    by: Membership,
    permit: Permit,
    application: Application,
    approval: Approval,
    content: dict[str, Any],
    term: Term,
    now: datetime.datetime,
) -> PermitVersion:
    """The version with its snapshot and limits; the one before stops the day this begins."""
    today = timezone.localdate(now)
    starts = max(term.start, today) if application.kind == Kind.RENEW else today
    for before in permit.versions.filter(in_force_until__isnull=True):
        before.in_force_until = starts
        record(before, by=by, reason=gettext_noop("followed by a new version"))
    said = content | {
        "valid_from": term.start.isoformat(),
        "valid_to": term.end.isoformat(),
        "issue_date": today.isoformat(),
    }
    version = PermitVersion(
        permit=permit,
        number=content["version"],
        business_type=application.kind,
        management_class=application.management_class,
        valid_from=term.start,
        valid_to=term.end,
        in_force_from=starts,
        content=said,
        content_sha256=content_hash(canonical(said)),
        application=application,
        approval=approval,
        issued_by=by,
        issued_at=now,
    )
    record(version, by=by, reason=phrase(KIND_NAMES[Kind(application.kind)]))
    write_limits(version, application)
    return version


def write_limits(version: PermitVersion, application: Application) -> None:
    """The limits as asked for, with the quantities of single years."""
    rows = list(application.requested_limits.select_related("outlet").prefetch_related("years"))
    limits = Limit.objects.bulk_create(
        Limit(
            version=version,
            outlet=row.outlet,
            outlet_kind=row.outlet.kind,
            pollutant_id=row.pollutant_id,
            concentration=row.concentration,
            quantity_per_year=row.quantity_per_year,
        )
        for row in rows
    )
    LimitYear.objects.bulk_create(
        LimitYear(limit=limit, year_no=year.year_no, quantity=year.quantity)
        for row, limit in zip(rows, limits, strict=True)
        for year in row.years.all()
    )


def open_rights(
    *, by: Membership, version: PermitVersion, old: PermitVersion | None, now: datetime.datetime
) -> list[Lot]:
    """Open one initial lot per pollutant and stretch of the term, each with its own key."""
    site = version.permit.site
    lines = requested_lines(version.application)
    opened = grants(
        version.business_type,
        new=Amounts(lines, Term(version.valid_from, version.valid_to)),
        old=Amounts(granted_lines(old), Term(old.valid_from, old.valid_to) if old else None),
    )
    # What a new project adds is bought, not granted: trading delivers it.
    opened = by_pollutant(opened, less=note_obligations(version=version, now=now))
    media = {line.pollutant: line.pollutant_medium for line in lines}
    return [
        open_lot(
            by=by,
            region=site.region,
            enterprise=site.enterprise,
            pollutant=grant.pollutant,
            quantity_per_year=grant.quantity_per_year,
            valid_from=grant.term.start,
            valid_to=grant.term.end,
            source=LotSource.INITIAL,
            document=DocumentRef("permit_version", version.pk),
            key=f"permit-version:{version.pk}:{grant.pollutant}:{grant.term.start}",
            now=now,
            basin=site.basin if media[grant.pollutant] == "WATER" else site.air_shed,
            reason=version.permit.permit_no,
            approval_id=version.approval_id,
        )
        for grant in opened
    ]
