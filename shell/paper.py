"""The one PDF style of certificates, bills, notices and statements, A4 with 20 mm margins.

A document is built from blocks and tied to the register by its foot:

    pdf = draw(
        title="排污权有偿使用费缴款通知书",
        blocks=[
            facts([("单位名称", "清源印染有限公司"), ("应缴金额", "228,000.00 元")]),
            heading("明细"),
            grid(["污染物", "数量（t/a）"], rows, widths=[110, 60], figures={1}),
            words("请于 2026年12月20日 前缴清。"),
            seal_place("清源市生态环境局", "2026年11月20日"),
        ],
        foot=Foot("QF-339900-2026-0001", content_hash, "https://…/verify/…"),
    )

The same content always gives the same bytes, so a document's hash is stable. Texts are
never markup. A character the font lacks is refused by name (S201), never drawn as a blank.
"""

import io
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from html import escape
from typing import Any

from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from shell.paper_parts import (
    BOLD,
    INK,
    LINE,
    MARGIN,
    REGULAR,
    RIVER,
    RIVER_PALE,
    SOFT,
    Foot,
    NumberedCanvas,
    SealPlace,
    check_drawable,
    draw_frame,
    draw_qr,
    register_fonts,
)

__all__ = [
    "Foot",
    "check_drawable",
    "draw",
    "facts",
    "gap",
    "grid",
    "heading",
    "register_fonts",
    "room",
    "seal_place",
    "words",
]

# wordWrap CJK breaks Chinese between characters and keeps punctuation off a line's beginning.
TEXT = ParagraphStyle(
    "text", fontName=REGULAR, fontSize=10.5, leading=17, textColor=INK, wordWrap="CJK"
)
WORDS = ParagraphStyle("words", parent=TEXT, spaceBefore=8)
CELL = ParagraphStyle("cell", parent=TEXT, fontSize=9, leading=13)
FIGURE = ParagraphStyle("figure", parent=CELL, alignment=TA_RIGHT, wordWrap=None)
CELL_HEAD = ParagraphStyle("cell head", parent=CELL, fontName=BOLD, textColor=RIVER)
FIGURE_HEAD = ParagraphStyle("figure head", parent=CELL_HEAD, alignment=TA_RIGHT)
SUM = ParagraphStyle("sum", parent=CELL, fontName=BOLD)
FIGURE_SUM = ParagraphStyle("figure sum", parent=FIGURE, fontName=BOLD)
LABEL = ParagraphStyle("label", parent=TEXT, textColor=SOFT)
HEADING = ParagraphStyle(
    "heading", parent=TEXT, fontName=BOLD, fontSize=12, spaceBefore=12, spaceAfter=3
)
TITLE = ParagraphStyle(
    "title", parent=TEXT, fontName=BOLD, fontSize=20, leading=28, alignment=TA_CENTER
)
LEAD = ParagraphStyle("lead", parent=LABEL, fontSize=10, alignment=TA_CENTER)
# Else a table names Helvetica, which no paper embeds.
OWN_FONT = ("FONTNAME", (0, 0), (-1, -1), REGULAR)
QR_SIDE = 26 * mm
HEAD_HEIGHT = 34 * mm


def _paragraph(text: Any, style: ParagraphStyle) -> Paragraph:
    """The text as it is: a name with < or & is a name, not markup."""
    shown = str(text)
    check_drawable(shown)
    return Paragraph(escape(shown, quote=False).replace("\n", "<br/>"), style)


def words(text: str) -> Flowable:
    """A paragraph."""
    return _paragraph(text, WORDS)


def heading(text: str) -> Flowable:
    """A heading inside the document."""
    return _paragraph(text, HEADING)


def gap(height_mm: int = 5) -> Flowable:
    """Room between blocks."""
    return Spacer(1, height_mm * mm)


def room(height_mm: int) -> Flowable:
    """A new page unless so much room is left on this one."""
    return CondPageBreak(height_mm * mm)


