"""The city's own rows of permit regulation: zones, negative list, classes, ratios, review."""

import datetime
from typing import Any

from ledger.models import Pollutant
from ledger.services import set_replacement_ratio
from permits.models import CatalogueEntry, NegativeItem, ReviewDuty, RightsRule, Zone
from permits.models.rights import IssuedWhen
from permits.services import enter_permit_rule

from .places import CITY
from .stage import DAY, Stage

REASON = "录入本市规定"
DEMO = "清源市为虚构城市，数据供演示"
ZONE_BASIS = "《清源市“三线一单”生态环境分区管控方案》（演示）"
LIST_BASIS = "《清源市生态环境准入清单》（演示）"
CLASS_BASIS = "《清源市排污许可分类管理细则》（演示）"
RIGHTS_BASIS = "《清源市排污权电子凭证管理办法》（演示）"
# From then on certificates of rights follow the payment; one county keeps to requests.
AUTOMATIC_DAYS, BY_REQUEST = 30, "339922"
RATIO_BASIS = "《清源市主要污染物区域削减替代办法》（演示）"

# code, Chinese, English, kind
ZONES = (
    ("ZH33990110001", "清溪源头优先保护单元", "Qingxi headwaters", "PRIORITY"),
    ("ZH33990120001", "临溪区工业集聚重点管控单元", "Linxi industrial park", "KEY"),
    ("ZH33992120001", "云岭县工业集聚重点管控单元", "Yunling industrial park", "KEY"),
    ("ZH33992220001", "沧浦县临港工业重点管控单元", "Cangpu harbour industry", "KEY"),
    ("ZH33990130001", "清源市一般管控单元", "Rest of Qingyuan", "GENERAL"),
)
# kind of zone, industry, effect, text
NEGATIVE = (
    ("PRIORITY", "17", "BAN", "禁止新建、扩建印染项目"),
    ("PRIORITY", "19", "BAN", "禁止新建、扩建制革项目"),
    ("PRIORITY", "22", "BAN", "禁止新建、扩建造纸项目"),
    ("GENERAL", "26", "BAN", "禁止在工业园区以外新建化工项目"),
    ("KEY", "2645", "LIMIT", "染料项目须实施主要污染物倍量替代"),
    ("KEY", "336", "LIMIT", "电镀项目须进入电镀园区集中治理"),
)
# What 1 t of a new project takes out of the region, in thousandths.
RATIOS = {"COD": 1200, "NH3N": 1200, "SO2": 1500, "NOX": 1500}
# Divisions of the demo's enterprises, which the city's rows speak of.
TRADES = ("13", "17", "19", "22", "26", "33")


def write_rules(stage: Stage) -> None:
    """Enter everything from the beginning of the books; the collective review since lately."""
    for rule in rules_of(stage):
        enter_permit_rule(by=stage.people["officer"], rule=rule, reason=REASON)
    for code, permille in RATIOS.items():
        set_replacement_ratio(
            by=stage.people["officer"],
            region=stage.regions[CITY],
            pollutant=Pollutant.objects.get(pk=code),
            ratio_permille=permille,
            valid_from=stage.begin_day,
            legal_basis=RATIO_BASIS,
        )


def rules_of(stage: Stage) -> list[Any]:
    """Every row, not yet entered."""
    shared = {"region": stage.regions[CITY], "valid_from": stage.begin_day, "note": DEMO}
    zones = [
        Zone(code=code, name_zh=zh, name_en=en, kind=kind, legal_basis=ZONE_BASIS, **shared)
        for code, zh, en, kind in ZONES
    ]
    lines = [
        NegativeItem(
            zone_kind=kind,
            industry=industry,
            effect=effect,
            text=text,
            legal_basis=LIST_BASIS,
            **shared,
        )
        for kind, industry, effect, text in NEGATIVE
    ]
    duty = ReviewDuty(
        **shared | {"valid_from": since(stage)},
        kind="APPLY",
        management_class="KEY",
        duty="PANEL",
        legal_basis="《清源市生态环境局许可证核发集体审议规则》（演示）",
    )
    return [*zones, *lines, *class_rows(shared), *rights_rules(stage), duty]


def rights_rules(stage: Stage) -> list[RightsRule]:
    """Certificates of rights on request first; with the payment since lately, but for a county."""
    since_lately = stage.today - AUTOMATIC_DAYS * DAY
    rows = (
        (CITY, stage.begin_day, IssuedWhen.ASKED),
        (CITY, since_lately, IssuedWhen.PAID),
        (BY_REQUEST, stage.begin_day, IssuedWhen.ASKED),
    )
    return [
        RightsRule(
            region=stage.regions[code],
            valid_from=day,
            issued_when=when,
            legal_basis=RIGHTS_BASIS,
            note=DEMO,
        )
        for code, day, when in rows
    ]


def since(stage: Stage) -> datetime.date:
    """When the collective review became a duty: after the last first permit was decided."""
    return stage.today - 60 * DAY


def class_rows(shared: dict[str, Any]) -> list[CatalogueEntry]:
    """Two rows for each division: the large ones are key, the others simplified."""
    rows = []
    for number, trade in enumerate(TRADES, 1):
        own = shared | {
            "row_no": number,
            "scope": "INDUSTRY",
            "industry": trade,
            "legal_basis": CLASS_BASIS,
        }
        rows += [
            CatalogueEntry(
                **own,
                management_class="KEY",
                measure="POLLUTANT",
                pollutant_id="COD",
                threshold=20,
                text_zh="化学需氧量年许可排放量20吨及以上的",
                text_en="20 t of COD a year or more",
            ),
            CatalogueEntry(
                **own,
                management_class="SIMPLIFIED",
                measure="ALWAYS",
                text_zh="除重点管理以外的",
                text_en="all others",
            ),
        ]
    return rows


def zone_of(county: str) -> Zone:
    """The industrial park of a county."""
    return Zone.objects.get(code=f"ZH{county}20001")
