"""The main copy (正本) of a permit as PDF: what the content says, drawn, and nothing else.

The first page hangs on the wall; the pages behind it list the permitted limits and the
rights held. The same content always gives the same bytes.
"""

import dataclasses
import io
from collections.abc import Sequence
from typing import Any

from reportlab.graphics.barcode.qr import QrCodeWidget
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
    Table,
    TableStyle,
)

from permits.certificate_text import limit_table, main_copy, right_table
from permits.fonts import BOLD, REGULAR, check_drawable, register_fonts

WIDTH, HEIGHT = landscape(A4)
MARGIN = 20 * mm
RIVER, INK, SOFT = HexColor("#0B5E6F"), HexColor("#14252B"), HexColor("#52636A")
LINE, SEAL, RIVER_LIGHT = HexColor("#D9DEDC"), HexColor("#A8322A"), HexColor("#D3E3E6")
CELL = ParagraphStyle("cell", fontName=REGULAR, fontSize=9, leading=13, textColor=INK)
HEAD = ParagraphStyle("head", parent=CELL, fontName=BOLD, textColor=RIVER)
TITLE = ParagraphStyle("title", parent=CELL, fontName=BOLD, fontSize=15, leading=22)
SUB = ParagraphStyle("sub", parent=TITLE, fontSize=11.5, leading=18, textColor=RIVER)


@dataclasses.dataclass(frozen=True)
class Foot:
    """What ties the paper to the register: number, hash, address of the verification page."""

    document_no: str
    short_hash: str
    address: str


def draw_certificate(content: dict[str, Any], foot: Foot) -> bytes:
    """The whole document: main copy, then limits and rights; refuses a name it cannot draw."""
    register_fonts()
    check_drawable(content)
    # Drawn twice: only the first drawing tells how many pages there are.
    _, pages = draw(content, foot, pages=0)
    return draw(content, foot, pages=pages)[0]


def draw(content: dict[str, Any], foot: Foot, *, pages: int) -> tuple[bytes, int]:
    """The document, whose feet say “of `pages`”, and how many pages it came to."""
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=(WIDTH, HEIGHT),
        title=f"排污许可证 {content['permit']['permit_no']}",
        author=content["permit"]["issuer"]["name_zh"],
        subject=foot.document_no,
        lang="zh-CN",
        invariant=1,
        initialFontName=REGULAR,  # no other font is named in the file
    )
    body = Frame(MARGIN, MARGIN + 6 * mm, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN - 8 * mm)

    def wall(canvas: Canvas, _document: Any) -> None:
        draw_wall(canvas, content, foot)
        draw_foot(canvas, foot, pages)

    def later(canvas: Canvas, _document: Any) -> None:
        draw_frame(canvas)
        draw_foot(canvas, foot, pages)

    document.addPageTemplates(
        [
            PageTemplate("wall", [body], onPage=wall),
            PageTemplate("later", [body], onPage=later),
        ]
    )
    story: list[Flowable] = [NextPageTemplate("later"), Spacer(1, 1), PageBreak()]
    document.build(story + annex(content))
    return out.getvalue(), document.page


def draw_foot(canvas: Canvas, foot: Foot, pages: int) -> None:
    """Document number, hash, page of pages."""
    canvas.setFont(REGULAR, 7.5)
    canvas.setFillColor(SOFT)
    y = 12.5 * mm
    canvas.drawString(MARGIN, y, f"文书编号 {foot.document_no}")
    canvas.drawCentredString(WIDTH / 2, y, f"内容校验码 {foot.short_hash}")
    number = canvas.getPageNumber()
    canvas.drawRightString(WIDTH - MARGIN, y, f"第 {number} 页 共 {pages} 页")


def draw_frame(canvas: Canvas) -> None:
    """The frame line in the river's colour: a strong line and a fine one inside it."""
    canvas.setStrokeColor(RIVER)
    for inset, width in ((MARGIN - 3.2 * mm, 2.2), (MARGIN - 1.4 * mm, 0.5)):
        canvas.setLineWidth(width)
        canvas.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def draw_wall(canvas: Canvas, content: dict[str, Any], foot: Foot) -> None:
    """The sheet for the wall: title, number, facts, QR code, seal place."""
    said = content["permit"]
    draw_frame(canvas)
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
    draw_qr(canvas, foot, x=WIDTH - MARGIN - 55 * mm, y=HEIGHT - 116 * mm)
    draw_seal(canvas, said)