def facts(pairs: Iterable[tuple[str, Any]], *, label_mm: int = 40, width_mm: int = 170) -> Flowable:
    """Label and value, line by line."""
    lines = [[_paragraph(label, LABEL), _paragraph(value, TEXT)] for label, value in pairs]
    table = Table(lines, colWidths=[label_mm * mm, (width_mm - label_mm) * mm], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                OWN_FONT,
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return table


def grid(
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    widths: Sequence[int],
    figures: Set[int] = frozenset(),
    sums: Sequence[Any] = (),
) -> Flowable:
    """A table whose head comes again on each page; `widths` in mm, `figures` to the right."""
    cells = [
        _cells(head, figures, CELL_HEAD, FIGURE_HEAD),
        *(_cells(row, figures, CELL, FIGURE) for row in rows),
        *([_cells(sums, figures, SUM, FIGURE_SUM)] if sums else []),
    ]
    style: list[Any] = [
        OWN_FONT,
        ("BACKGROUND", (0, 0), (-1, 0), RIVER_PALE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, RIVER),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    if sums:
        style.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, RIVER))
    table = Table(cells, colWidths=[width * mm for width in widths], repeatRows=1, hAlign="LEFT")
    table.setStyle(TableStyle(style))
    return table


def _cells(
    row: Sequence[Any], figures: Set[int], plain: ParagraphStyle, figure: ParagraphStyle
) -> list[Paragraph]:
    return [_paragraph(text, figure if at in figures else plain) for at, text in enumerate(row)]


def seal_place(issuer: str, day: str) -> Flowable:
    """Who issues it and when, over the place for the seal; never parted by a page's end."""
    check_drawable(issuer, day)
    return KeepTogether([Spacer(1, 8 * mm), SealPlace(issuer, day)])


@dataclass(frozen=True)
class _Layout:
    """The page: size, foot and what the first page carries at its head."""

    size: tuple[float, float]
    foot: Foot

    @property
    def room(self) -> Any:
        return self.size[0] - 2 * MARGIN

    def template(self, name: str, head: float, on_page: Callable[..., None]) -> PageTemplate:
        height = self.size[1] - 2 * MARGIN - head
        body = Frame(MARGIN, MARGIN, self.room, height, 0, 2 * mm, 0, 4 * mm)
        return PageTemplate(name, [body], onPage=on_page)

    def first(self, title: str, lead: str) -> PageTemplate:
        def on_page(canvas: Any, _document: Any) -> None:
            draw_frame(canvas, self.size)
            top = self.size[1] - MARGIN - 6 * mm
            draw_qr(canvas, self.foot, x=self.size[0] - MARGIN - QR_SIDE, top=top, side=QR_SIDE)
            # The title stands in the middle of the sheet and leaves the code its place.
            width = self.room - 2 * QR_SIDE - 8 * mm
            below = top - 4 * mm
            for text, style in ((title, TITLE), (lead, LEAD)):
                line = _paragraph(text, style)
                _, height = line.wrap(width, HEAD_HEIGHT)
                below -= height
                line.drawOn(canvas, (self.size[0] - width) / 2, below)

        return self.template("first", HEAD_HEIGHT + 4 * mm, on_page)

    def later(self) -> PageTemplate:
        def on_page(canvas: Any, _document: Any) -> None:
            draw_frame(canvas, self.size)

        return self.template("later", 4 * mm, on_page)


def draw(
    *,
    title: str,
    blocks: Sequence[Flowable],
    foot: Foot,
    lead: str = "",
    author: str = "",
    subject: str = "",
    is_landscape: bool = False,
) -> bytes:
    """The document as PDF: title and QR code on the first page, foot on each."""
    register_fonts()
    check_drawable(title, lead, foot.document_no, foot.content_hash, foot.short_address)
    layout = _Layout(landscape(A4) if is_landscape else A4, foot)
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=layout.size,
        title=f"{title} {foot.document_no}",
        author=author,
        subject=subject or foot.content_hash,
        lang="zh-CN",
        invariant=1,
    )
    document.addPageTemplates([layout.first(title, lead), layout.later()])

    def canvas(*args: Any, **kwargs: Any) -> NumberedCanvas:
        return NumberedCanvas(foot, *args, **kwargs)

    document.build([NextPageTemplate("later"), *blocks], canvasmaker=canvas)
    return out.getvalue()
