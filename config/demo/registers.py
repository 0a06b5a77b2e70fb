"""The registers: enterprises, their sites and outlets."""

from parties.services import enroll_enterprise
from parties.services.enterprises import EnterpriseEntry
from permits.services import register_outlet, register_site

from .places import BASINS
from .stage import Plant, Stage

REASON = "建档"


def enroll_all(stage: Stage) -> None:
    """Enter every enterprise of the table."""
    for plant in stage.plants:
        entry = EnterpriseEntry(
            uscc=plant.uscc,
            name=plant.name,
            name_en=plant.name_en,
            region_code=plant.county,
            industry_code=plant.industry_code,
            industry_name=plant.industry,
            address=f"清源市{plant.address}",
            legal_representative=plant.representative,
        )
        by = stage.people["officer"]
        stage.enterprises[plant.place] = enroll_enterprise(by=by, entry=entry, reason=REASON)
        register_places(stage, plant)


def register_places(stage: Stage, plant: Plant) -> None:
    """The enterprise's site with its main outlets and a general one."""
    by, enterprise = stage.people["officer"], stage.enterprises[plant.place]
    site = register_site(
        by=by,
        enterprise=enterprise,
        site_no="001",
        name=f"{plant.name.removesuffix('有限公司')}厂区",
        name_en=f"{plant.name_en.removesuffix(' Co. Ltd.')} plant",
        region=stage.regions[plant.county],
        address=f"清源市{plant.address}",
        basin=BASINS[plant.county],
        air_shed="清源市",
    )
    stage.sites[plant.place] = site
    for outlet in plant.outlets:
        is_water = outlet.medium == "WATER"
        stage.outlets[plant.place, outlet.code] = register_outlet(
            by=by,
            site=site,
            code=outlet.code,
            medium=outlet.medium,
            kind="MAIN",
            name=outlet.name,
            mode="INDIRECT" if is_water else "DIRECT",
            destination="清源市工业污水处理厂" if is_water else "环境空气",
            position="厂区北围墙外" if is_water else "厂区锅炉房",
        )
