"""The city with its counties and bureaus."""

from parties.models import Region
from parties.services import open_bureau, start_bureau, system_actor
from parties.services.bureaus import NewBureau, RegionEntry

from .sign_ins import SECURITY
from .stage import Stage

CITY = "339900"
CITY_BUREAU_ZH = "清源市生态环境局"
REGIONS = (
    RegionEntry("330000", "浙江省", "Zhejiang"),
    RegionEntry(CITY, "清源市", "Qingyuan"),
    RegionEntry("339901", "临溪区", "Linxi District"),
    RegionEntry("339921", "云岭县", "Yunling County"),
    RegionEntry("339922", "沧浦县", "Cangpu County"),
)
BASINS = {"339901": "清溪流域", "339921": "清溪流域", "339922": "沧江流域"}


def open_places(stage: Stage) -> None:
    """Start the city's bureau as `start_bureau` does; its first administrator lets others in."""
    by = system_actor("demo")
    plan = NewBureau(
        regions=REGIONS,
        region_code=CITY,
        name_zh=CITY_BUREAU_ZH,
        name_en="Qingyuan Ecology and Environment Bureau",
        admin_username=SECURITY[1],
        admin_name=SECURITY[2],
    )
    security = start_bureau(by=by, plan=plan, today=stage.begin_day)
    assert security.bureau, "the first administrator is of the bureau"
    stage.people["security"] = security
    stage.regions[CITY] = security.bureau.region
    stage.bureaus[CITY] = security.bureau
    for entry in REGIONS[2:]:
        region = Region.objects.get(pk=entry.code)
        stage.regions[entry.code] = region
        stage.bureaus[entry.code] = open_bureau(
            by=security,
            region=region,
            name_zh=f"清源市生态环境局{entry.name_zh}分局",
            name_en=f"{entry.name_en} Branch, Qingyuan Bureau",
        )
