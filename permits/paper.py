"""The main copy (正本) of a permit as PDF: what the content says, drawn, and nothing else.

The first page hangs on the wall; the pages behind it list the permitted limits and the
rights held. The same content always gives the same bytes.
"""

import io
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

from permits.certificate_text import chinese_date, limit_table, main_copy, right_table
from shell.paper import gap, grid, heading
from shell.paper_parts import (
    BOLD,
    INK,
    LINE,
    MARGIN,
    REGULAR,
    RIVER,
    SOFT,
    Foot,
    NumberedCanvas,
    SealPlace,
    check_drawable,
    draw_frame,
    draw_qr,
    register_fonts,
)

SIZE = landscape(A4)
WIDTH, HEIGHT = SIZE
WAVE = HexColor("#D3E3E6")
FACT = ParagraphStyle(
    "fact", fontName=REGULAR, fontSize=12.5, leading=17, textColor=INK, wordWrap="CJK"
)
FIGURES_OF_LIMITS = {4, 5}
FIGURES_OF_RIGHTS = {2}


def draw_certificate(content: dict[str, Any], foot: Foot) -> bytes:
    """The whole document: main copy, then limits and rights; S201 names what cannot be drawn."""
    register_fonts()
    check_drawable(*texts(content))
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=SIZE,
        title=f"排污许可证 {content['permit']['permit_no']}",
        author=content["permit"]["issuer"]["name_zh"],
        subject=foot.document_no,
        lang="zh-CN",
        invariant=1,
    )
    body = Frame(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN, 0, 2 * mm, 0, 2 * mm)

    def wall(canvas: Canvas, _document: Any) -> None:
        draw_wall(canvas, content, foot)

    def later(canvas: Canvas, _document: Any) -> None:
        draw_frame(canvas, SIZE)

    def canvas(*args: Any, **kwargs: Any) -> NumberedCanvas:
        return NumberedCanvas(foot, *args, **kwargs)

    document.addPageTemplates(
        [
            PageTemplate("wall", [body], onPage=wall),
            PageTemplate("later", [body], onPage=later),
        ]
    )
    story: list[Flowable] = [NextPageTemplate("later"), Spacer(1, 1), PageBreak()]
    document.build(story + annex(content), canvasmaker=canvas)
    return out.getvalue()


def texts(said: Any) -> Iterator[str]:
    """Every text inside the content, however deep."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        yield from (text for inner in said.values() for text in texts(inner))
    elif isinstance(said, list):
        yield from (text for inner in said for text in texts(inner))


def draw_wall(canvas: Canvas, content: dict[str, Any], foot: Foot) -> None:
    """The sheet for the wall: title, number, facts, QR code, seal place."""
    said = content["permit"]
    draw_frame(canvas, SIZE)
    draw_river(canvas)
    canvas.setFillColor(RIVER)
    canvas.setFont(BOLD, 46)
    draw_spaced(canvas, "排污许可证", HEIGHT - 50 * mm, spacing=18)
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, 10.5)
    canvas.drawCentredString(
        WIDTH / 2, HEIGHT - 58.5 * mm, "正本　Pollutant Discharge Permit · Main copy"
    )
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 14.5)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 69 * mm, f"证书编号　{said['permit_no']}")
    draw_facts(canvas, main_copy(said), top=HEIGHT - 80 * mm)
    draw_qr(canvas, foot, x=WIDTH - MARGIN - 55 * mm, top=HEIGHT - 80 * mm, side=34 * mm)
    canvas.setFont(BOLD, 8.5)
    canvas.setFillColor(INK)
    canvas.drawCentredString(WIDTH - MARGIN - 38 * mm, HEIGHT - 122 * mm, "扫码核验真伪与现状")
    seal = SealPlace(said["issuer"]["name_zh"], f"{chinese_date(said['issue_date'])}颁发")
    width, _height = seal.wrap(84 * mm, HEIGHT)
    seal.drawOn(canvas, WIDTH - MARGIN - 38 * mm - width / 2, MARGIN + 18 * mm)


def draw_river(canvas: Canvas) -> None:
    """Three quiet waves along the foot of the sheet: the clear river of our mark."""
    canvas.saveState()
    canvas.setStrokeColor(WAVE)
    canvas.setLineWidth(1.1)
    left, count = MARGIN + 2 * mm, 18
    step = (WIDTH - 2 * MARGIN - 4 * mm) / count
    for row in range(3):
        y = MARGIN + 4.5 * mm + row * 3.2 * mm
        wave = canvas.beginPath()
        wave.moveTo(left, y)
        for number in range(count):
            x, rise = left + number * step, (2.2 if number % 2 else -2.2) * mm
            wave.curveTo(x + step / 3, y + rise, x + 2 * step / 3, y + rise, x + step, y)
        canvas.drawPath(wave)
    canvas.restoreState()


def draw_spaced(canvas: Canvas, text: str, y: float, *, spacing: float) -> None:
    """A line in the middle with air between its characters."""
    size = canvas._fontsize
    width = canvas.stringWidth(text, BOLD, size) + spacing * (len(text) - 1)
    # Saved and restored: the spacing would else stay for all text that follows.
    canvas.saveState()
    line = canvas.beginText((WIDTH - width) / 2, y)
    line.setFont(BOLD, size)
    line.setCharSpace(spacing)
    line.textOut(text)
    canvas.drawText(line)
    canvas.restoreState()


def draw_facts(canvas: Canvas, facts: Sequence[tuple[str, str]], *, top: float) -> None:
    """Label and value, line by line; a long value takes a second line."""
    left, column = MARGIN + 16 * mm, MARGIN + 60 * mm
    width = WIDTH - MARGIN - 68 * mm - column
    y = top
    for label, value in facts:
        paragraph = Paragraph(escape(value), FACT)
        _, height = paragraph.wrap(width, 40 * mm)
        canvas.setFont(BOLD, 11)
        canvas.setFillColor(RIVER)
        canvas.drawString(left, y - 12, label)
        paragraph.drawOn(canvas, column, y - height + 1)
        y -= height + 8
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        canvas.line(left, y + 3, column + width, y + 3)


def annex(content: dict[str, Any]) -> list[Flowable]:
    """The pages behind: limits by outlet, then the rights held."""
    said = content["permit"]
    limits, rights = limit_table(said), right_table(content["rights"])
    return [
        heading(f"许可事项与持有排污权　{said['unit']['name']}"),
        Paragraph(escape(f"{said['permit_no']}　第 {said['version']} 版"), FACT),
        gap(4),
        heading("许可排放浓度与许可排放量"),
        grid(limits[0], limits[1:], widths=[22, 55, 32, 48, 50, 50], figures=FIGURES_OF_LIMITS),
        gap(6),
        heading("持有排污权（含初始分配、竞得与受让）"),
        grid(rights[0], rights[1:], widths=[58, 42, 45, 58, 28, 26], figures=FIGURES_OF_RIGHTS),
    ]
