"""The journal: the page by index, the files whole, and memory that does not grow with them."""

import csv
import datetime
import io
import resource
import tracemalloc
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from ledger import journal_files
from ledger.models import Account
from ledger.queries import Span, book_of
from ledger.queries.journal import enterprise_journal, region_journal
from ledger.queries.statements import every_line
from ledger.rules import Move, Purpose
from ledger.told import told_all
from shell.streams import csv_bytes
from tests import factories_ledger as make

pytestmark = pytest.mark.django_db
T = 10**9
DAYS = {"first": "2026-11-20", "last": "2026-11-20"}
SPAN = Span(datetime.date(2026, 11, 20), datetime.date(2026, 11, 20), make.NOW)


@pytest.fixture
def moved(agent, rival):
    """Two enterprises with a lot each; the first has loaded a card."""
    lot = make.lot(agent.enterprise)
    make.lot(rival.enterprise, key="rival", tonnes=7)
    card = make.account(agent.enterprise, Purpose.CARD)
    move = Move(make.lot_account(lot).pk, card.pk, 6 * T)
    make.post(make.posting("CARD_LOAD", "load", move, reason="=cmd"))
    return card


def lines(answer):
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


class TestFiles:
    def test_an_enterprise_gets_its_own_transfers_and_no_word_of_others(self, as_, agent, moved):
        found = lines(as_(agent).get(reverse("journal"), DAYS | {"format": "csv"}))
        assert [row["Amount"] for row in found] == ["10", "6"]
        assert [row["From: holder"] for row in found] == ["", agent.enterprise.name]
        assert found[0]["From: holds then"] == ""
        assert found[1]["Reason"] == "'=cmd"

    def test_the_bureau_gets_the_region_or_one_enterprise(self, as_, officer, rival, moved):
        client = as_(officer)
        assert len(lines(client.get(reverse("journal"), DAYS | {"format": "csv"}))) == 3
        of_one = DAYS | {"format": "csv", "enterprise": rival.enterprise.uscc.lower()}
        assert [row["Amount"] for row in lines(client.get(reverse("journal"), of_one))] == ["7"]

    def test_the_workbook_holds_the_same(self, as_, officer, moved):
        answer = as_(officer).get(reverse("journal"), DAYS | {"format": "xlsx"})
        rows = list(load_workbook(io.BytesIO(b"".join(answer))).active.values)
        assert [row[6] for row in rows] == ["Amount", 10, 7, 6]

    @pytest.mark.parametrize("name", ["Nobody Ltd", "91330000000000000X", "%"])
    def test_an_unknown_enterprise_is_refused(self, as_, officer, name):
        page = as_(officer).get(reverse("journal"), DAYS | {"enterprise": name})
        assert page.status_code == 422
        assert "L906" in page.content.decode()


class TestPage:
    def test_it_shows_the_newest_first_for_those_within_reach(self, as_, officer, agent, moved):
        page = as_(officer).get(reverse("journal"), DAYS)
        assert [one.kind_id for one in page.context["table"].shown_rows] == [
            "CARD_LOAD",
            "GRANT",
            "GRANT",
        ]
        page = as_(agent).get(reverse("journal"), DAYS)
        assert len(page.context["table"].shown_rows) == 2

    def test_older_ones_follow(self, as_, agent, moved, monkeypatch):
        monkeypatch.setattr("ledger.views.journal.PAGE", 1)
        client = as_(agent)
        first = client.get(reverse("journal"), DAYS).context["table"]
        rest = client.get(reverse("journal"), DAYS | {"after": first.next_after}).context["table"]
        kinds = [one.kind_id for table in (first, rest) for one in table.shown_rows]
        assert kinds == ["CARD_LOAD", "GRANT"]
        assert rest.next_after == ""


def many(card: Account, count: int) -> None:
    """So many discharges of 1 g from the card, posted like any other."""
    gone = make.account(card.enterprise, Purpose.DISCHARGED)
    gone.refresh_from_db()
    move = Move(card.pk, gone.pk, 1000)
    for start in range(gone.version, gone.version + count, 5_000):
        numbers = range(start, min(start + 5_000, gone.version + count))
        make.post(*(make.posting("DISCHARGE", f"m{number}", move) for number in numbers))


def peak(pieces) -> int:
    """The most memory taken while all pieces are made and dropped."""
    tracemalloc.start()
    for _piece in pieces:
        pass
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def exports(agent, card):
    """A statement, the journal of an enterprise and that of a region, whole, as CSV."""
    of_account = (
        [one.line.posted_at, one.kind, one.document.words, one.other, one.line.balance]
        for one in told_all(every_line(book_of(card), SPAN), agent)
    )
    yield "statement", csv_bytes(["a"], of_account)
    of_enterprise = journal_files.rows(enterprise_journal(agent.enterprise, SPAN), agent)
    yield "enterprise", csv_bytes(["a"], of_enterprise)
    of_region = journal_files.rows(region_journal("3399", SPAN), agent)
    yield "region", csv_bytes(["a"], of_region)


def test_memory_of_an_export_does_not_grow_with_the_journal(agent, moved):
    many(moved, 2_500)
    for _name, pieces in exports(agent, moved):
        peak(pieces)  # warms caches
    small = {name: peak(pieces) for name, pieces in exports(agent, moved)}
    many(moved, 5_000)
    large = {name: peak(pieces) for name, pieces in exports(agent, moved)}
    # Three times the lines; of them two fetches of the cursor may be in memory at once, not one.
    assert all(large[name] < 2 * small[name] for name in small), (small, large)


def resident_mb() -> float:
    """What this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def growth(pieces) -> tuple[float, int]:
    """By how much the process grows at most while all pieces are made, and their bytes."""
    start, most, size = resident_mb(), 0.0, 0
    for piece in pieces:
        size += len(piece)
        most = max(most, resident_mb() - start)
    return most, size


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("lines", [10_000, 100_000, 1_000_000])
def test_the_process_does_not_grow_with_the_lines_of_an_export(agent, moved, lines):
    many(moved, 1_000)
    for _name, pieces in exports(agent, moved):
        growth(pieces)  # warms caches
    many(moved, lines - 1_000)
    found = {name: growth(pieces) for name, pieces in exports(agent, moved)}
    print(lines, {name: (round(mb, 1), size) for name, (mb, size) in found.items()})  # noqa: T201
    assert all(mb < 25 for mb, _size in found.values()), found


def test_a_journal_read_while_others_write_is_of_one_moment(agent, moved):
    entries = enterprise_journal(agent.enterprise, SPAN)
    first = next(entries)
    many(moved, 10)
    assert [one.kind for one in [first, *entries]] == ["GRANT", "CARD_LOAD"]
