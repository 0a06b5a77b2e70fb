"""Writes about sites and outlets."""

import re
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_noop as said

from parties.models import Enterprise, Membership, Region
from parties.services import check_seen, record
from permits.models import Outlet, Site
from permits.refusals import (
    CodeWithoutForm,
    OutletCodeTaken,
    OutletIsFixed,
    SiteNoTaken,
    SiteNoWithoutForm,
)
from shell.names import check_names

NAMES = ("name", "name_en")
Row = TypeVar("Row", Site, Outlet)
SITE_NO = re.compile(r"(?!000)[0-9]{3}")
OUTLET_CODES = {"WATER": re.compile(r"DW[0-9]{3}"), "AIR": re.compile(r"DA[0-9]{3}")}


def same(row: Any, values: dict[str, Any]) -> bool:
    return all(getattr(row, field) == value for field, value in values.items())


@transaction.atomic
def register_site(
    *,
    by: Membership,
    enterprise: Enterprise,
    site_no: str,
    name: str,
    region: Region,
    address: str,
    name_en: str = "",
    basin: str = "",
    air_shed: str = "",
) -> Site:
    """Enter a production site; the same entry twice gives the same site (P119, P136)."""
    if not SITE_NO.fullmatch(site_no):
        raise SiteNoWithoutForm(site_no=site_no)
    check_names(name, name_en)
    values = {
        "name": name,
        "name_en": name_en,
        "region": region,
        "address": address,
        "basin": basin,
        "air_shed": air_shed,
    }
    # The enterprise's row is the lock under which its site numbers are given.
    Enterprise.objects.select_for_update().get(pk=enterprise.pk)
    there = Site.objects.filter(enterprise=enterprise, site_no=site_no).first()
    if there and not same(there, values):
        raise SiteNoTaken(site_no=site_no)
    if there:
        return there
    site = Site(enterprise=enterprise, site_no=site_no, **values)
    return record(site, by=by, reason=said("site registered"))


@transaction.atomic
def register_outlet(
    *,
    by: Membership,
    site: Site,
    code: str,
    medium: str,
    kind: str,
    name: str,
    mode: str,
    destination: str = "",
    position: str = "",
) -> Outlet:
    """Enter an outlet of a site; the same entry twice gives the same outlet (P120, P135)."""
    check_code(code, medium)
    check_names(name)
    values = {
        "medium": medium,
        "kind": kind,
        "name": name,
        "mode": mode,
        "destination": destination,
        "position": position,
    }
    Site.objects.select_for_update().get(pk=site.pk)
    there = Outlet.objects.filter(site=site, code=code).first()
    if there and not same(there, values):
        raise OutletCodeTaken(code=code)
    if there:
        return there
    return record(Outlet(site=site, code=code, **values), by=by, reason=said("outlet registered"))


def check_code(code: str, medium: str) -> None:
    """P135: DW and three digits for water, DA and three digits for air (HJ 608-2017)."""
    if medium not in OUTLET_CODES or not OUTLET_CODES[medium].fullmatch(code):
        raise CodeWithoutForm(code=code)


@transaction.atomic
def amend_site(*, by: Membership, site: Site, seen: int | None, **values: Any) -> Site:
    """Correct a site's entry; A410 when it changed after history row `seen`."""
    return amend(by=by, row=site, seen=seen, values=values, reason=said("site amended"))


@transaction.atomic
def amend_outlet(*, by: Membership, outlet: Outlet, seen: int | None, **values: Any) -> Outlet:
    """Correct an outlet's entry; what a permit already names keeps its kind (P137)."""
    if outlet.limits.exists() and values.get("kind", outlet.kind) != outlet.kind:
        raise OutletIsFixed(code=outlet.code)
    return amend(by=by, row=outlet, seen=seen, values=values, reason=said("outlet amended"))


def amend(
    *, by: Membership, row: Row, seen: int | None, values: dict[str, Any], reason: str
) -> Row:
    locked = type(row).objects.select_for_update().get(pk=row.pk)
    if same(locked, values):
        return locked
    check_names(*(values[field] for field in NAMES if field in values))
    check_seen(locked, seen)
    for field, value in values.items():
        setattr(locked, field, value)
    return record(locked, by=by, reason=reason)
