"""The registers of permits that come as spreadsheets: sites, outlets, units."""

import re
from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy

from parties.imports import Explained, ImportKind, Outcome, Taken, code, register, words
from parties.models import Enterprise, Membership, Region
from parties.refusals import RegionOutOfReach
from permits import services
from permits.models import Facility, Outlet, Site
from permits.models.facilities import FacilityKind
from permits.models.sites import DischargeMode, Medium, OutletKind
from permits.refusals import EnterpriseUnknown
from permits.register_refusals import OutletNotFound, SiteNotFound
from permits.services.facilities import linked
from permits.services.sites import same
from shell.rules import RuleBroken
from shell.sheets import SheetColumn

SEPARATORS = re.compile(r"[、，,;；\s]+")


def take_site(by: Membership, values: dict[str, Any], reason: str) -> Taken:
    """Enter the site, or correct the entry with its number."""
    unit = named_enterprise(by, values["uscc"])
    region = Region.objects.filter(pk=values["region_code"], level="COUNTY").first()
    if region is None or not region.code.startswith(by.region_prefix):
        raise RegionOutOfReach(code=values["region_code"])
    texts = ("name", "name_en", "address", "basin", "air_shed")
    said: dict[str, Any] = {name: values.get(name) or "" for name in texts} | {"region": region}
    known = Site.objects.filter(enterprise=unit, site_no=values["site_no"]).first()
    if known is None:
        services.register_site(by=by, enterprise=unit, site_no=values["site_no"], **said)
    elif not same(known, said):
        services.amend_site(by=by, site=known, seen=None, **said)
    return Taken(outcome(known, is_same=known is not None and same(known, said)), said["name"])


def take_outlet(by: Membership, values: dict[str, Any], reason: str) -> Taken:
    """Enter the outlet, or correct the entry with its code."""
    site = named_site(by, values)
    medium = Medium.WATER if values["code"].startswith("DW") else Medium.AIR
    said = {name: values.get(name) or "" for name in ("name", "destination", "position")}
    said |= {"kind": values["kind"], "mode": values["mode"]}
    known = Outlet.objects.filter(site=site, code=values["code"]).first()
    if known is None:
        services.register_outlet(by=by, site=site, code=values["code"], medium=medium, **said)
    elif not same(known, said):
        services.amend_outlet(by=by, outlet=known, seen=None, **said)
    name = f"{values['code']} {said['name']}"
    return Taken(outcome(known, is_same=known is not None and same(known, said)), name)


def take_facility(by: Membership, values: dict[str, Any], reason: str) -> Taken:
    """Enter the unit, or correct the entry with its code."""
    site = named_site(by, values)
    outlets = named_outlets(site, values.get("outlets") or "")
    said = {name: values.get(name) or "" for name in ("name", "process", "capacity")}
    known = Facility.objects.filter(site=site, code=values["code"]).first()
    is_same = (
        known is not None
        and same(known, said | {"kind": values["kind"]})
        and linked(known) == {outlet.pk for outlet in outlets}
    )
    if known is None or known.kind != values["kind"]:  # another kind is refused with its rule
        services.register_facility(
            by=by, site=site, kind=values["kind"], code=values["code"], outlets=outlets, **said
        )
    elif not is_same:
        services.amend_facility(by=by, facility=known, seen=None, outlets=outlets, **said)
    return Taken(outcome(known, is_same=is_same), f"{values['code']} {said['name']}")


def outcome(known: models.Model | None, *, is_same: bool) -> Outcome:
    """What taking the row over does to what was known before."""
    if known is None:
        return Outcome.NEW
    return Outcome.SAME if is_same else Outcome.CHANGED


def named_enterprise(by: Membership, uscc: str) -> Enterprise:
    """The enterprise with this code within the person's reach; P-numbered when there is none."""
    found = Enterprise.objects.for_actor(by).filter(uscc=uscc).first()
    if found is None:
        raise EnterpriseUnknown(uscc=uscc)
    return found


def named_site(by: Membership, values: dict[str, Any]) -> Site:
    """P440: the site of the row is in the register."""
    sites = Site.objects.for_actor(by).filter(enterprise__uscc=values["uscc"])
    found = sites.filter(site_no=values["site_no"]).first()
    if found is None:
        raise SiteNotFound(site_no=values["site_no"], uscc=values["uscc"])
    return found


def named_outlets(site: Site, text: str) -> list[Outlet]:
    """P441: every outlet named in the cell is one of the site."""
    own = {outlet.code: outlet for outlet in site.outlets.all()}
    named = [word.upper() for word in SEPARATORS.split(text) if word]
    for name in named:
        if name not in own:
            raise OutletNotFound(code=name)
    return [own[name] for name in dict.fromkeys(named)]


