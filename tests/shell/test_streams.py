"""Files made while they are sent: CSV and .xlsx that any program reads and no text can misuse."""

import asyncio
import csv
import datetime
import io
import threading
import tracemalloc
from decimal import Decimal

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.test import RequestFactory
from openpyxl import load_workbook

from shell import streams
from shell.streams import Leaf, csv_bytes, streamed, xlsx_bytes

NOON = datetime.datetime(2026, 11, 20, 4, 0, 9, tzinfo=datetime.UTC)
FORMULAS = ["=1+1", "+cmd", "-2", "@x", "\tx", "\rx", "＝1", '=HYPERLINK("x")']


def read_csv(chunks):
    return list(csv.reader(io.StringIO(b"".join(chunks).decode("utf-8-sig"))))


def read_xlsx(*leaves):
    book = load_workbook(io.BytesIO(b"".join(xlsx_bytes(leaves))))
    return {leaf.title: list(leaf.values) for leaf in book.worksheets}


class TestCsv:
    def test_figures_are_exact_and_moments_local(self):
        row = [Decimal("0.000000001"), 2**62, NOON, datetime.date(2026, 1, 2), None, True, "名,称"]
        assert read_csv(csv_bytes(["a"], [row]))[1] == [
            "0.000000001",
            str(2**62),
            "2026-11-20 12:00:09",
            "2026-01-02",
            "",
            "1",
            "名,称",
        ]

    @pytest.mark.parametrize("text", FORMULAS)
    def test_no_text_begins_a_formula(self, text):
        assert read_csv(csv_bytes(["a"], [[text]]))[1][0].startswith("'")

    def test_a_negative_figure_stays_a_figure(self):
        assert read_csv(csv_bytes(["a"], [[Decimal("-1.5"), -3]]))[1] == ["-1.5", "-3"]

    def test_the_mark_for_spreadsheets_can_be_left_out(self):
        assert next(csv_bytes(["a"], [])) == b"\xef\xbb\xbf"
        assert next(csv_bytes(["a"], [], has_bom=False)) == b"a\r\n"


class TestXlsx:
    def test_a_workbook_gives_back_what_was_written(self):
        row = [Decimal("1.234567891"), -7, "清源 <&>", datetime.date(2026, 1, 2), NOON, None]
        (head, found) = read_xlsx(Leaf("流水", list("abcdef"), [row]))["流水"]
        assert head == tuple("abcdef")
        assert found == (
            1.234567891,
            -7,
            "清源 <&>",
            datetime.datetime(2026, 1, 2),  # noqa: DTZ001 -- a spreadsheet knows no zone
            datetime.datetime(2026, 11, 20, 12, 0, 9),  # noqa: DTZ001
            None,
        )

    def test_a_figure_too_long_for_a_spreadsheet_is_kept_as_text(self):
        exact = Decimal("9223372036.854775807")
        assert read_xlsx(Leaf("a", ["a"], [[exact]]))["a"][1] == ("9223372036.854775807",)

    @pytest.mark.parametrize("text", FORMULAS)
    def test_no_cell_is_a_formula(self, text):
        book = load_workbook(io.BytesIO(b"".join(xlsx_bytes([Leaf("a", ["a"], [[text]])]))))
        assert book.active["A2"].data_type != "f"
        assert book.active["A2"].value.startswith("'")

    def test_signs_that_xml_refuses_do_not_break_the_file(self):
        assert read_xlsx(Leaf("a", ["a"], [["x\x00\x0by"]]))["a"][1] == ("x��y",)

    def test_a_full_sheet_goes_on_in_the_next(self, monkeypatch):
        monkeypatch.setattr(streams, "MOST_ROWS", 1200)
        found = read_xlsx(Leaf("a", ["n"], ([n] for n in range(2500))))
        assert {title: len(rows) for title, rows in found.items()} == {
            "a": 1201,
            "a (2)": 1201,
            "a (3)": 101,
        }
        assert [row[0] for rows in found.values() for row in rows[1:]] == list(range(2500))

    def test_a_sheet_without_rows_has_its_head(self):
        assert read_xlsx(Leaf("a/b", ["n"], []), Leaf("c", ["m"], [[1]])) == {
            "a b": [("n",)],
            "c": [("m",), (1,)],
        }


def asgi_request():
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    return ASGIRequest(scope, io.BytesIO())


class TestSending:
    def test_under_an_asynchronous_server_pieces_come_one_by_one_from_one_thread(self):
        made, threads = [], set()

        def rows():
            try:
                for number in range(3):
                    made.append(number)
                    threads.add(threading.get_ident())
                    yield b"%d" % number
            finally:
                made.append("closed")
                threads.add(threading.get_ident())

        async def read():
            answer = streamed(asgi_request(), rows(), name="a", suffix="csv")
            return [(piece, list(made)) async for piece in answer]

        found = asyncio.run(read())
        assert found[0] == (b"0", [0]), "the first piece leaves before the second is made"
        assert made == [0, 1, 2, "closed"]
        assert len(threads) == 1

    def test_a_reader_who_leaves_ends_the_work(self):
        closed = []

        def rows():
            try:
                while True:
                    yield b"x"
            finally:
                closed.append(True)

        async def leave():
            answer = streamed(asgi_request(), rows(), name="a", suffix="csv")
            async for _piece in answer:
                break
            answer.close()

        asyncio.run(leave())
        assert closed

    def test_names_in_chinese_survive(self):
        answer = streamed(RequestFactory().get("/"), [b"x"], name="对账单 COD", suffix="xlsx")
        assert "filename*=UTF-8''%E5%AF%B9" in answer["Content-Disposition"]
        assert b"".join(answer) == b"x"


@pytest.mark.parametrize("make", [csv_bytes, lambda h, r: xlsx_bytes([Leaf("a", h, r)])])
def test_memory_does_not_grow_with_the_rows(make):
    def peak(count):
        rows = ([n, Decimal(n) / 1000, "清源印染有限公司", NOON] for n in range(count))
        tracemalloc.start()
        for _piece in make(["a", "b", "c", "d"], rows):
            pass
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1_000)
    assert peak(20_000) < 1.2 * peak(4_000)
