"""Writes about production and treatment units of a site."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as said

from parties.models import Membership
from parties.services import check_seen, record
from permits.models import Facility, FacilityOutlet, Outlet, Site
from permits.models.facilities import CODES, FacilityKind
from permits.register_refusals import (
    FacilityCodeTaken,
    FacilityCodeWithoutForm,
    FacilityOutletUnfit,
)

from .parts import write_rows
from .sites import same

# What a treatment unit cleans leaves by an outlet of the same medium, or by none.
MEDIA = {FacilityKind.WATER: ("WATER",), FacilityKind.AIR: ("AIR",)}
NO_OUTLET = (FacilityKind.NOISE, FacilityKind.SOLID)


@transaction.atomic
def register_facility(
    *,
    by: Membership,
    site: Site,
    kind: str,
    code: str,
    name: str,
    process: str = "",
    capacity: str = "",
    outlets: Sequence[Outlet] = (),
) -> Facility:
    """Enter a unit; the same entry twice gives the same unit (P434, P435, P436)."""
    check_code(kind, code)
    check_outlets(site, kind, code, outlets)
    values = {"kind": kind, "name": name, "process": process, "capacity": capacity}
    # The site's row is the lock under which its codes are given.
    Site.objects.select_for_update().get(pk=site.pk)
    there = Facility.objects.filter(site=site, code=code).first()
    if there and not (same(there, values) and linked(there) == {o.pk for o in outlets}):
        raise FacilityCodeTaken(code=code)
    if there:
        return there
    facility = Facility(site=site, code=code, **values)
    record(facility, by=by, reason=said("unit registered"))
    link(facility, outlets, by=by)
    return facility


@transaction.atomic
def amend_facility(
    *,
    by: Membership,
    facility: Facility,
    seen: int | None,
    outlets: Sequence[Outlet],
    **values: Any,
) -> Facility:
    """Correct a unit's entry, its outlets, or the day since which it is out of use; A410 when it
    changed after history row `seen`."""
    locked = Facility.objects.select_for_update().get(pk=facility.pk)
    check_outlets(locked.site, locked.kind, locked.code, outlets)
    if same(locked, values) and linked(locked) == {outlet.pk for outlet in outlets}:
        return locked
    check_seen(locked, seen)
    for field, value in values.items():
        setattr(locked, field, value)
    # Saved even when only its outlets change, so that a page opened before is stale.
    record(locked, by=by, reason=said("unit amended"))
    link(locked, outlets, by=by)
    return locked


def linked(facility: Facility) -> set[int]:
    """The outlets it leads to."""
    return set(facility.links.values_list("outlet_id", flat=True))


def link(facility: Facility, outlets: Sequence[Outlet], *, by: Membership) -> None:
    """Let the unit lead to exactly these outlets."""
    write_rows(
        facility.links.all(),
        {outlet.pk: FacilityOutlet(facility=facility, outlet=outlet) for outlet in outlets},
        by=by,
        key=lambda row: row.outlet_id,
        fields=[],
        reason=said("unit amended"),
    )


def check_code(kind: str, code: str) -> None:
    """P434: the code has the form of its kind (HJ 608-2017)."""
    if kind not in CODES or not re.fullmatch(CODES[kind], code):
        raise FacilityCodeWithoutForm(code=code)


def check_outlets(site: Site, kind: str, code: str, outlets: Sequence[Outlet]) -> None:
    """P436: outlets of the same site, and of the medium that the unit treats."""
    media = () if kind in NO_OUTLET else MEDIA.get(FacilityKind(kind), ("WATER", "AIR"))
    for outlet in outlets:
        if outlet.site_id != site.pk or outlet.medium not in media:
            raise FacilityOutletUnfit(code=code, outlet=outlet.code)
