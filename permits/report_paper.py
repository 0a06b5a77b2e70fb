"""An execution report as PDF, with its figures, its words and its comparison."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from permits.models import ExecutionReport, ReportLine
from permits.queries.reports import comparisons
from permits.report_tables import COMPARISON_COLUMNS, line_columns, report_facts, report_texts
from shell.paper import draw, facts, grid, heading, seal_place, words
from shell.paper_parts import Foot
from shell.tables import Column, Status

LINE_WIDTHS = [16, 24, 26, 24, 24, 26, 40, 27, 50]
COMPARISON_WIDTHS = [37, 37, 37, 37, 37, 37, 35]
FIGURE_KINDS = {"amount", "t", "m3", "yuan", "count"}
VOW = "本单位承诺：本报告内容真实、准确、完整，并承担相应法律责任。"


def draw_report(report: ExecutionReport, lines: Sequence[ReportLine]) -> bytes:
    """The report on paper, always in Chinese."""
    with translation.override("zh-hans"):
        digest = bytes(report.content_sha256).hex()[:32] if report.content_sha256 else "（草稿）"
        address = f"{settings.PUBLIC_ADDRESS}{reverse('report', args=[report.pk])}"
        day = f"{report.submitted_at:%Y-%m-%d}" if report.submitted_at else "（未提交）"
        blocks = [
            facts([(str(label), value) for label, value in report_facts(report)[:6]], width_mm=257),
            heading("一、实际排放量与达标判定"),
            sheet(line_columns(lines), lines, LINE_WIDTHS),
            heading("二、许可、设备、台账、报告与环境保护税比对"),
            sheet(COMPARISON_COLUMNS, comparisons(report, lines), COMPARISON_WIDTHS),
            heading("三、运行情况与说明"),
            facts(
                [(str(label), value or "无") for label, value in report_texts(report)],
                label_mm=60,
                width_mm=257,
            ),
            words(VOW),
            seal_place(report.permit.holder_name, day),
        ]
        return draw(
            title=f"排污许可{report.get_kind_display()}",
            lead=f"{report.start_date} 至 {report.end_date}",
            blocks=blocks,
            foot=Foot(report.report_no, digest, address),
            author=report.permit.holder_name,
            is_landscape=True,
        )


def sheet(columns: Sequence[Column], rows: Sequence[Any], widths: Sequence[int]) -> Any:
    """A page's table as a paper's."""
    figures = {at for at, column in enumerate(columns) if column.kind in FIGURE_KINDS}
    return grid(
        [str(column.label) for column in columns],
        [[plain(column.shown(row)) for column in columns] for row in rows],
        widths=widths,
        figures=figures,
    )


def plain(value: Any) -> str:
    """A cell as text; thin spaces, which the font lacks, become commas."""
    text = str(value.word) if isinstance(value, Status) else str(value)
    return text.replace("\u2009", ",")
