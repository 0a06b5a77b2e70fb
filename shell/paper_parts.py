"""What papers are drawn with: fonts, colours, frame line, foot, QR code, seal place.

`shell.paper` composes them; a paper with a layout of its own (the certificate for the wall)
uses them directly, so that all papers stay one family.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from shell.sentences import CharacterNotDrawable, FontMissing

REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
FONT_FILES = {
    REGULAR: "400Regular/NotoSansSC_400Regular.ttf",
    BOLD: "700Bold/NotoSansSC_700Bold.ttf",
}
RIVER, RIVER_PALE = HexColor("#0B5E6F"), HexColor("#E1EEF1")
INK, SOFT, LINE, SEAL = (HexColor(code) for code in ("#14252B", "#4C5C62", "#D9DEDC", "#A8322A"))
MARGIN = 20 * mm
FRAME_OUTSIDE, FRAME_INSIDE = 6 * mm, 4.4 * mm  # how far the two lines stand off the text
LINE_BREAKS = frozenset("\n")


@cache
def register_fonts() -> None:
    """Load both weights once; refuses with S202 where set-up has not brought them."""
    try:
        for name, path in FONT_FILES.items():
            pdfmetrics.registerFont(TTFont(name, str(settings.FONT_DIR / path)))
    except (TTFError, OSError) as error:
        raise FontMissing from error


def check_drawable(*texts: str) -> None:
    """Refuse with S201, naming the character, a text the font cannot draw."""
    register_fonts()
    glyphs = [pdfmetrics.getFont(name).face.charToGlyph for name in FONT_FILES]
    for character in set().union(*texts) - LINE_BREAKS:
        if any(ord(character) not in known for known in glyphs):
            raise CharacterNotDrawable(character=character, codepoint=f"U+{ord(character):04X}")


@dataclass(frozen=True)
class Foot:
    """What ties a paper to the register: its number, its hash, where it is verified.

    `address` is in the QR code; `short_address` is printed below it for typing (the address
    without its scheme unless given).
    """

    document_no: str
    content_hash: str
    address: str
    printed_address: str = ""

    @property
    def short_address(self) -> str:
        return self.printed_address or self.address.partition("://")[2] or self.address


class NumberedCanvas(Canvas):
    """A canvas that knows at the end how many pages there are, and draws each foot then."""

    def __init__(self, foot: Foot, *args: Any, **kwargs: Any) -> None:
        # The page begins in our own font, so no font that is not embedded is named.
        super().__init__(*args, **{**kwargs, "initialFontName": REGULAR})
        self.foot = foot
        self.pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 -- reportlab's name
        self.pages.append(dict(self.__dict__))
        self._startPage()

    def finish(self) -> None:
        """Draw the feet, now that the pages are counted, and write the file."""
        for number, page in enumerate(self.pages, start=1):
            self.__dict__.update(page)
            self.draw_foot(number, len(self.pages))
            super().showPage()
        super().save()

    save = finish  # the name under which reportlab ends a document

    def draw_foot(self, number: int, count: int) -> None:
        """Document number, hash, page x of y, below the frame."""
        width = self._pagesize[0]
        self.setFont(REGULAR, 7.5)
        self.setFillColor(SOFT)
        y = MARGIN - 11 * mm
        self.drawString(MARGIN, y, f"文书编号 {self.foot.document_no}")
        self.drawRightString(width - MARGIN, y, f"第 {number} 页 共 {count} 页")
        self.setFont(REGULAR, 6.5)
        self.drawString(MARGIN, y - 3.2 * mm, f"内容校验码（SHA-256） {self.foot.content_hash}")


def draw_frame(canvas: Canvas, size: tuple[float, float]) -> None:
    """The frame line in river colour: a strong line and a fine one inside it."""
    canvas.saveState()
    canvas.setStrokeColor(RIVER)
    for stand_off, width in ((FRAME_OUTSIDE, 1.6), (FRAME_INSIDE, 0.4)):
        corner = MARGIN - stand_off
        canvas.setLineWidth(width)
        canvas.rect(corner, corner, size[0] - 2 * corner, size[1] - 2 * corner)
    canvas.restoreState()


def draw_qr(canvas: Canvas, foot: Foot, *, x: float, top: float, side: float) -> None:
    """The code that opens the verification page, the address printed under it."""
    code = QrCodeWidget(foot.address, barLevel="M").qr
    code.make()
    count = code.getModuleCount()
    module = side / count
    canvas.saveState()
    canvas.setFillColor(INK)
    # Drawn by runs of dark modules: reportlab's own drawing names a font it does not embed.
    for row in range(count):
        for start, length in _runs([code.isDark(row, column) for column in range(count)]):
            y = top - (row + 1) * module
            canvas.rect(x + start * module, y, length * module, module, stroke=0, fill=1)
    canvas.setFillColor(SOFT)
    size = 6.0
    printed = foot.short_address
    while canvas.stringWidth(printed, REGULAR, size) > side * 1.25 and size > 4:
        size -= 0.25
    canvas.setFont(REGULAR, size)
    # Ends with the code, so that a long address never crosses the frame.
    canvas.drawRightString(x + side, top - side - 3 * mm, printed)
    canvas.restoreState()


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """(start, length) of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for place, is_dark in enumerate(row):
        if is_dark and runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif is_dark:
            runs.append((place, 1))
    return runs


class SealPlace(Flowable):
    """Issuer and day at the right, over a light ring where the seal is set."""

    def __init__(self, issuer: str, day: str) -> None:
        super().__init__()
        self.issuer, self.day = issuer, day
        self.hAlign = "RIGHT"

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, 44 * mm

    def draw(self) -> None:
        canvas = self.canv
        x, y = self.width - 42 * mm, 22 * mm
        canvas.setStrokeColor(SEAL)
        canvas.setLineWidth(0.4)
        canvas.setDash(2, 2)
        canvas.circle(x, y, 20 * mm)
        canvas.setDash()
        canvas.setFillColor(INK)
        canvas.setFont(BOLD, 11)
        canvas.drawCentredString(x, y + 1.5 * mm, self.issuer)
        canvas.setFont(REGULAR, 10)
        canvas.drawCentredString(x, y - 5 * mm, self.day)
        canvas.setFillColor(SEAL)
        canvas.setFont(REGULAR, 7)
        canvas.drawCentredString(x, y - 13 * mm, "（盖章处）")
