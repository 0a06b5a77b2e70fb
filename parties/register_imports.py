"""The two registers of parties that come as spreadsheets."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties import services
from parties.imports import Explained, ImportKind, Outcome, Taken, code, register, words
from parties.models import Enterprise, Membership, Region
from parties.refusals import RegionIsFixed
from parties.rules import has_good_check_character
from parties.services.bureaus import RegionEntry
from parties.services.enterprises import EnterpriseEntry, entry_of
from shell.sheets import SheetColumn


def take_enterprise(by: Membership, values: dict[str, Any], reason: str) -> Taken:
    """Enter the unit, or correct the entry with its code."""
    entry = EnterpriseEntry(**{**values, "name_en": values.get("name_en") or ""})
    warning = "" if has_good_check_character(entry.uscc) else _("check character does not fit")
    known = Enterprise.objects.for_actor(by).filter(uscc=entry.uscc).first()
    if known is None:
        services.enroll_enterprise(by=by, entry=entry, reason=reason)
        return Taken(Outcome.NEW, entry.name, warning)
    if entry_of(known) == entry:
        return Taken(Outcome.SAME, entry.name, warning)
    if known.region_id != entry.region_code:
        raise RegionIsFixed(code=known.region_id)
    services.change_enterprise(by=by, enterprise=known, entry=entry, reason=reason)
    return Taken(Outcome.CHANGED, entry.name, warning)


def take_region(by: Membership, values: dict[str, Any], reason: str) -> Taken:
    """Add the region below the one its code names."""
    is_known = Region.objects.filter(pk=values["code"]).exists()
    region = services.open_region(by=by, entry=RegionEntry(**values))
    return Taken(Outcome.SAME if is_known else Outcome.NEW, f"{region.code} {region.name_zh}")


def column(key: str, zh: str, en: str, most: int, *, is_required: bool = True) -> SheetColumn:
    return SheetColumn(key, (zh, en), words(most), is_required)


ENTERPRISES = register(
    ImportKind(
        key="enterprises",
        name=gettext_lazy("Enterprises"),
        identity=("uscc",),
        take=take_enterprise,
        explained=(
            Explained(
                SheetColumn("uscc", ("统一社会信用代码", "Credit code"), code),
                gettext_lazy("18 characters; a known code corrects its entry"),
            ),
            Explained(column("name", "单位名称", "Name", 120), gettext_lazy("Chinese, in full")),
            Explained(
                column("name_en", "英文名称", "English name", 160, is_required=False),
                gettext_lazy("may be missing"),
            ),
            Explained(
                column("region_code", "行政区划代码", "Region code", 6),
                gettext_lazy("six digits of GB/T 2260, of a county or district"),
            ),
            Explained(
                column("industry_code", "行业代码", "Industry code", 5),
                gettext_lazy("GB/T 4754-2017"),
            ),
            Explained(column("industry_name", "行业名称", "Industry", 60), ""),
            Explained(column("address", "地址", "Address", 200), ""),
            Explained(column("legal_representative", "法定代表人", "Legal representative", 60), ""),
        ),
    ),
)

REGIONS = register(
    ImportKind(
        key="regions",
        name=gettext_lazy("Regions"),
        identity=("code",),
        take=take_region,
        explained=(
            Explained(
                column("code", "代码", "Code", 6),
                gettext_lazy("six digits of GB/T 2260; a region comes after the one it lies in"),
            ),
            Explained(column("name_zh", "中文名称", "Chinese name", 60), ""),
            Explained(column("name_en", "英文名称", "English name", 60), ""),
        ),
    ),
)
