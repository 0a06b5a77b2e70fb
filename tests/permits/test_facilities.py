"""Production and treatment units: codes, outlets, stale edits, findings, the permit's book."""

import pypdfium2
import pytest
from django.utils import timezone

from permits import services
from permits.book_paper import draw_duplicate
from permits.differences import differences
from permits.models import Facility, FacilityOutlet
from permits.queries.content import latest_version
from permits.queries.findings import findings
from shell.paper_parts import Foot
from tests import factories_permits as make
from tests.refused import broken, refused

FOOT = Foot("1", "0" * 16, "http://localhost/verify")


@pytest.fixture
def site(enterprise):
    made = make.site(enterprise)
    make.outlet(made)
    make.outlet(made, code="DA001")
    return made


def unit(by, site, code="TW001", kind="WATER", outlets=("DW001",), **given):
    return services.register_facility(
        by=by,
        site=site,
        code=code,
        kind=kind,
        outlets=list(site.outlets.filter(code__in=outlets)),
        **{"name": "废水处理站", "process": "物化+生化", "capacity": "2000 m³/d"} | given,
    )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("WATER", "TA001"),
        ("WATER", "TW01"),
        ("AIR", "TW001"),
        ("PRODUCTION", "MF001"),
        ("PRODUCTION", "TW001"),
        ("SOLID", "TS0001"),
        ("OTHER", "TW001"),
    ],
)
def test_code_must_have_the_form_of_its_kind(agent, site, kind, code):
    with refused("P434"):
        unit(agent, site, code=code, kind=kind, outlets=())


@pytest.mark.parametrize(
    ("kind", "code", "outlet"),
    [("WATER", "TW001", "DA001"), ("AIR", "TA001", "DW001"), ("NOISE", "TN001", "DW001")],
)
def test_treatment_leads_to_an_outlet_of_its_medium(agent, site, kind, code, outlet):
    with refused("P436"):
        unit(agent, site, code=code, kind=kind, outlets=(outlet,))


def test_outlet_of_another_site_is_refused(agent, site):
    other = make.outlet(make.site(agent.enterprise, site_no="002"))
    with refused("P436"):
        services.register_facility(
            by=agent, site=site, code="TW001", kind="WATER", name="x", outlets=[other]
        )


def test_same_entry_twice_is_one_unit_and_another_is_refused(agent, site):
    first = unit(agent, site)
    assert unit(agent, site) == first
    with refused("P435"):
        unit(agent, site, name="另一处理站")
    with refused("P435"):
        unit(agent, site, outlets=())
    assert Facility.objects.count() == FacilityOutlet.objects.count() == 1


def test_amending_keeps_history_and_refuses_a_stale_page(agent, site):
    made = unit(agent, site)
    seen = made.history.latest().history_id
    services.amend_facility(by=agent, facility=made, seen=seen, outlets=[], name="新处理站")
    assert not made.links.exists()
    with refused("A410"):
        services.amend_facility(by=agent, facility=made, seen=seen, outlets=[], name="别的")
    assert FacilityOutlet.history.filter(history_type="-").count() == 1
    assert [row.name for row in made.history.all()] == ["新处理站", "废水处理站"]


def codes(draft):
    return {line.rsplit("[", 1)[1].rstrip("]") for line in findings(draft)}


def test_findings_ask_for_units_until_they_are_there(agent):
    draft = make.draft(agent)
    assert {"P437", "P438"} <= codes(draft)
    unit(agent, draft.site)
    unit(agent, draft.site, code="TA001", kind="AIR", outlets=("DA001",))
    unit(agent, draft.site, code="MF0001", kind="PRODUCTION", outlets=("DW001", "DA001"))
    assert not {"P437", "P438"} & codes(draft)


def test_permit_names_the_units_in_use_and_its_versions_differ_by_them(
    agent, officer, second_officer, now
):
    site = make.site(agent.enterprise)
    make.outlet(site)
    kept = unit(agent, site, code="MF0001", kind="PRODUCTION", name="染色机")
    unit(agent, site)
    permit = make.issued(agent, officer, second_officer, now=now)
    old = latest_version(permit).content
    assert [one["code"] for one in old["facilities"]] == ["MF0001", "TW001"]
    services.amend_facility(
        by=agent, facility=kept, seen=None, outlets=[], retired_on=timezone.localdate(now)
    )
    make.issued(agent, officer, second_officer, now=now, kind="CHANGE")
    new = latest_version(permit).content
    assert [one["code"] for one in new["facilities"]] == ["TW001"]
    assert "MF0001 染色机" in " ".join(one.before for one in differences(old, new))
    paper = pypdfium2.PdfDocument(draw_duplicate({"permit": new, "rights": []}, FOOT))
    text = "".join(sheet.get_textpage().get_text_range() for sheet in paper)
    for word in ("登记事项", "TW001", "废水治理设施", "物化+生化"):
        assert word in text


def test_pages_register_correct_and_come_back_to_the_draft(signed_in, agent):
    draft = make.draft(agent)
    site = draft.site
    client = signed_in(agent)
    section = client.get(f"/applications/{draft.pk}/units/")
    new = f"/sites/{site.pk}/units/new/?application={draft.pk}"
    assert new in section.text
    data = {
        "once": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        "kind": "WATER",
        "code": "TW001",
        "name": "处理站",
        "outlets": [site.outlets.get(code="DW001").pk],
    }
    assert client.post(new, data)["Location"] == f"/applications/{draft.pk}/units/"
    made = Facility.objects.get()
    assert "处理站" in client.get(f"/sites/{site.pk}/").text
    edit = f"/units/{made.pk}/edit/"
    seen = {"seen": made.history.latest().history_id}
    answer = client.post(edit, data | seen | {"name": "综合处理站", "retired_on": "2026-11-01"})
    assert answer["Location"] == f"/sites/{site.pk}/"
    made.refresh_from_db()
    assert (made.name, str(made.retired_on)) == ("综合处理站", "2026-11-01")


def test_database_keeps_units_in_order(agent, site):
    made = unit(agent, site)
    with broken("facility_code_is_unique_on_site"):
        Facility.objects.create(site=site, code="TW001", kind="WATER", name="x")
    with broken("facility_code_fits_its_kind"):
        Facility.objects.create(site=site, code="TW002", kind="AIR", name="x")
    with broken("facility_names_an_outlet_once"):
        FacilityOutlet.objects.create(facility=made, outlet=made.links.get().outlet)
