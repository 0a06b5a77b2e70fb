"""Small sites under registration management: filed, changed, near their end, struck off."""

import datetime
from functools import partial

from parties.models import Region
from permits.models import Registration, Site
from permits.rules import add_years
from permits.services import (
    RegistrationEntry,
    change_registration,
    end_registration,
    file_registration,
    register_site,
)

from .places import BASINS
from .stage import DAY, Stage, at

# Place in the table of enterprises: name of its second site, products, what became of it.
SMALL = {
    1: ("物流仓库", "Logistics store", "仓储、包装（年周转 1.2 万吨）", "filed"),
    4: ("绣花加工点", "Embroidery workshop", "绣花（年加工 80 万件）", "changed"),
    8: ("纱线中转库", "Yarn store", "仓储（年周转 3 000 吨）", "near_end"),
    17: ("研发实验室", "Laboratory", "配方小试（年试验 200 批）", "filed"),
    25: ("皮具样品间", "Leather sample room", "皮具裁剪缝制（年 5 万件）", "ended"),
    35: ("城区冷库", "Town cold store", "冷藏（库容 2 000 吨）", "changed"),
    38: ("干货分装点", "Dried food packing", "分装（年 600 吨）", "filed"),
}
BEFORE_END = 40 * DAY


def plan_small_units(stage: Stage) -> None:
    """Each small site is registered; what became of it since follows."""
    for plant in stage.plants:
        if plant.place in SMALL:
            fate = SMALL[plant.place][3]
            day = filed_on(stage, plant.place, fate)
            stage.agenda.add(at(day, 14, plant.place), partial(file, stage, plant.place))
            if fate in ("changed", "ended"):
                later = stage.workdays_ago(20 + plant.place)
                stage.agenda.add(at(later, 10, plant.place), partial(go_on, stage, plant.place))


def filed_on(stage: Stage, place: int, fate: str) -> datetime.date:
    """Lately, or nearly five years ago for the one whose term ends soon."""
    if fate == "near_end":
        return add_years(stage.today + BEFORE_END + DAY, -5)
    return stage.workdays_from(stage.today - (300 + 17 * place) * DAY, 0)


def entry(stage: Stage, place: int, *, products: str) -> RegistrationEntry:
    """What the form says."""
    return RegistrationEntry(
        products=products,
        fuel="电",
        treatment="生活污水经化粪池处理",
        destination="清源市城市污水管网",
        standards="GB 8978-1996 三级",
        contact=f"{stage.agents[place].user.display_name} 0570-8{place:06d}",
    )


def file(stage: Stage, place: int, now: datetime.datetime) -> None:
    """The second site, and its registration."""
    name, name_en, products, _fate = SMALL[place]
    enterprise = stage.enterprises[place]
    region = Region.objects.get(pk=enterprise.region_id)
    site: Site = register_site(
        by=stage.agents[place],
        enterprise=enterprise,
        site_no="002",
        name=name,
        name_en=name_en,
        region=region,
        address=f"{region.name_zh}城南路{place}号",
        basin=BASINS[region.code],
        air_shed="清源市",
    )
    file_registration(
        by=stage.agents[place],
        site=site,
        entry=entry(stage, place, products=products),
        key=f"demo:registration:{place}",
        now=now,
    )


def go_on(stage: Stage, place: int, now: datetime.datetime) -> None:
    """Changed by the enterprise, or struck off by an officer."""
    registration = Registration.objects.get(key=f"demo:registration:{place}")
    if SMALL[place][3] == "ended":
        end_registration(
            by=stage.people["officer"], registration=registration, reason="经营场所关闭", now=now
        )
        return
    change_registration(
        by=stage.agents[place],
        registration=registration,
        revision=registration.revision,
        entry=entry(stage, place, products=f"{SMALL[place][2]}，新增分拣"),
        changed_on=now.date() - 6 * DAY,
        now=now,
    )
