"""What kinds of file an application may carry, told by their bytes and not by their name."""

import io
import re
import zipfile
from pathlib import PurePosixPath

from shell.rules import RuleBroken

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Ending of the name → the type that its bytes must show.
TYPES = {
    ".pdf": PDF,
    ".png": PNG,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".docx": WORD,
    ".xlsx": SHEET,
}
# The part of an office file that says what it is.
MAIN_PARTS = {WORD: "word/document.xml", SHEET: "xl/workbook.xml"}
# What a PDF can start by itself when it is opened.
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")
LONGEST_NAME = 160


def type_of(name: str, content: bytes) -> str:
    """The media type of the file. Refuses a type that is not taken (P150), bytes that are not
    what the name says (P151), an empty file (P154) and active content (P155)."""
    if not content:
        raise RuleBroken("P154", name=name)
    wanted = TYPES.get(PurePosixPath(name.lower()).suffix)
    if wanted is None:
        raise RuleBroken("P150", name=name)
    if shown_by(content) != wanted:
        raise RuleBroken("P151", name=name)
    if is_active(wanted, content):
        raise RuleBroken("P155", name=name)
    return wanted


def shown_by(content: bytes) -> str:
    """The type that the bytes themselves show; nothing when they show none that is taken."""
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-16:]:
        return PNG
    if content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return JPEG
    if content.startswith(b"PK\x03\x04"):
        return office_type(content)
    return ""


def parts_of(content: bytes) -> set[str]:
    """The names inside a packed file; none when it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return set()


def office_type(content: bytes) -> str:
    """Whether a packed file is a Word or an Excel document."""
    parts = parts_of(content)
    if "[Content_Types].xml" not in parts:
        return ""
    return next((kind for kind, part in MAIN_PARTS.items() if part in parts), "")


def is_active(media_type: str, content: bytes) -> bool:
    """Whether the file would run something by itself: macros, scripts, files inside."""
    if media_type == PDF:
        return bool(ACTIVE.search(content))
    if media_type in MAIN_PARTS:
        return any(
            "vbaproject" in part.lower() or "/embeddings/" in part for part in parts_of(content)
        )
    return False


def tidy_name(name: str) -> str:
    """The file's own name, without folders and characters that break a header."""
    last = re.split(r"[\\/]", name)[-1]
    kept = re.sub(r"[\x00-\x1f\x7f\"<>|:*?]", "", last).strip(". ") or "file"
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"[:LONGEST_NAME]
