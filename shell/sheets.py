"""Spreadsheets in and out: reading refuses what it cannot trust, writing is safe to open.

Reading never evaluates: a formula, a wrong head, a cell of another kind is refused with its
row and column, and nothing is taken over unless every row can be. Writing streams, keeps
figures as numbers, and never lets a text begin a formula in the reader's spreadsheet.
"""

import datetime
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import IO, Any
from urllib.parse import quote
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from shell import units
from shell.refusals import spoken
from shell.rules import RuleBroken
from shell.sentences import (
    SheetCellWrong,
    SheetColumnsDiffer,
    SheetEmpty,
    SheetHasFormula,
    SheetTooLarge,
    SheetUnreadable,
)
from shell.tables import Column, Status, Table

Text = str | Promise

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Signs that begin a formula in Excel or WPS, in their half- and full-width forms.
DANGEROUS = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
UNREADABLE = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    KeyError,
    ValueError,
    OSError,
    EOFError,
)


@dataclass(frozen=True)
class SheetColumn:
    """A column to read: its key, the heads it may have (zh, en), and how a cell is read.

    `read` gets the cell's text and returns the value; a `RuleBroken` or `ValueError` it
    raises becomes S305 with row and column. Numbers arrive as the digits the person sees.
    """

    key: str
    heads: tuple[str, ...]
    read: Callable[[str], Any] = str
    is_required: bool = True


