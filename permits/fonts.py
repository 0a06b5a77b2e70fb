"""The font of the certificate (until shell.paper)."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"


def register_fonts() -> None:
    if REGULAR in pdfmetrics.getRegisteredFontNames():
        return
    folder = settings.FONT_DIR
    pdfmetrics.registerFont(TTFont(REGULAR, folder / "400Regular" / "NotoSansSC_400Regular.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "700Bold" / "NotoSansSC_700Bold.ttf"))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def check_drawable(content: dict[str, Any]) -> None:
    from shell.refusals import refusal

    glyphs = pdfmetrics.getFont(REGULAR).face.charToGlyph
    for text in texts(content):
        for char in text:
            if ord(char) not in glyphs:
                raise refusal("S201", character=char, codepoint=f"U+{ord(char):04X}")
