"""The words of the certificate: always Chinese, whoever downloads it."""

from collections.abc import Sequence
from typing import Any

from shell.units import show_m3, show_t

CLASSES = {"KEY": "重点管理", "SIMPLIFIED": "简化管理"}
KINDS = {"MAIN": "主要排放口", "GENERAL": "一般排放口"}
SOURCES = {
    "INITIAL": "初始分配",
    "FIXED": "定额出让",
    "AUCTION": "公开竞拍",
    "TRANSFER": "转让",
    "LEASE": "租赁",
    "BUYBACK": "回购",
    "SETASIDE": "政府储备",
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


def quantity(value: int | None, unit: str) -> str:
    """A yearly quantity with its unit."""
    if value is None:
        return "—"
    return f"{show_m3(value)} m³/a" if unit == "L" else f"{show_t(value)} t/a"


def limit_table(said: dict[str, Any]) -> Sequence[Sequence[str]]:
    """Head and rows of the permitted limits."""
    rows = [("编号", "排放口", "类型", "污染物", "许可排放浓度", "许可排放量")]
    for outlet in said["outlets"]:
        for limit in outlet["limits"]:
            concentration = limit["concentration"]
            unit = limit["concentration_unit"]
            rows.append(
                (
                    outlet["code"],
                    outlet["name"],
                    KINDS[outlet["kind"]],
                    limit["pollutant_zh"],
                    f"{concentration} {unit}" if concentration else "—",
                    quantity(limit["quantity_per_year"], limit["quantity_unit"]),
                )
            )
    return rows


def right_table(rights: Sequence[dict[str, Any]]) -> Sequence[Sequence[str]]:
    """Head and rows of the rights held."""
    rows = [("编号", "污染物", "数量", "期限", "来源", "有偿使用费")]
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
