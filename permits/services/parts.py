"""The sections of a draft beside its limits: project, unit data, years, plan and duties.

Each saving is checked against the state the writer saw (P103) and raises the draft's revision.
"""

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_noop as said

from parties.models import Membership
from parties.services import record
from parties.services.records import strike
from permits.models import (
    Application,
    BasicChange,
    Duty,
    MonitoringItem,
    Project,
    RequestedLimit,
    RequestedYear,
    SpecialPeriod,
    Zone,
)
from permits.models.permits import PermitVersion
from permits.refusals import OutletOfOtherSite
from permits.rules import Kind, check_period_days, check_years
from permits.work_refusals import AcceptanceIncomplete

from .steps import open_draft

SAVED = said("draft saved")


@dataclasses.dataclass(frozen=True)
class YearLine:
    """The quantity of one year of the term, in the ledger's unit."""

    limit_id: int
    year_no: int
    quantity: int


@dataclasses.dataclass(frozen=True)
class PeriodLine:
    """Days of each year with less (per day, in the ledger's unit) or nothing (a ban)."""

    limit_id: int
    name: str
    starts: str
    ends: str
    is_ban: bool
    quantity_per_day: int | None


@dataclasses.dataclass(frozen=True)
class PlanLine:
    """What is measured at an outlet, how and how often."""

    outlet_id: int
    pollutant: str
    method: str
    frequency: str


def close_section(*, by: Membership, application: Application) -> Application:
    """Count the saving, so that a page opened before is stale."""
    application.revision += 1
    return record(application, by=by, reason=SAVED)


def write_single(model: Any, *, by: Membership, application: Application, values: Any) -> None:
    """Keep the one row of a section; nothing is written when nothing differs."""
    row = model.objects.filter(application=application).first() or model(application=application)
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(row, name, value)
    record(row, by=by, reason=SAVED)


def write_rows(
    rows: Iterable[Any],
    wanted: Mapping[Any, Any],
    *,
    by: Membership,
    key: Any,
    fields: Sequence[str],
    reason: str = SAVED,
) -> None:
    """Make the rows exactly the wanted ones, with history for each that changes."""
    there = {key(row): row for row in rows}
    for name, row in wanted.items():
        kept = there.pop(name, None)
        if kept is None:
            record(row, by=by, reason=reason)
        elif any(getattr(kept, field) != getattr(row, field) for field in fields):
            for field in fields:
                setattr(kept, field, getattr(row, field))
            record(kept, by=by, reason=reason)
    for row in there.values():
        strike(row, by=by, reason=reason)


@transaction.atomic
def save_project(
    *,
    by: Membership,
    application: Application,
    revision: int,
    nature: str,
    name: str,
    eia_no: str,
    eia_on: datetime.date | None,
    accepted_on: datetime.date | None,
    acceptance_document: str,
    zone: Zone | None = None,
) -> Application:
    """Keep what is built and its acceptance (三同时); P171 for an acceptance without document."""
    locked = open_draft(application=application, revision=revision)
    if accepted_on and not acceptance_document:
        raise AcceptanceIncomplete
    values = {
        "nature": nature,
        "name": name,
        "eia_no": eia_no,
        "eia_on": eia_on,
        "accepted_on": accepted_on,
        "acceptance_document": acceptance_document,
        "zone": zone,
    }
    write_single(Project, by=by, application=locked, values=values)
    return close_section(by=by, application=locked)


@transaction.atomic
def save_basics(
    *,
    by: Membership,
    application: Application,
    revision: int,
    changed_on: datetime.date,
    name: str,
    name_en: str,
    address: str,
    legal_representative: str,
) -> Application:
    """Keep the unit's data as they are from now on; the register changes when it is issued."""
    locked = open_draft(application=application, revision=revision)
    values = {
        "changed_on": changed_on,
        "name": name,
        "name_en": name_en,
        "address": address,
        "legal_representative": legal_representative,
    }
    write_single(BasicChange, by=by, application=locked, values=values)
    return close_section(by=by, application=locked)