def draw_river(canvas: Canvas) -> None:
    """Three quiet waves along the foot of the sheet: the clear river of our mark."""
    canvas.saveState()
    canvas.setStrokeColor(RIVER_LIGHT)
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
    style = ParagraphStyle("fact", fontName=REGULAR, fontSize=12.5, leading=17, textColor=INK)
    y = top
    for label, value in facts:
        paragraph = Paragraph(escape(value), style)
        _, height = paragraph.wrap(width, 40 * mm)
        canvas.setFont(BOLD, 11)
        canvas.setFillColor(RIVER)
        canvas.drawString(left, y - 12, label)
        paragraph.drawOn(canvas, column, y - height + 1)
        y -= height + 8
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        canvas.line(left, y + 3, column + width, y + 3)


def escape(text: str) -> str:
    """Names are text, never reportlab's markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def draw_qr(canvas: Canvas, foot: Foot, *, x: float, y: float) -> None:
    """The code that opens the verification page, with the address printed under it."""
    side = 34 * mm
    # Drawn module by module: reportlab's own drawing would name a font that is not embedded.
    code = QrCodeWidget(foot.address, barLevel="M").qr
    code.make()
    count = code.getModuleCount()
    module = side / count
    canvas.setFillColor(INK)
    for row in range(count):
        for column in range(count):
            if code.isDark(row, column):
                top = y + side - (row + 1) * module
                canvas.rect(x + column * module, top, module, module, stroke=0, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 8.5)
    canvas.drawCentredString(x + side / 2, y - 11, "扫码核验真伪与现状")
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, 6)
    short = foot.address.partition("://")[2].partition("/verify/")[0] + "/verify/"
    canvas.drawCentredString(x + side / 2, y - 19, short)


def draw_seal(canvas: Canvas, said: dict[str, Any]) -> None:
    """Issuing authority and date, with the place for the seal drawn lightly."""
    x, y = WIDTH - MARGIN - 62 * mm, MARGIN + 36 * mm
    canvas.saveState()
    canvas.setStrokeColor(SEAL)
    canvas.setLineWidth(0.5)
    canvas.setDash(2, 2)
    canvas.circle(x + 24 * mm, y + 5 * mm, 19 * mm)
    canvas.restoreState()
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 12)
    canvas.drawCentredString(x + 24 * mm, y + 7 * mm, said["issuer"]["name_zh"])
    canvas.setFont(REGULAR, 11)
    canvas.drawCentredString(x + 24 * mm, y, f"{said['issue_date']} 颁发")
    canvas.setFillColor(SEAL)
    canvas.setFont(REGULAR, 7)
    canvas.drawCentredString(x + 24 * mm, y - 9 * mm, "（印章）")


def annex(content: dict[str, Any]) -> list[Flowable]:
    """The pages behind: limits by outlet, then the rights held."""
    said = content["permit"]
    return [
        Paragraph(escape(f"许可事项与持有排污权 · {said['unit']['name']}"), TITLE),
        Paragraph(escape(f"{said['permit_no']} · 第 {said['version']} 版"), CELL),
        Spacer(1, 5 * mm),
        Paragraph("许可排放浓度与许可排放量", SUB),
        grid(limit_table(said), (20, 46, 28, 42, 60, 57)),
        Spacer(1, 7 * mm),
        Paragraph("持有排污权（含初始分配、竞得与受让）", SUB),
        grid(right_table(content["rights"]), (58, 40, 45, 54, 30, 26)),
    ]


def grid(rows: Sequence[Sequence[str]], widths_mm: Sequence[int]) -> Table:
    """A table whose head comes again on each page."""
    cells = [
        [Paragraph(escape(cell), HEAD if number == 0 else CELL) for cell in row]
        for number, row in enumerate(rows)
    ]
    table = Table(cells, colWidths=[width * mm for width in widths_mm], repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 1, RIVER),
                ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
                ("FONTNAME", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table
