"""Files of any length, sent while they are made: CSV and .xlsx whose memory does not grow.

    rows = (… for line in a server-side cursor)
    return streamed(request, csv_bytes(heads, rows), name="…", suffix="csv")

The rows are pulled in the request's own thread, under whichever server, so a database cursor
that feeds them stays where it was opened; when the reader leaves, they are closed there too.
"""

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, override

from shell.sheets import XLSX, heads_of, rows_of, safe_text
from shell.tables import Table

Text = str | Promise
Row = Sequence[Any]

BATCH = 500
PIECE = 2**16
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}
BOM = "\ufeff".encode()
# Rows of one sheet below its head, by the format; more go on in a further sheet.
MOST_ROWS = 1_048_575
# A spreadsheet keeps a number in 15 digits; a longer figure is written as text, exactly.
MOST_DIGITS = 15
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
EXCEL_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 -- a spreadsheet knows no zone
DAY = datetime.timedelta(days=1)


def streamed(
    request: HttpRequest, chunks: Iterable[bytes], *, name: str, suffix: str
) -> StreamingHttpResponse:
    """The file as a download, sent piece by piece in the language of the page it was asked on."""
    told = _in_language(iter(chunks), get_language() or "")
    content: Any = Pulled(told) if isinstance(request, ASGIRequest) else told
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.{suffix}"
    return StreamingHttpResponse(
        content,
        content_type=TYPES[suffix],
        headers={"Content-Disposition": disposition, "X-Accel-Buffering": "no"},
    )


def file_streamed(request: HttpRequest, path: Path, *, kind: str) -> StreamingHttpResponse:
    """A file that lies on the disk, as a download under its own name, piece by piece."""
    chunks = _pieces(path)
    content: Any = Pulled(chunks) if isinstance(request, ASGIRequest) else chunks
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name)}",
        "Content-Length": str(path.stat().st_size),
        "X-Accel-Buffering": "no",
    }
    return StreamingHttpResponse(content, content_type=kind, headers=headers)


def _pieces(path: Path) -> Generator[bytes, None, None]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _in_language(chunks: Iterator[bytes], language: str) -> Generator[bytes, None, None]:
    """Each piece made in the language; between pieces the thread's own one is in force."""
    try:
        while True:
            with override(language):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk
    finally:
        close: Callable[[], None] = getattr(chunks, "close", lambda: None)
        close()


class Pulled:
    """Pieces made in the request's thread, awaited by an asynchronous server.

    Given as an asynchronous iterator, because Django would gather a plain one in memory first.
    """

    def __init__(self, chunks: Generator[bytes, None, None]) -> None:
        self.chunks = chunks

    def __aiter__(self) -> "Pulled":
        return self

    async def __anext__(self) -> bytes:
        chunk = await sync_to_async(lambda: next(self.chunks, None))()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    def close(self) -> None:
        """Called with the response, in the request's thread, also when the reader has left."""
        self.chunks.close()


def batches(rows: Iterable[Any], size: int = BATCH) -> Generator[list[Any], None, None]:
    """The rows by the batch, so that what is looked up for them is looked up once for many."""
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


def csv_bytes(
    heads: Row, rows: Iterable[Row], *, has_bom: bool = True
) -> Generator[bytes, None, None]:
    """A CSV file: UTF-8 (marked with a BOM so that Excel and WPS see it), exact plain figures,
    no text that a spreadsheet would take for a formula."""
    if has_bom:
        yield BOM
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain(head) for head in heads])
    for batch in batches(rows):
        writer.writerows([plain(value) for value in row] for row in batch)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def plain(value: Any) -> str:
    """A value as a CSV field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        return f"{timezone.localtime(value) if value.tzinfo else value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, int | datetime.date):
        return str(value)
    return safe_text(str(value))


@dataclass(frozen=True)
class Leaf:
    """One sheet of a workbook: its name, its head row, its rows as they come."""

    title: Text
    heads: Row
    rows: Iterable[Row]


class Sink(io.RawIOBase):
    """Where the archive writes: holds no more than what is not yet sent."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self.pieces)
        self.pieces.clear()
        return taken


SHEET_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns='
    '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
    '<cols><col min="1" max="40" width="18" customWidth="1"/></cols><sheetData>'
)
SHEET_TAIL = "</sheetData></worksheet>"
STYLES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns='
    '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf/>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/>'
    '<xf fontId="1" applyFont="1"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
