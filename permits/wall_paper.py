"""The main copy (正本) of a permit: one sheet for the wall with the basic data, nothing else.

The permitted matters stand in the duplicate (`permits.book_paper`). The same content always
gives the same bytes.
"""

import io
import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from permits.certificate_text import chinese_date, main_copy
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
WAVE, MIST = HexColor("#CFE0E4"), HexColor("#EEF5F6")
FACT = ParagraphStyle(
    "fact", fontName=REGULAR, fontSize=13.5, leading=18, textColor=INK, wordWrap="CJK"
)
LEFT, COLUMN = MARGIN + 12 * mm, MARGIN + 58 * mm
RIGHT_MIDDLE = WIDTH - MARGIN - 36 * mm
TOP = HEIGHT - 80 * mm
WAVES, TURNS, STEPS = 9, 6, 240


def draw_main_copy(content: dict[str, Any], foot: Foot) -> bytes:
    """The sheet as PDF; S201 names a character of the content that cannot be drawn."""
    register_fonts()
    check_drawable(*texts(content))
    said = content["permit"]
    out = io.BytesIO()
    canvas = NumberedCanvas(foot, out, pagesize=SIZE, invariant=1, lang="zh-CN")
    canvas.setTitle(f"排污许可证（正本） {said['permit_no']}")
    canvas.setAuthor(said["issuer"]["name_zh"])
    canvas.setSubject(foot.document_no)
    draw_river(canvas)
    draw_frame(canvas, SIZE)
    draw_corners(canvas)
    draw_head(canvas, said)
    draw_facts(canvas, main_copy(said), top=TOP)
    draw_code_and_seal(canvas, said, foot)
    canvas.showPage()
    canvas.finish()
    return out.getvalue()


def texts(said: Any) -> Iterator[str]:
    """Every text inside the content, however deep."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        yield from (text for inner in said.values() for text in texts(inner))
    elif isinstance(said, list):
        yield from (text for inner in said for text in texts(inner))


def draw_head(canvas: Canvas, said: dict[str, Any]) -> None:
    """Title, what the sheet is, number."""
    canvas.setFillColor(RIVER)
    canvas.setFont(BOLD, 50)
    draw_spaced(canvas, "排污许可证", HEIGHT - 47 * mm, spacing=22)
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, 11)
    line = "正本　·　Pollutant Discharge Permit"
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 56 * mm, line)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 16)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 67.5 * mm, f"证书编号　{said['permit_no']}")


def draw_code_and_seal(canvas: Canvas, said: dict[str, Any], foot: Foot) -> None:
    """On the right: the code that verifies, below it who issued it and when."""
    side = 32 * mm
    draw_qr(canvas, foot, x=RIGHT_MIDDLE - side / 2, top=TOP + 2 * mm, side=side)
    canvas.setFont(BOLD, 9)
    canvas.setFillColor(INK)
    canvas.drawCentredString(RIGHT_MIDDLE, TOP - side - 6 * mm, "扫码核验真伪与现状")
    seal = SealPlace(said["issuer"]["name_zh"], f"{chinese_date(said['issue_date'])}颁发")
    width, _height = seal.wrap(84 * mm, HEIGHT)
    seal.drawOn(canvas, RIGHT_MIDDLE - width / 2, MARGIN + 21 * mm)


def draw_river(canvas: Canvas) -> None:
    """A quiet river along the foot of the sheet: waves that run together and apart, as the fine
    lines of a bank note do."""
    canvas.saveState()
    canvas.setLineWidth(0.6)
    left, length = MARGIN - 4 * mm, WIDTH - 2 * MARGIN + 8 * mm
    for row in range(WAVES):
        canvas.setStrokeColor(WAVE if row % 2 else MIST)
        path = canvas.beginPath()
        for step in range(STEPS + 1):
            part = step / STEPS
            swell = math.sin(math.pi * part) * 2.2 + 1
            angle = 2 * math.pi * TURNS * part + row * math.pi / WAVES
            y = MARGIN + 7 * mm + row * 0.9 * mm + math.sin(angle) * swell * mm
            (path.lineTo if step else path.moveTo)(left + length * part, y)
        canvas.drawPath(path)
    canvas.restoreState()


def draw_corners(canvas: Canvas) -> None:
    """Three quarter rings in each corner of the frame, like drops in still water."""
    canvas.saveState()
    canvas.setStrokeColor(RIVER)
    inside = MARGIN - 4.4 * mm
    low, high = (inside, inside), (WIDTH - inside, HEIGHT - inside)
    places = [(*low, 0), (high[0], low[1], 90), (*high, 180), (low[0], high[1], 270)]
    for x, y, start in places:
        for radius, width in ((4, 0.9), (6.5, 0.5), (9, 0.3)):
            ring = radius * mm
            canvas.setLineWidth(width)
            canvas.arc(x - ring, y - ring, x + ring, y + ring, start, 90)
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
    width = RIGHT_MIDDLE - 26 * mm - COLUMN
    y = top
    for label, value in facts:
        paragraph = Paragraph(escape(value), FACT)
        _, height = paragraph.wrap(width, 40 * mm)
        canvas.setFont(BOLD, 11.5)
        canvas.setFillColor(RIVER)
        canvas.drawString(LEFT, y - 13, label)
        paragraph.drawOn(canvas, COLUMN, y - height + 1)
        y -= height + 10.5
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        canvas.line(LEFT, y + 4, COLUMN + width, y + 4)
