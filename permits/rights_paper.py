"""The electronic certificate of a right (排污权电子凭证): one sheet, the quantity in its middle."""

from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from permits.certificate_text import chinese_date, exact_quantity, right_facts
from permits.wall_parts import (
    LEFT,
    MIST,
    RIGHT_END,
    TOP,
    WIDTH,
    Sheet,
    draw_facts,
    draw_sheet,
)
from shell.paper_parts import BOLD, INK, MARGIN, REGULAR, RIVER, SOFT, Foot

BAND_TOP, BAND = TOP + 2 * mm, 22 * mm
BAR, INSIDE = 1.6 * mm, 7 * mm
NOTE = "本凭证的现状以扫码核验结果为准；权利分割、转让、合并、收回的，本凭证即行作废。"


def draw_right(content: dict[str, Any], foot: Foot) -> bytes:
    """The sheet as PDF; S201 names a character of the content that cannot be drawn."""
    right = content["right"]
    sheet = Sheet(
        title="排污权电子凭证",
        below="Electronic Certificate of a Pollution Discharge Right",
        number=f"凭证编号　{content['certificate_no']}",
        issuer=content["issuer"]["name_zh"],
        issued=f"{chinese_date(content['issue_date'])}颁发",
        size=44,
        spacing=16,
    )

    def body(canvas: Canvas) -> None:
        draw_band(canvas, right)
        draw_facts(canvas, right_facts(right), top=BAND_TOP - BAND - 5 * mm, size=12, air=8)
        canvas.setFont(REGULAR, 8)
        canvas.setFillColor(SOFT)
        canvas.drawCentredString(WIDTH / 2, MARGIN + 0.5 * mm, NOTE)

    return draw_sheet(sheet, foot, content, body)


def draw_band(canvas: Canvas, right: dict[str, Any]) -> None:
    """What is certified, larger than all else: the pollutant, and how much of it a year."""
    low = BAND_TOP - BAND
    canvas.setFillColor(MIST)
    canvas.rect(LEFT, low, RIGHT_END - LEFT, BAND, stroke=0, fill=1)
    canvas.setFillColor(RIVER)
    canvas.rect(LEFT, low, BAR, BAND, stroke=0, fill=1)
    for words, draw, x in (
        ("污染物种类", canvas.drawString, LEFT + INSIDE),
        ("每年数量", canvas.drawRightString, RIGHT_END - INSIDE),
    ):
        canvas.setFont(REGULAR, 9.5)
        canvas.setFillColor(SOFT)
        draw(x, BAND_TOP - 6.5 * mm, words)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 19)
    canvas.drawString(LEFT + INSIDE, low + 5 * mm, right["pollutant_zh"])
    after = canvas.stringWidth(right["pollutant_zh"], BOLD, 19) + 3 * mm
    canvas.setFont(REGULAR, 10)
    canvas.setFillColor(SOFT)
    canvas.drawString(LEFT + INSIDE + after, low + 5 * mm, right["pollutant_en"])
    canvas.setFillColor(RIVER)
    canvas.setFont(BOLD, 28)
    amount = exact_quantity(right["quantity_per_year"])
    canvas.drawRightString(RIGHT_END - INSIDE, low + 4.6 * mm, amount)
