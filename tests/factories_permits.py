"""Nouns of permits for tests: sites, outlets."""

from typing import Any

from parties.models import Enterprise
from permits.models import Outlet, Site


def site(enterprise: Enterprise, *, site_no: str = "001", **given: Any) -> Site:
    """The enterprise's site of this number, made if it is missing."""
    values = {
        "name": f"{enterprise.name}厂区",
        "region": enterprise.region,
        "address": enterprise.address,
        "basin": "钱塘江流域",
        "air_shed": "清源市",
    }
    made, _ = Site.objects.get_or_create(
        enterprise=enterprise, site_no=site_no, defaults=values | given
    )
    return made


def outlet(of: Site, *, code: str = "DW001", **given: Any) -> Outlet:
    """The site's outlet of this code, made if it is missing; main by default."""
    water = code.startswith("DW")
    values = {
        "medium": "WATER" if water else "AIR",
        "kind": "MAIN",
        "name": "污水总排口" if water else "锅炉烟囱",
        "destination": "工业园区污水处理厂" if water else "环境空气",
    }
    made, _ = Outlet.objects.get_or_create(site=of, code=code, defaults=values | given)
    return made
