"""Spreadsheets: what is refused on the way in, what is made harmless on the way out."""

import io
import zipfile

import pytest
from django.test import RequestFactory
from django.utils.html import format_html
from openpyxl import Workbook, load_workbook

from shell import sheets, units
from shell.figures import quantity
from shell.sentences import SheetColumnsDiffer, SheetEmpty, SheetTooLarge, SheetUnreadable
from shell.sheets import SheetColumn, read_sheet, write_sheet
from shell.tables import Column, Status, Table

COLUMNS = [
    SheetColumn("name", ("企业名称", "Enterprise")),
    SheetColumn("cod", ("COD（t）",), lambda text: units.parse_quantity(text, unit="t")),
    SheetColumn("note", ("备注",), is_required=False),
]
HEAD = ["企业名称", "COD（t）", "备注"]


def workbook(*rows) -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content


def test_rows_are_read_with_their_numbers():
    sheet = read_sheet(workbook(HEAD, ["甲厂", 1.5, None], [], ["乙厂", "0.25", "x"]), COLUMNS)
    assert not sheet.faults
    assert [row.number for row in sheet.rows] == [2, 4]
    assert sheet.rows[0].values == {"name": "甲厂", "cod": 1_500_000_000, "note": None}
    assert sheet.rows[1].values["cod"] == 250_000_000


def test_columns_may_stand_in_any_order_and_language():
    sheet = read_sheet(workbook(["COD（t）", "Enterprise"], [2, "甲厂"]), COLUMNS)
    assert sheet.rows[0].values["name"] == "甲厂"


def test_every_wrong_cell_is_named_by_row_and_column():
    sheet = read_sheet(
        workbook(HEAD, ["甲厂", "1e3", ""], ["乙厂", "=1+1", ""], ["丙厂", "１２", ""]), COLUMNS
    )
    assert [(fault.code, fault.params["row"]) for fault in sheet.faults] == [
        ("S305", 2),
        ("S304", 3),
        ("S305", 4),
    ]
    assert "S102" in str(sheet.faults[0])


@pytest.mark.parametrize(
    ("number", "text"), [(0.1, "0.1"), (1e21, "1" + "0" * 21), (3.0, "3"), (12345.678, "12345.678")]
)
def test_numbers_arrive_as_plain_digits(number, text):
    assert sheets.text_of(number) == text


@pytest.mark.parametrize("head", [["企业名称"], [*HEAD, "企业名称"]])
def test_missing_or_doubled_column_is_refused(head):
    with pytest.raises(SheetColumnsDiffer):
        read_sheet(workbook(head, ["甲厂", 1]), COLUMNS)


def test_sheet_without_rows_is_refused():
    with pytest.raises(SheetEmpty):
        read_sheet(workbook(HEAD), COLUMNS)


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken"])
def test_other_files_are_refused(content):
    with pytest.raises(SheetUnreadable):
        read_sheet(io.BytesIO(content), COLUMNS)


def test_file_over_the_limit_is_refused():
    with pytest.raises(SheetTooLarge):
        read_sheet(io.BytesIO(bytes(sheets.MOST_BYTES + 1)), COLUMNS)


def repacked(source: io.BytesIO, name: str, change) -> io.BytesIO:
    """The workbook with one of its parts changed."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, change(content) if part.filename == name else content)
    target.seek(0)
    return target


SHEET_XML = "xl/worksheets/sheet1.xml"


def test_zip_bomb_is_refused_before_it_is_unpacked():
    big = b"<!--" + b" " * sheets.MOST_UNPACKED_BYTES + b"-->"
    bomb = repacked(workbook(HEAD, ["甲厂", 1]), SHEET_XML, lambda xml: xml + big)
    assert len(bomb.getvalue()) < sheets.MOST_BYTES
    with pytest.raises(SheetTooLarge):
        read_sheet(bomb, COLUMNS)


def test_entity_bomb_is_refused():
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    bomb = repacked(
        workbook(HEAD, ["甲厂", 1]), SHEET_XML, lambda xml: laughs + xml[xml.index(b"<worksheet") :]
    )
    with pytest.raises(SheetUnreadable):
        read_sheet(bomb, COLUMNS)


def test_a_lying_dimension_costs_nothing():
    liar = repacked(
        workbook(HEAD, ["甲厂", 1, None]),
        SHEET_XML,
        lambda xml: xml.replace(b'ref="A1:C2"', b'ref="A1:XFD1048576"'),
    )
    assert len(read_sheet(liar, COLUMNS).rows) == 1


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    with pytest.raises(SheetTooLarge):
        read_sheet(workbook(HEAD, *[["甲厂", 1, None]] * 4), COLUMNS)
    assert len(read_sheet(workbook(HEAD, *[["甲厂", 1, None]] * 3), COLUMNS).rows) == 3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "＝1", "＋1", "－1", "＠x"])
def test_text_never_begins_a_formula(text):
    content = write_sheet("表", ["名称"], [[text]])
    cell = load_workbook(io.BytesIO(content)).active["A2"]
    assert cell.data_type == "s"
    assert cell.value == f"'{text}"


def test_harmless_text_and_numbers_stay_as_they_are():
    content = write_sheet("表/一", ["名称", "数"], [["甲厂=1", 12]])
    leaf = load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in leaf[2]] == ["甲厂=1", 12]
    assert leaf.freeze_panes == "A2"


def test_table_is_exported_whole_in_its_units():
    rows = [{"no": n, "mg": n * 10**9 + 1, "state": Status("normal", "有效")} for n in range(60)]
    table = Table(
        rows,
        [Column("no", "号"), Column("mg", "COD", kind="t"), Column("state", "状态", kind="status")],
        request=RequestFactory().get("/"),
        caption="许可证",
    )
    leaf = load_workbook(io.BytesIO(sheets.table_response(table).content)).active
    assert leaf.max_row == 61
    assert [cell.value for cell in leaf[1]] == ["号", "COD (t)", "状态"]
    assert [cell.value for cell in leaf[3]] == [1, 1.000000001, "有效"]


def test_a_cell_that_is_markup_on_the_page_is_exported_as_its_words():
    shown = format_html(
        '{} → {} <a href="/x/">{}</a>', quantity(1_500_000_000, "t"), "甲&乙", "<1>"
    )
    table = Table([{"a": shown}], [Column("a", "量")], RequestFactory().get("/"), "表")
    leaf = load_workbook(io.BytesIO(sheets.table_response(table).content)).active
    assert leaf["A2"].value == "1.500 t → 甲&乙 <1>"
