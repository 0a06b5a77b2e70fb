"""What every sheet for the wall is made of: river, drops in the corners, title, facts, seal.

One landscape page. Each sheet says what it is and what it certifies; the parts keep them one
family: the main copy of a permit, and the certificate of a right.
"""

import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

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
RIGHT_END = RIGHT_MIDDLE - 26 * mm  # where the facts end
TOP = HEIGHT - 80 * mm
WAVES, TURNS, STEPS = 9, 6, 240


@dataclass(frozen=True)
class Sheet:
    """What one sheet has of its own: its name, what stands below it, who issued it and when."""

    title: str
    below: str
    number: str
    issuer: str
    issued: str
    size: float = 50
    spacing: float = 22


def draw_sheet(
    sheet: Sheet, foot: Foot, content: dict[str, Any], body: Callable[[Canvas], None]
) -> bytes:
    """The sheet as PDF; the same content always gives the same bytes. S201 names a character of
    the content that cannot be drawn."""
    register_fonts()
    check_drawable(*texts(content))
    out = io.BytesIO()
    canvas = NumberedCanvas(foot, out, pagesize=SIZE, invariant=1, lang="zh-CN")
    canvas.setTitle(f"{sheet.title} {foot.document_no}")
    canvas.setAuthor(sheet.issuer)
    canvas.setSubject(foot.document_no)
    draw_river(canvas)
    draw_frame(canvas, SIZE)
    draw_corners(canvas)
    draw_head(canvas, sheet)
    body(canvas)
    draw_code_and_seal(canvas, sheet, foot)
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


def draw_head(canvas: Canvas, sheet: Sheet) -> None:
    """Title, what the sheet is, number."""
    canvas.setFillColor(RIVER)
    canvas.setFont(BOLD, sheet.size)
    draw_spaced(canvas, sheet.title, HEIGHT - 47 * mm, spacing=sheet.spacing)
    canvas.setFillColor(SOFT)
    canvas.setFont(REGULAR, 11)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 56 * mm, sheet.below)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 16)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 67.5 * mm, sheet.number)


def draw_code_and_seal(canvas: Canvas, sheet: Sheet, foot: Foot) -> None:
    """On the right: the code that verifies, below it who issued it and when."""
    side = 32 * mm
    draw_qr(canvas, foot, x=RIGHT_MIDDLE - side / 2, top=TOP + 2 * mm, side=side)
    canvas.setFont(BOLD, 9)
    canvas.setFillColor(INK)
    canvas.drawCentredString(RIGHT_MIDDLE, TOP - side - 6 * mm, "扫码核验真伪与现状")
    seal = SealPlace(sheet.issuer, sheet.issued)
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


def draw_facts(
    canvas: Canvas,
    facts: Sequence[tuple[str, str]],
    *,
    top: float,
    size: float = 13.5,
    air: float = 10.5,
) -> None:
    """Label and value, line by line; a long value takes a second line."""
    style = ParagraphStyle("fact", parent=FACT, fontSize=size, leading=size + 4.5)
    width = RIGHT_END - COLUMN
    y = top
    for label, value in facts:
        paragraph = Paragraph(escape(value), style)
        _, height = paragraph.wrap(width, 40 * mm)
        canvas.setFont(BOLD, size - 2)
        canvas.setFillColor(RIVER)
        canvas.drawString(LEFT, y - size + 0.5, label)
        paragraph.drawOn(canvas, COLUMN, y - height + 1)
        y -= height + air
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        canvas.line(LEFT, y + 0.4 * air, RIGHT_END, y + 0.4 * air)
