"""The words of the certificate: always Chinese, whoever downloads it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from shell.units import plain, show_m3, show_t

CLASSES = {"KEY": "重点管理", "SIMPLIFIED": "简化管理"}
BUSINESS = {
    "APPLY": "申领",
    "CHANGE": "变更",
    "RENEW": "延续",
    "REAPPLY": "重新申请",
    "REISSUE": "补领",
}
MODES = {"DIRECT": "直接排放", "INDIRECT": "间接排放"}
# What every holder owes by the Regulation (State Council Order 736).
DUTIES = (
    ("按照本证规定的排放口位置、数量、方式和去向排放，设置规范化排放口及标志牌", "条例第十八条"),
    ("依法开展自行监测，保存原始监测记录不少于五年", "条例第十九条"),
    ("重点管理单位安装、使用、维护自动监测设备并与监控平台联网", "条例第二十条"),
    ("建立环境管理台账，记录保存不少于五年", "条例第二十一条"),
    ("按规定的内容、频次和时间提交执行报告，如实报告实际排放量", "条例第二十二条"),
    ("公开污染物排放信息，接受监督", "条例第二十三条"),
    ("不得超过许可排放浓度、许可排放量排放污染物", "条例第十七条"),
)
KINDS = {"MAIN": "主要排放口", "GENERAL": "一般排放口"}
SOURCES = {
    "INITIAL": "初始分配",
    "FIXED": "定额出让",
    "AUCTION": "公开竞拍",
    "TRANSFER": "转让",
    "LEASE": "租赁",
    "BUYBACK": "回购",
    "SETASIDE": "政府储备",
    "MERGED": "合并",
    "TAKEBACK": "收回",
}
PAID = {"UNPAID": "未缴", "PART": "部分缴纳", "PAID": "已缴清"}


def chinese_date(iso: str) -> str:
    """2026年11月20日."""
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def main_copy(said: dict[str, Any]) -> list[tuple[str, str]]:
    """The basic data of the main copy (Regulation art. 13)."""
    unit, site = said["unit"], said["site"]
    return [
        ("单位名称", unit["name"]),
        ("注册地址", unit["address"]),
        ("法定代表人", unit["legal_representative"]),
        ("生产经营场所地址", site["address"]),
        ("行业类别", f"{unit['industry_name']}（{unit['industry_code']}）"),
        ("统一社会信用代码", unit["uscc"]),
        ("管理类别", CLASSES[said["management_class"]]),
        (
            "有效期限",
            f"自 {chinese_date(said['valid_from'])} 至 {chinese_date(said['valid_to'])} 止",
        ),
    ]


def full_facts(said: dict[str, Any]) -> list[tuple[str, str]]:
    """The basic data of the duplicate."""
    unit, site = said["unit"], said["site"]
    return [
        *main_copy(said),
        ("生产经营场所", f"{site['name']}（{site['site_no']}，{site['region_zh']}）"),
        ("水体流域", site["basin"] or "—"),
        ("大气区域", site["air_shed"] or "—"),
        ("发证机关", said["issuer"]["name_zh"]),
        ("颁发日期", chinese_date(said["issue_date"])),
        ("申请编号", said["application_no"]),
        *([("英文名称", unit["name_en"])] if unit["name_en"] else []),
    ]


def quantity(value: int | None, unit: str) -> str:
    """A yearly quantity with its unit."""
    if value is None:
        return "—"
    return f"{show_m3(value)} m³/a" if unit == "L" else f"{show_t(value)} t/a"


def limit_rows(outlet: dict[str, Any]) -> Sequence[Sequence[str]]:
    """The limits of one outlet."""
    return [
        (
            limit["pollutant_zh"],
            f"{limit['concentration']} {limit['concentration_unit']}"
            if limit["concentration"]
            else "—",
            quantity(limit["quantity_per_year"], limit["quantity_unit"]),
        )
        for limit in outlet["limits"]
    ]


def total_rows(said: dict[str, Any]) -> Sequence[Sequence[str]]:
    """The yearly quantity of the whole site, per pollutant that has one."""
    totals: dict[str, tuple[int, str]] = {}
    for limit in (limit for outlet in said["outlets"] for limit in outlet["limits"]):
        if limit["quantity_per_year"] is not None:
            before, unit = totals.get(limit["pollutant_zh"], (0, limit["quantity_unit"]))
            totals[limit["pollutant_zh"]] = (before + limit["quantity_per_year"], unit)
    return [(name, quantity(amount, unit)) for name, (amount, unit) in totals.items()]


def exact_quantity(mg: int) -> str:
    """A right's yearly quantity to the last milligram: a certificate rounds nothing."""
    return f"{plain(mg, unit='t', places=3)} t/a"


def right_facts(said: dict[str, Any]) -> list[tuple[str, str]]:
    """What the certificate of one right says beside pollutant and quantity."""
    holder = said["holder"]
    area = "所属流域" if said["medium"] == "WATER" else "所属大气区域"
    price = f"，单价 {Decimal(said['price']):,.2f} 元/（t·a）" if said["price"] else ""
    split = f"（由 {said['split_from']} 分割）" if said["split_from"] else ""
    return [
        ("持有单位", holder["name"]),
        ("统一社会信用代码", holder["uscc"]),
        (
            "使用期限",
            f"自 {chinese_date(said['valid_from'])} 至 {chinese_date(said['valid_to'])} 止",
        ),
        ("所在区域", said["region_zh"]),
        *([(area, said["basin"])] if said["basin"] else []),
        ("取得方式", f"{SOURCES[said['source']]}；{said['document']}"),
        ("有偿使用费", f"{PAID['PAID']}{price}"),
        ("权利编号", f"{said['lot_no']}{split}"),
    ]


def right_table(rights: Sequence[dict[str, Any]]) -> Sequence[Sequence[str]]:
    """Head and rows of the rights held."""
    rows = [("编号", "污染物", "数量", "期限", "来源", "缴费")]
    rows += [
        (
            right["lot_no"],
            right["pollutant_zh"],
            quantity(right["quantity_per_year"], right["quantity_unit"]),
            f"{right['valid_from']} 至 {right['valid_to']}",
            SOURCES[right["source"]],
            PAID[right["paid_state"]],
        )
        for right in rights
    ]
    return rows if rights else [*rows, ("—", "未持有排污权", "", "", "", "")]
