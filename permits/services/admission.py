"""Writes of admission: zone and replacements in the draft, the check on file, verified totals,
and the obligation to buy that the issue leaves."""

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from parties.models import Membership
from permits.models import Application, PermitVersion
from permits.models.admission import (
    AdmissionCheck,
    PurchaseObligation,
    Replacement,
    VerificationMethod,
    VerifiedQuantity,
)
from permits.queries.admission import (
    admission_of,
    asked_hash,
    project_of,
    standing_check,
)
from permits.queries.content import requested_lines
from permits.queries.dated import in_force
from permits.rules import REVIEW_STATES, Step, next_state, totals
from permits.work_refusals import (
    AboveVerified,
    AdmissionFailed,
    AdmissionMissing,
    KeyReusedElsewhere,
    MethodSkipped,
    NothingBuilt,
)

from .parts import close_section, write_rows
from .steps import open_draft


@dataclasses.dataclass(frozen=True)
class ReplacementLine:
    """A quantity that stops elsewhere: own (以新带老) or of a named source."""

    source: str
    name: str
    pollutant: str
    quantity_per_year: int
    document: str


@transaction.atomic
def save_replacements(
    *,
    by: Membership,
    application: Application,
    revision: int,
    lines: Sequence[ReplacementLine],
) -> Application:
    """Keep what stops elsewhere for this project."""
    locked = open_draft(application=application, revision=revision)
    write_rows(
        locked.replacements.all(),
        {
            (line.source, line.name, line.pollutant): Replacement(
                application=locked,
                source=line.source,
                name=line.name,
                pollutant_id=line.pollutant,
                quantity_per_year=line.quantity_per_year,
                document=line.document,
            )
            for line in lines
        },
        by=by,
        key=lambda row: (row.source, row.name, row.pollutant_id),
        fields=["quantity_per_year", "document"],
    )
    return close_section(by=by, application=locked)


@transaction.atomic
def file_admission(
    *, by: Membership, application: Application, key: str, now: datetime.datetime
) -> AdmissionCheck:
    """Compute the check and put it on file as it is, passed or not; once per key. P184 when
    nothing is built."""
    there = AdmissionCheck.objects.filter(key=key).first()
    if there:
        if there.application_id != application.pk:
            raise KeyReusedElsewhere
        return there
    locked = open_review(application)
    content = admission_of(locked, timezone.localdate(now))
    if content is None:
        raise NothingBuilt
    return AdmissionCheck.objects.create(
        application=locked,
        is_passed=content["is_passed"],
        content=content,
        asked_sha256=asked_hash(locked),
        by=by,
        at=now,
        key=key,
    )


def open_review(application: Application) -> Application:
    """The application, locked, while it is reviewed (else P101)."""
    locked = (
        Application.objects.select_for_update(of=("self",))
        .select_related("site__region", "site__enterprise")
        .get(pk=application.pk)
    )
    if locked.state not in REVIEW_STATES:
        next_state(locked.state, Step.ENQUIRE)
    return locked


@dataclasses.dataclass(frozen=True)
class VerifiedLine:
    """A verified total with its method and paper."""

    pollutant: str
    quantity_per_year: int
    method_id: int
    why_not_before: str
    document: str


@transaction.atomic
def save_verified(
    *,
    by: Membership,
    application: Application,
    lines: Sequence[VerifiedLine],
    now: datetime.datetime,
) -> Application:
    """Keep the verified totals (核定). P185 when a method is taken without saying why no earlier
    one of the region's order fits."""
    locked = open_review(application)
    rows = in_force(
        VerificationMethod.objects.all(), region=locked.site.region, day=timezone.localdate(now)
    )
    methods = {method.pk: method for method in rows}
    first = min((method.rank for method in methods.values()), default=0)
    for line in lines:
        method = methods.get(line.method_id)
        if method is None or (method.rank > first and not line.why_not_before.strip()):
            raise MethodSkipped(pollutant=line.pollutant)
    write_rows(
        locked.verified_quantities.all(),
        {
            line.pollutant: VerifiedQuantity(
                application=locked,
                pollutant_id=line.pollutant,
                quantity_per_year=line.quantity_per_year,
                method_id=line.method_id,
                why_not_before=line.why_not_before.strip(),
                document=line.document,
            )
            for line in lines
        },
        by=by,
        key=lambda row: row.pollutant_id,
        fields=["quantity_per_year", "method_id", "why_not_before", "document"],
    )
    return locked


def check_admission(application: Application) -> None:
    """P181 without a check of what is asked now, P182 when it did not pass."""
    if project_of(application) is None:
        return
    check = standing_check(application)
    if check is None:
        raise AdmissionMissing
    if not check.is_passed:
        raise AdmissionFailed


def check_verified(application: Application) -> None:
    """P186: nothing above what was verified is granted."""
    asked = totals(requested_lines(application))
    for row in application.verified_quantities.all():
        if asked.get(row.pollutant_id, 0) > row.quantity_per_year:
            raise AboveVerified(pollutant=row.pollutant_id)


def note_obligations(*, version: PermitVersion, now: datetime.datetime) -> dict[str, int]:
    """Note what the unit must buy by the check on file; per pollutant what is to be owned."""
    if project_of(version.application) is None:
        return {}
    check = standing_check(version.application)
    if check is None:
        raise AdmissionMissing
    made = PurchaseObligation.objects.bulk_create(
        PurchaseObligation(
            version=version,
            enterprise=version.permit.site.enterprise,
            pollutant_id=line["pollutant"],
            quantity_per_year=line["to_own"],
            ratio_permille=line["ratio_permille"],
            since=now,
            until=version.valid_to,
        )
        for line in check.content["total"]
        if line["to_own"]
    )
    return {row.pollutant_id: row.quantity_per_year for row in made}
