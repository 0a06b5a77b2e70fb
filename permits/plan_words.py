"""Units, years, special periods and the self-monitoring plan of a permit in Chinese, for its
book."""

from collections.abc import Sequence
from typing import Any

from permits.certificate_text import quantity

METHODS = {"AUTO": "自动监测", "MANUAL": "手工监测"}
FREQUENCIES = {
    "CONTINUOUS": "连续",
    "DAY": "每日一次",
    "WEEK": "每周一次",
    "MONTH": "每月一次",
    "QUARTER": "每季度一次",
    "HALF_YEAR": "每半年一次",
    "YEAR": "每年一次",
}

FACILITIES = {
    "PRODUCTION": "生产设施",
    "WATER": "废水治理设施",
    "AIR": "废气治理设施",
    "NOISE": "噪声治理设施",
    "SOLID": "固体废物治理设施",
}

Rows = list[Sequence[str]]


def facility_rows(said: dict[str, Any]) -> Rows:
    """The production and treatment units, where the permit names any."""
    return [
        (
            unit["code"],
            FACILITIES[unit["kind"]],
            unit["name"],
            unit["process"] or "—",
            unit["capacity"] or "—",
            "、".join(unit["outlets"]) or "—",
        )
        for unit in said.get("facilities", [])
    ]


def year_rows(outlet: dict[str, Any]) -> Rows:
    """The quantities of single years, where a limit has such."""
    return [
        (limit["pollutant_zh"], f"第 {number} 年", quantity(amount, limit["quantity_unit"]))
        for limit in outlet["limits"]
        for number, amount in enumerate(limit.get("years", []), 1)
    ]


def period_rows(outlet: dict[str, Any]) -> Rows:
    """The special periods, where a limit has such."""
    return [
        (
            limit["pollutant_zh"],
            f"{period['name']}（{period['from']} 至 {period['to']}）",
            period_word(period, limit["quantity_unit"]),
        )
        for limit in outlet["limits"]
        for period in limit.get("special_periods", [])
    ]


def period_word(period: dict[str, Any], unit: str) -> str:
    """A ban, or the quantity per day."""
    if period["is_ban"]:
        return "禁止排放"
    return quantity(period["quantity_per_day"], unit).replace("/a", "/d")


def plan_rows(said: dict[str, Any]) -> Rows:
    """The self-monitoring plan, line by line."""
    return [
        (
            item["outlet"],
            item["pollutant_zh"],
            METHODS[item["method"]],
            FREQUENCIES[item["frequency"]],
        )
        for item in said.get("monitoring", [])
    ]
