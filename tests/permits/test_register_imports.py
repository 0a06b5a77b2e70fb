"""Sites, outlets and units from spreadsheets: by the services of their forms, row by row."""

import pytest

from parties import services as parties
from permits.models import Facility, Outlet, Site
from permits.register_imports import FACILITIES, OUTLETS, SITES
from shell.sheets import write_sheet
from tests import factories_permits as make


def book(kind, *rows):
    """A workbook of the kind; each row is a mapping of the columns' keys."""
    heads = [column.heads[0] for column in kind.columns]
    lines = [[row.get(column.key, "") for column in kind.columns] for row in rows]
    return write_sheet(kind.name, heads, lines)


def send(by, now, kind, *rows):
    kept = parties.keep_import(
        by=by, kind=kind.key, file_name="清单.xlsx", content=book(kind, *rows), now=now
    )
    return parties.apply_import(by=by, sheet_import=kept, now=now)


def counts(done):
    return done.state, done.new_count, done.changed_count, done.same_count


@pytest.fixture
def named(enterprise):
    return {"uscc": enterprise.uscc, "site_no": "1"}


def site_row(enterprise, named, **given):
    values = {"name": "一厂", "region_code": enterprise.region_id, "address": "滨河路1号"}
    return named | values | given


def test_sites_outlets_and_units_come_from_spreadsheets(officer, enterprise, named, now):
    assert counts(send(officer, now, SITES, site_row(enterprise, named))) == ("APPLIED", 1, 0, 0)
    water = {"code": "DW001", "kind": "主要排放口", "name": "总排口", "mode": "间接排放"}
    air = {"code": "DA001", "kind": "GENERAL", "name": "烟囱", "mode": "direct discharge"}
    done = send(officer, now, OUTLETS, named | water, named | air)
    assert counts(done) == ("APPLIED", 2, 0, 0)
    unit = {"code": "TW001", "kind": "WATER", "name": "处理站", "outlets": "DW001"}
    maker = {"code": "MF0001", "kind": "生产设施", "name": "染色机", "outlets": "DW001、DA001"}
    assert counts(send(officer, now, FACILITIES, named | unit, named | maker))[:2] == ("APPLIED", 2)
    assert Site.objects.get().site_no == "001"
    assert [outlet.kind for outlet in Outlet.objects.order_by("code")] == ["GENERAL", "MAIN"]
    assert Facility.objects.get(code="MF0001").links.count() == 2


def test_known_rows_are_corrected_or_left_as_they_are(officer, enterprise, named, now):
    send(officer, now, SITES, site_row(enterprise, named))
    known = site_row(enterprise, named)
    again = send(officer, now, SITES, known, known | {"site_no": "2"})
    assert counts(again) == ("APPLIED", 1, 0, 1)
    renamed = send(officer, now, SITES, site_row(enterprise, named, name="总厂"))
    assert counts(renamed) == ("APPLIED", 0, 1, 0)
    make.outlet(Site.objects.get(site_no="001"))
    unit = {"code": "TW001", "kind": "WATER", "name": "处理站", "outlets": "DW001"}
    send(officer, now, FACILITIES, named | unit)
    moved = send(officer, now, FACILITIES, named | unit | {"outlets": ""})
    assert counts(moved) == ("APPLIED", 0, 1, 0)
    assert not Facility.objects.get().links.exists()


def test_faults_name_row_and_rule_and_keep_all_out(officer, enterprise, named, now):
    send(officer, now, SITES, site_row(enterprise, named))
    unit = {"code": "TW001", "kind": "WATER", "name": "处理站"}
    rows = [
        named | unit,
        named | unit | {"outlets": "DW009"},
        named | unit | {"site_no": "009", "code": "TW002"},
        named | unit | {"code": "TX001"},
    ]
    done = send(officer, now, FACILITIES, *rows)
    assert done.state == "FAULTY"
    told = {fault["row"]: fault["text"] for fault in done.faults}
    for row, code in {3: "A501", 4: "P440", 5: "P434"}.items():
        assert f"[{code}]" in told[row]
    alone = send(officer, now, FACILITIES, named | unit | {"outlets": "DW009"})
    assert "[P441]" in alone.faults[0]["text"]
    wrong = send(officer, now, FACILITIES, named | unit | {"kind": "锅"})
    assert "[P439]" in wrong.faults[0]["text"]
    assert not Facility.objects.exists()


def test_site_outside_the_bureau_s_area_is_refused(officer, enterprise, named, now):
    done = send(officer, now, SITES, site_row(enterprise, named, region_code="110101"))
    assert "[A403]" in done.faults[0]["text"]