DATE_STYLE, MOMENT_STYLE, HEAD_STYLE = 1, 2, 3
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def xlsx_bytes(leaves: Sequence[Leaf]) -> Generator[bytes, None, None]:
    """A workbook, made and compressed while it is sent; a sheet that is full goes on in a next."""
    sink = Sink()
    titles: list[str] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for leaf in leaves:
            rows = iter(leaf.rows)
            is_begun = False
            while (part := list(islice(rows, BATCH))) or not is_begun:
                is_begun = True
                titles.append(_title(leaf.title, titles))
                yield from _sheet(archive, sink, len(titles), leaf.heads, part, rows)
        for path, text in _frame(titles):
            archive.writestr(path, text)
    yield sink.take()


def _sheet(
    archive: zipfile.ZipFile,
    sink: Sink,
    number: int,
    heads: Row,
    first: list[Row],
    rows: Iterator[Row],
) -> Generator[bytes, None, None]:
    """One sheet: its first rows and as many of the others as it can hold."""
    name = f"xl/worksheets/sheet{number}.xml"
    room = MOST_ROWS - len(first)
    with archive.open(name, "w", force_zip64=True) as file:
        head = "".join(_cell(safe_text(str(title)), HEAD_STYLE) for title in heads)
        file.write(f"{SHEET_HEAD}<row>{head}</row>".encode())
        batch = first
        while batch:
            file.write("".join(map(_row, batch)).encode())
            if piece := sink.take():
                yield piece
            batch = list(islice(rows, min(BATCH, room)))
            room -= len(batch)
        file.write(SHEET_TAIL.encode())


def _row(row: Row) -> str:
    return f"<row>{''.join(_cell(value) for value in row)}</row>"


def _cell(value: Any, style: int = 0) -> str:
    """A cell that shows the value and runs nothing."""
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, datetime.date):
        return _moment(value)
    is_figure = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if is_figure and len(Decimal(value).normalize().as_tuple().digits) <= MOST_DIGITS:
        return (
            f"<c><v>{value:f}</v></c>" if isinstance(value, Decimal) else f"<c><v>{value}</v></c>"
        )
    text = escape(NOT_XML.sub("�", plain(value)))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _moment(value: datetime.date) -> str:
    """A day or a moment as the number of days that spreadsheets count."""
    if not isinstance(value, datetime.datetime):
        days = (value - EXCEL_EPOCH.date()).days
        return f'<c s="{DATE_STYLE}"><v>{days}</v></c>'
    local = timezone.make_naive(value) if value.tzinfo else value
    since = local.replace(microsecond=0) - EXCEL_EPOCH
    serial = since.days + (Decimal(since.seconds) / 86_400).quantize(Decimal("1e-9"))
    return f'<c s="{MOMENT_STYLE}"><v>{serial:f}</v></c>'


def _title(title: Text, taken: list[str]) -> str:
    """A sheet's name: no sign that names refuse, at most 31 characters, each once."""
    base = re.sub(r"[\\/*?:\[\]']", " ", NOT_XML.sub("", str(title))).strip()[:25] or "1"
    names = (base if number == 1 else f"{base} ({number})" for number in range(1, 1000))
    return next(name for name in names if name not in taken)


def _frame(titles: list[str]) -> Iterator[tuple[str, str]]:
    """What holds the sheets together."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    numbers = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name="{escape(title, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
        for n, title in zip(numbers, titles, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{KIND}.worksheet+xml"/>'
        for n in numbers
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    tie = f'<Relationships xmlns="{PACKAGE}/relationships">'
    book = f'<workbook xmlns="{main}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'
    styles = f'<Relationship Id="rIdS" Type="{OFFICE}/styles" Target="styles.xml"/>'
    root = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    parts = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{KIND}.{kind}+xml"/>'
        for name, kind in (("workbook", "sheet.main"), ("styles", "styles"))
    )
    yield "xl/workbook.xml", head + book
    yield "xl/styles.xml", STYLES
    yield "xl/_rels/workbook.xml.rels", f"{head}{tie}{links}{styles}</Relationships>"
    yield "_rels/.rels", f"{head}{tie}{root}</Relationships>"
    types = f'<Types xmlns="{PACKAGE}/content-types">{rels}relationships+xml"/>{parts}{kinds}'
    yield "[Content_Types].xml", f"{head}{types}</Types>"


def table_streamed(table: Table) -> StreamingHttpResponse:
    """Every row of a table, filtered as on the page, as a workbook sent while it is made."""
    leaf = Leaf(str(table.caption), heads_of(table), rows_of(table))
    return streamed(table.request, xlsx_bytes([leaf]), name=str(table.caption), suffix="xlsx")