def one_of(choices: type[models.TextChoices]) -> Callable[[str], str]:
    """Reads a choice by its word in either language, or by its code."""

    def read(text: str) -> str:
        known: dict[str, str] = {}
        for language in ("zh-hans", "en"):
            with translation.override(language):
                known |= {str(label).casefold(): value for value, label in choices.choices}
        known |= {value.casefold(): value for value in choices.values}
        if text.strip().casefold() not in known:
            raise RuleBroken("P439", word=text, words=" / ".join(map(str, choices.labels)))
        return known[text.strip().casefold()]

    return read


def three_digits(text: str) -> str:
    """Reads a site number; a spreadsheet may have made 1 of 001."""
    return words(3)(text.zfill(3) if text.isdigit() else text)


def column(key: str, zh: str, en: str, most: int, *, is_required: bool = True) -> SheetColumn:
    return SheetColumn(key, (zh, en), words(most), is_required)


def site_columns() -> tuple[Explained, Explained]:
    """Which site a row speaks of."""
    return (
        Explained(
            SheetColumn("uscc", ("统一社会信用代码", "Credit code"), code),
            gettext_lazy("of an enterprise in the register"),
        ),
        Explained(
            SheetColumn("site_no", ("场所序号", "Site number"), three_digits),
            gettext_lazy("three digits, 001 for the first site"),
        ),
    )


OUTLET_LIST = gettext_lazy("codes with commas between them, such as DW001, DW002")

SITES = register(
    ImportKind(
        key="sites",
        name=gettext_lazy("Sites"),
        identity=("uscc", "site_no"),
        take=take_site,
        explained=(
            *site_columns(),
            Explained(column("name", "场所名称", "Site name", 120), ""),
            Explained(
                column("name_en", "英文名称", "English name", 160, is_required=False),
                gettext_lazy("may be missing"),
            ),
            Explained(
                column("region_code", "行政区划代码", "Region code", 6),
                gettext_lazy("six digits of GB/T 2260, of a county or district"),
            ),
            Explained(column("address", "生产经营场所地址", "Production address", 200), ""),
            Explained(column("basin", "所属流域", "River basin", 40, is_required=False), ""),
            Explained(column("air_shed", "大气区域", "Air-shed", 40, is_required=False), ""),
        ),
    ),
)

OUTLETS = register(
    ImportKind(
        key="outlets",
        name=gettext_lazy("Outlets"),
        identity=("uscc", "site_no", "code"),
        take=take_outlet,
        explained=(
            *site_columns(),
            Explained(
                SheetColumn("code", ("排放口编号", "Outlet code"), code),
                gettext_lazy("DW001 for water, DA001 for air"),
            ),
            Explained(
                SheetColumn("kind", ("排放口类型", "Kind of outlet"), one_of(OutletKind)),
                gettext_lazy("主要排放口 (MAIN) or 一般排放口 (GENERAL)"),
            ),
            Explained(column("name", "排放口名称", "Outlet name", 80), ""),
            Explained(
                SheetColumn("mode", ("排放方式", "Discharge mode"), one_of(DischargeMode)),
                gettext_lazy("直接排放 (DIRECT) or 间接排放 (INDIRECT)"),
            ),
            Explained(
                column("destination", "排放去向", "Discharge destination", 120, is_required=False),
                "",
            ),
            Explained(column("position", "位置", "Position", 120, is_required=False), ""),
        ),
    ),
)

FACILITIES = register(
    ImportKind(
        key="units",
        name=gettext_lazy("Production and treatment units"),
        identity=("uscc", "site_no", "code"),
        take=take_facility,
        explained=(
            *site_columns(),
            Explained(
                SheetColumn("code", ("设施编号", "Unit code"), code),
                gettext_lazy("MF0001 for production; TW001, TA001, TN001, TS001 for treatment"),
            ),
            Explained(
                SheetColumn("kind", ("设施类别", "Kind of unit"), one_of(FacilityKind)),
                gettext_lazy("PRODUCTION, WATER, AIR, NOISE or SOLID, or the words for them"),
            ),
            Explained(column("name", "设施名称", "Name of the unit", 80), ""),
            Explained(column("process", "工艺", "Process", 120, is_required=False), ""),
            Explained(column("capacity", "设计能力", "Capacity", 80, is_required=False), ""),
            Explained(column("outlets", "排放口", "Outlets", 200, is_required=False), OUTLET_LIST),
        ),
    ),
)