@dataclass(frozen=True)
class SheetRow:
    """One row as read; `number` is the row's number in the spreadsheet."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """All rows if every one could be read, or all that is wrong, by row."""

    rows: list[SheetRow] = field(default_factory=list)
    faults: list[SheetCellWrong | SheetHasFormula] = field(default_factory=list)


def read_sheet(file: IO[bytes], columns: Sequence[SheetColumn]) -> Sheet:
    """The first sheet's rows by the columns asked for; blank rows are passed over.

    Refuses a file that is no workbook (S301), too large (S302), without a column (S303) or
    without rows (S306). What is wrong in cells (S304, S305) is listed in `faults`, at most
    a hundred, so that all can be mended at once; then `rows` must not be used.
    """
    content = _checked(file)
    try:
        book = load_workbook(content, read_only=True, data_only=False, keep_links=False)
        try:
            return _read(book, columns)
        finally:
            book.close()
    except UNREADABLE as error:
        raise SheetUnreadable from error


def _checked(file: IO[bytes]) -> io.BytesIO:
    """The bytes, if they are few enough packed and unpacked."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise SheetTooLarge(most=f"{MOST_BYTES // 1024 // 1024} MB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise SheetUnreadable from error
    if unpacked > MOST_UNPACKED_BYTES:
        raise SheetTooLarge(most=f"{MOST_UNPACKED_BYTES // 1024 // 1024} MB")
    return io.BytesIO(content)


def _read(book: Any, columns: Sequence[SheetColumn]) -> Sheet:
    leaf = book.worksheets[0]
    # What the file says of its own size is not believed: rows are counted as they come.
    leaf.reset_dimensions()
    lines = leaf.iter_rows(max_col=MOST_COLUMNS)
    places = _places(next(lines, ()), columns)
    sheet = Sheet()
    for number, cells in enumerate(islice(lines, MOST_ROWS + 1), start=2):
        if number > MOST_ROWS + 1:
            raise SheetTooLarge(most=_("%(count)s rows") % {"count": MOST_ROWS})
        _read_row(sheet, number, cells, places)
    if not sheet.rows and not sheet.faults:
        raise SheetEmpty
    return sheet


def _places(head: Sequence[Any], columns: Sequence[SheetColumn]) -> dict[int, SheetColumn]:
    """Where each column stands, by the first row."""
    titles = [str(cell.value).strip() if cell.value is not None else "" for cell in head]
    found: dict[int, SheetColumn] = {}
    for column in columns:
        at = [place for place, title in enumerate(titles) if title in column.heads]
        if len(at) > 1 or (column.is_required and not at):
            raise SheetColumnsDiffer(column=column.heads[0])
        found.update(dict.fromkeys(at, column))
    return found


def _read_row(
    sheet: Sheet, number: int, cells: Sequence[Any], places: dict[int, SheetColumn]
) -> None:
    if all(cell.value is None for cell in cells):
        return
    values = {}
    for place, column in places.items():
        cell = cells[place] if place < len(cells) else None
        try:
            values[column.key] = _read_cell(cell, column, number)
        except (SheetCellWrong, SheetHasFormula) as fault:
            if len(sheet.faults) < 100:
                sheet.faults.append(fault)
    sheet.rows.append(SheetRow(number, values))


def _read_cell(cell: Any, column: SheetColumn, number: int) -> Any:
    where = {"row": number, "column": column.heads[0]}
    if cell is not None and cell.data_type == "f":
        raise SheetHasFormula(**where)
    try:
        text = text_of(None if cell is None else cell.value)
        if text == "" and not column.is_required:
            return None
        return column.read(text)
    except RuleBroken as error:
        raise SheetCellWrong(**where, problem=str(spoken(error))) from error
    except ValueError as error:
        raise SheetCellWrong(**where, problem=str(error)) from error


def text_of(value: Any) -> str:
    """A cell's value as the person sees it: numbers as plain digits, days as 2026-11-22."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float | int):
        # repr gives the shortest digits that mean the same binary number, as Excel shows.
        exact = Decimal(repr(value))
        whole = exact.to_integral_value()
        return f"{whole:f}" if exact == whole else f"{exact:f}"
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time(0)
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    return str(value).strip()


def safe_text(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text and DANGEROUS.match(text) else text


def _cell(leaf: Any, value: Any) -> Any:
    """A cell that shows the value and runs nothing."""
    if isinstance(value, Promise):
        value = str(value)
    if isinstance(value, str):
        cell = WriteOnlyCell(leaf, safe_text(value))
        cell.data_type = "s"
        return cell
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return WriteOnlyCell(leaf, value.astimezone().replace(tzinfo=None))
    return WriteOnlyCell(leaf, value)


def write_sheet(title: Text, heads: Sequence[Text], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet: heads that stay in sight, numbers as numbers, texts as texts."""
    book = Workbook(write_only=True)
    leaf = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", str(title))[:31] or "1")
    leaf.freeze_panes = "A2"
    bold = []
    for head in heads:
        cell = _cell(leaf, str(head))
        cell.font = Font(bold=True)
        bold.append(cell)
    leaf.append(bold)
    for row in rows:
        leaf.append([_cell(leaf, value) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


SCALE_OF_KIND = {"t": units.MG_PER_T, "m3": units.LITRES_PER_M3, "yuan": units.FEN_PER_YUAN}


def plain_value(column: Column, row: Any) -> Any:
    """A table cell as a spreadsheet keeps it: exact numbers in the column's unit."""
    if column.kind == "status":
        shown = column.shown(row)
        return str(shown.word) if isinstance(shown, Status) else ""
    value = column.of(row)
    if column.kind in SCALE_OF_KIND and isinstance(value, int):
        return Decimal(value) / SCALE_OF_KIND[column.kind]
    if column.kind == "yuan" and value is not None:
        return getattr(value, "amount", value)
    if isinstance(value, SafeString):  # markup on the page: its words
        return html.unescape(strip_tags(value))
    is_plain = value is None or isinstance(value, int | Decimal | str | datetime.date)
    return value if is_plain else str(value)


def heads_of(table: Table) -> list[str]:
    """The head of each column with its unit."""
    return [
        f"{column.label} ({column.unit_word})" if column.unit_word else str(column.label)
        for column in table.columns
    ]


def rows_of(table: Table) -> Iterator[list[Any]]:
    """Every row of the table as plain values, read a few thousand at a time."""
    rows = table.ordered
    every = rows.iterator(chunk_size=2000) if hasattr(rows, "iterator") else iter(rows)
    for row in every:
        yield [plain_value(column, row) for column in table.columns]


def table_response(table: Table) -> HttpResponse:
    """All rows of a table, filtered and sorted as on the page, as a workbook to keep."""
    content = write_sheet(table.caption, heads_of(table), rows_of(table))
    return sheet_response(str(table.caption), content)


def sheet_response(name: str, content: bytes) -> HttpResponse:
    """A workbook to save under the name."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.xlsx"
    return HttpResponse(content, XLSX, headers={"Content-Disposition": disposition})
