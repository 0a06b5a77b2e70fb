"""Registers from spreadsheets: tried, shown row by row, taken over all or not at all, once."""

import dataclasses
import io

import pytest
from openpyxl import load_workbook

from parties import services
from parties.models import Enterprise, Region, SheetImport
from parties.refusals import ImportNeedsBureau
from parties.register_imports import ENTERPRISES, REGIONS
from parties.rules import Role
from shell.sheets import write_sheet
from tests import factories
from tests.factories_parties import NOW, entry

HEADS = [column.heads[0] for column in ENTERPRISES.columns]
KEYS = [column.key for column in ENTERPRISES.columns]


def row(serial=1, **changes):
    values = dataclasses.asdict(entry(uscc=factories.uscc(5000 + serial), name=f"企业{serial}"))
    return [(values | changes)[key] for key in KEYS]


def book(*rows, heads=HEADS):
    return write_sheet("企业", heads, rows)


def keep(by, content, kind="enterprises"):
    return services.keep_import(by=by, kind=kind, file_name="企业.xlsx", content=content, now=NOW)


def take_over(by, kept):
    return services.apply_import(by=by, sheet_import=kept, now=NOW)


def counts(kept):
    return kept.new_count, kept.changed_count, kept.same_count


def test_a_file_is_tried_before_it_changes_anything(officer, county):
    kept = keep(officer, book(row(1), row(2)))
    assert kept.state == "READY"
    assert counts(kept) == (2, 0, 0)
    assert [line["name"] for line in kept.preview] == ["企业1", "企业2"]
    assert not Enterprise.objects.exists()


def test_taking_over_enters_every_row_with_the_file_as_reason(officer, county):
    done = take_over(officer, keep(officer, book(row(1), row(2))))
    assert done.state == "APPLIED"
    assert Enterprise.objects.count() == 2
    made = Enterprise.objects.get(name="企业1")
    assert "企业.xlsx" in made.history.get().history_change_reason


def test_twice_counts_once(officer, county):
    content = book(row(1), row(2))
    first = take_over(officer, keep(officer, content))
    again = take_over(officer, keep(officer, content))
    assert again.pk == first.pk
    assert SheetImport.objects.count() == 1
    assert Enterprise.objects.count() == 2
    other = keep(officer, book(row(1), row(2), row(3)))
    assert counts(other) == (1, 0, 2)


def test_a_known_code_corrects_its_entry(officer, county):
    take_over(officer, keep(officer, book(row(1))))
    kept = keep(officer, book(row(1, name="改名企业")))
    assert counts(kept) == (0, 1, 0)
    take_over(officer, kept)
    assert Enterprise.objects.get().name == "改名企业"


def test_one_bad_row_keeps_all_out_and_every_fault_names_its_row(officer, county):
    rows = (row(1), row(2, uscc="123"), row(3, region_code="110101"), row(1), row(4, name=""))
    kept = keep(officer, book(*rows[:4]))
    assert kept.state == "FAULTY"
    assert [(fault["row"], fault["text"][-6:]) for fault in kept.faults] == [
        (3, "[A401]"),
        (4, "[A403]"),
        (5, "[A501]"),
    ]
    assert take_over(officer, kept).state == "FAULTY"
    assert not Enterprise.objects.exists()
    missing = keep(officer, book(*rows))
    assert [fault["row"] for fault in missing.faults] == [6]


def test_a_file_that_failed_passes_once_the_register_allows_it(officer, county):
    content = book(row(1, region_code="339902"))
    assert keep(officer, content).state == "FAULTY"
    factories.county(Region.objects.get(pk="339900"), "339902")
    assert keep(officer, content).state == "READY"
    assert SheetImport.objects.count() == 1


def test_a_moved_unit_is_not_moved_by_a_file(officer, county):
    take_over(officer, keep(officer, book(row(1))))
    factories.county(Region.objects.get(pk="339900"), "339902")
    kept = keep(officer, book(row(1, region_code="339902")))
    assert kept.faults[0]["text"].endswith("[A409]")


def test_a_doubtful_check_character_is_shown_and_taken(officer, county):
    kept = keep(officer, book(row(1, uscc="91350100M0001TGQXM")))
    assert kept.state == "READY"
    assert kept.preview[0]["warning"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"no workbook", "S301"),
        (write_sheet("x", ["名称"], [["甲"]]), "S303"),
        (write_sheet("x", HEADS, []), "S306"),
    ],
)
def test_a_bad_file_is_kept_with_its_verdict(officer, county, content, code):
    kept = keep(officer, content)
    assert kept.state == "FAULTY"
    assert code in kept.faults[0]["text"]
    assert bytes(kept.content) == content


def test_a_formula_is_refused_with_its_row(officer, county):
    workbook = load_workbook(io.BytesIO(book(row(1))))
    workbook.active["B2"] = "=1+1"
    content = io.BytesIO()
    workbook.save(content)
    kept = keep(officer, content.getvalue())
    assert (kept.state, kept.faults[0]["row"]) == ("FAULTY", 2)


def test_regions_come_from_a_file_in_their_order(city):
    admin = factories.bureau_member(city, Role.SYSTEM_ADMIN)
    heads = [column.heads[1] for column in REGIONS.columns]
    rows = [["339900", "清源市", "Qingyuan"], ["339907", "新区", "Xinqu"], ["330801", "外", "Out"]]
    good = keep(admin, write_sheet("x", heads, rows[:2]), "regions")
    assert counts(take_over(admin, good)) == (1, 0, 1)
    assert Region.objects.get(pk="339907").parent_id == "339900"
    assert keep(admin, write_sheet("x", heads, rows), "regions").state == "FAULTY"


def test_an_import_belongs_to_a_bureau(agent):
    with pytest.raises(ImportNeedsBureau):
        keep(agent, b"x")


def test_the_pages_lead_from_template_to_register(client, officer, county):
    client.force_login(officer.user)
    template = client.get("/enterprises/import/template/")
    head = load_workbook(io.BytesIO(template.content)).active[1]
    assert [cell.value for cell in head] == HEADS
    file = io.BytesIO(book(row(1)))
    file.name = "企业.xlsx"
    preview = client.post("/enterprises/import/", {"file": file})
    assert preview.status_code == 302
    assert "企业1" in client.get(preview["Location"]).content.decode()
    client.post(preview["Location"])
    assert Enterprise.objects.count() == 1
    assert client.post("/enterprises/import/", {}).status_code == 422
