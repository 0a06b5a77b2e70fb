"""The duplicate (副本) of a permit: the whole book, from the unit to its duties."""

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.platypus import Flowable

from permits.certificate_text import (
    BUSINESS,
    DUTIES,
    KINDS,
    MODES,
    chinese_date,
    full_facts,
    limit_rows,
    right_table,
    total_rows,
)
from permits.plan_words import facility_rows, period_rows, plan_rows, year_rows
from permits.wall_parts import texts
from shell.paper import check_drawable, draw, facts, gap, grid, heading, room, seal_place, words
from shell.paper_parts import Foot

LIMIT_HEAD = ("污染物", "许可排放浓度", "年许可排放量")
YEAR_HEAD = ("污染物", "许可年份", "年许可排放量")
PERIOD_HEAD = ("污染物", "特殊时段", "许可日排放量")
UNIT_HEAD = ("编号", "类别", "名称", "工艺", "设计能力", "排放口")
UNIT_WIDTHS = [18, 34, 36, 34, 26, 22]
PLAN_HEAD = ("排放口", "污染物", "监测方式", "监测频次")
RIGHT_WIDTHS = [48, 20, 25, 41, 18, 18]


def draw_duplicate(content: dict[str, Any], foot: Foot) -> bytes:
    """The book as PDF; S201 names a character of the content that cannot be drawn."""
    said = content["permit"]
    check_drawable(*texts(content))
    return draw(
        title="排污许可证（副本）",
        lead=f"证书编号 {said['permit_no']}",
        blocks=[
            *basics(said),
            *registered(said),
            *permitted(said),
            *rights(content["rights"]),
            *duties(said),
            seal_place(said["issuer"]["name_zh"], chinese_date(said["issue_date"])),
        ],
        foot=foot,
        author=said["issuer"]["name_zh"],
        subject=foot.document_no,
    )


def basics(said: dict[str, Any]) -> list[Flowable]:
    """Who, where, until when, and by which business this version came to be."""
    version = f"第 {said['version']} 版（{BUSINESS[said['business_type']]}）"
    return [
        heading("一、基本信息"),
        facts([*full_facts(said), ("版本", version)]),
        gap(3),
    ]


def registered(said: dict[str, Any]) -> list[Flowable]:
    """The production and treatment units (登记事项), where the permit names any."""
    rows = facility_rows(said)
    if not rows:
        return []
    return [
        room(40),
        heading("登记事项：主要生产设施和污染防治设施"),
        grid(UNIT_HEAD, rows, widths=UNIT_WIDTHS),
        gap(3),
    ]


def permitted(said: dict[str, Any]) -> list[Flowable]:
    """Outlet by outlet what may be discharged, then the yearly totals of the site."""
    blocks: list[Flowable] = [room(75), heading("二、许可事项")]
    for outlet in said["outlets"]:
        blocks += outlet_blocks(outlet)
    totals = total_rows(said)
    if totals:
        blocks += [
            room(40),
            heading("全厂年许可排放量合计"),
            grid(("污染物", "年许可排放量"), totals, widths=[85, 85], figures={1}),
            words("年许可排放量为任意连续十二个月内的最大排放量（HJ 942-2018）。"),
        ]
    return blocks


def outlet_blocks(outlet: dict[str, Any]) -> Iterator[Flowable]:
    """One outlet: how and where to, and its limits."""
    yield room(50)
    yield heading(f"{outlet['code']}　{outlet['name']}（{KINDS[outlet['kind']]}）")
    told = [
        ("排放方式", MODES[outlet["mode"]]),
        ("排放去向", outlet["destination"]),
        ("位置", outlet["position"]),
    ]
    yield facts([pair for pair in told if pair[1]], label_mm=28)
    yield gap(1)
    yield grid(LIMIT_HEAD, limit_rows(outlet), widths=[60, 55, 55], figures={1, 2})
    for head, rows in ((YEAR_HEAD, year_rows(outlet)), (PERIOD_HEAD, period_rows(outlet))):
        if rows:
            yield gap(2)
            yield grid(head, rows, widths=[60, 65, 45], figures={2})
    yield gap(3)


def rights(held: Sequence[dict[str, Any]]) -> list[Flowable]:
    """Paid use and trading of pollution rights, as the register has them now."""
    rows = right_table(held)
    return [
        room(50),
        heading("三、排污权使用和交易信息"),
        grid(rows[0], rows[1:], widths=RIGHT_WIDTHS, figures={2}),
        gap(3),
    ]


def duties(said: dict[str, Any]) -> list[Flowable]:
    """What the holder has to do: what this permit says of its own, then what the law says."""
    own = [(duty, "本证") for duty in said.get("duties", []) if isinstance(duty, str)]
    return [
        room(45),
        heading("四、环境管理要求"),
        *plan(said),
        grid(("要求", "依据"), [*own, *DUTIES], widths=[135, 35]),
    ]


def plan(said: dict[str, Any]) -> list[Flowable]:
    """What the holder measures itself, how and how often, where the permit says so."""
    rows = plan_rows(said)
    if not rows:
        return []
    return [heading("自行监测方案"), grid(PLAN_HEAD, rows, widths=[30, 55, 40, 45]), gap(3)]