@transaction.atomic
def save_years(
    *,
    by: Membership,
    application: Application,
    revision: int,
    years: Sequence[YearLine],
    periods: Sequence[PeriodLine],
) -> Application:
    """Keep the quantities of single years and the special periods of the requested limits.

    P167 and P168 for years above the yearly quantity or named in part; P169 for days that the
    year does not have.
    """
    locked = open_draft(application=application, revision=revision)
    limits = {limit.pk: limit for limit in quantity_limits(locked)}
    named_limits = {line.limit_id for line in years} | {line.limit_id for line in periods}
    if not named_limits <= limits.keys():
        raise OutletOfOtherSite
    for pk, limit in limits.items():
        where = {"outlet": limit.outlet.code, "pollutant": str(limit.pollutant)}
        named = {line.year_no: line.quantity for line in years if line.limit_id == pk}
        check_years(named, limit.quantity_per_year or 0, **where)
        for line in periods:
            if line.limit_id == pk:
                check_period_days(line.starts, line.ends, **where)
    write_rows(
        RequestedYear.objects.filter(limit__in=limits),
        {
            (line.limit_id, line.year_no): RequestedYear(**dataclasses.asdict(line))
            for line in years
        },
        by=by,
        key=lambda row: (row.limit_id, row.year_no),
        fields=["quantity"],
    )
    write_rows(
        SpecialPeriod.objects.filter(limit__in=limits),
        {
            (line.limit_id, line.starts): SpecialPeriod(**dataclasses.asdict(line))
            for line in periods
        },
        by=by,
        key=lambda row: (row.limit_id, row.starts),
        fields=["name", "ends", "is_ban", "quantity_per_day"],
    )
    return close_section(by=by, application=locked)


def quantity_limits(application: Application) -> "models.QuerySet[RequestedLimit]":
    """The requested limits that carry a yearly quantity."""
    return application.requested_limits.filter(quantity_per_year__isnull=False).select_related(
        "outlet", "pollutant"
    )


@transaction.atomic
def save_plan(
    *,
    by: Membership,
    application: Application,
    revision: int,
    items: Sequence[PlanLine],
    duties: Mapping[str, str],
) -> Application:
    """Keep the self-monitoring plan and the management duties, as kind → text."""
    locked = open_draft(application=application, revision=revision)
    own = set(locked.site.outlets.values_list("pk", flat=True))
    if any(line.outlet_id not in own for line in items):
        raise OutletOfOtherSite
    write_rows(
        locked.monitoring_items.all(),
        {
            (line.outlet_id, line.pollutant): MonitoringItem(
                application=locked,
                outlet_id=line.outlet_id,
                pollutant_id=line.pollutant,
                method=line.method,
                frequency=line.frequency,
            )
            for line in items
        },
        by=by,
        key=lambda row: (row.outlet_id, row.pollutant_id),
        fields=["method", "frequency"],
    )
    write_rows(
        locked.duties.all(),
        {
            kind: Duty(application=locked, kind=kind, text=text.strip())
            for kind, text in duties.items()
            if text.strip()
        },
        by=by,
        key=lambda row: row.kind,
        fields=["text"],
    )
    return close_section(by=by, application=locked)


def copy_parts(*, by: Membership, version: PermitVersion, draft: Application) -> None:
    """Begin a later application with the years, periods, plan, duties and answers of the
    version."""
    before = version.application
    own = {(row.outlet_id, row.pollutant_id): row for row in draft.requested_limits.all()}
    for limit in before.requested_limits.prefetch_related("years", "special_periods"):
        target = own.get((limit.outlet_id, limit.pollutant_id))
        if target and draft.kind != Kind.RENEW:
            for year in limit.years.all():
                copied(year, by=by, limit=target)
        if target:
            for period in limit.special_periods.all():
                copied(period, by=by, limit=target)
    rows = (before.monitoring_items, before.duties, before.class_answers)
    for row in (row for kept in rows for row in kept.all()):
        copied(row, by=by, application=draft)


def copied(row: models.Model, *, by: Membership, **instead: Any) -> None:
    """The same row for another owner."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    for name, owner in instead.items():
        values[f"{name}_id"] = owner.pk
    record(type(row)(**values), by=by, reason=said("taken from the permit"))
