"""The registers: enterprises, their sites and outlets."""

from parties.services import enroll_enterprise
from parties.services.enterprises import EnterpriseEntry
from permits.models import Site
from permits.services import register_facility, register_outlet, register_site

from .places import BASINS
from .stage import Plant, Stage

REASON = "建档"
# By division of GB/T 4754: the main production unit and how waste water is treated.
MAKERS = {
    "13": ("水产品加工生产线", "气浮+A/O+沉淀"),
    "17": ("连续染色机", "水解酸化+好氧+深度处理"),
    "19": ("转鼓鞣制设备", "铬液分质处理+A/O"),
    "22": ("纸机", "混凝沉淀+厌氧+好氧"),
    "26": ("反应釜", "微电解+A/O+活性炭"),
    "33": ("电镀生产线", "分质破氰除铬+膜处理"),
}
DAYS = 300  # working days a year by which daily capacity is reckoned


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
    register_units(stage, plant, site)


def register_units(stage: Stage, plant: Plant, site: Site) -> None:
    """What makes the waste and what treats it, each with the outlets it leads to."""
    outlets = {o.code: stage.outlets[plant.place, o.code] for o in plant.outlets}
    water = [outlet for code, outlet in outlets.items() if code.startswith("DW")]
    gas = [outlet for code, outlet in outlets.items() if code.startswith("DA")]
    maker, treatment = MAKERS[plant.trade]
    per_day = plant.water * 1000 * 6 // 5 // DAYS
    units = [
        ("PRODUCTION", "MF0001", maker, plant.industry, "", water),
        ("WATER", "TW001", "综合废水处理站", treatment, f"{per_day} m³/d", water),
    ]
    if gas:
        units += [
            ("PRODUCTION", "MF0002", "燃气锅炉", "供热", "10 t/h", gas[:1]),
            ("AIR", "TA001", "烟气脱硫脱硝设施", "低氮燃烧+碱法脱硫", "", gas),
        ]
    for kind, code, name, process, capacity, leads_to in units:
        register_facility(
            by=stage.people["officer"],
            site=site,
            kind=kind,
            code=code,
            name=name,
            process=process,
            capacity=capacity,
            outlets=leads_to,
        )
