"""Pages of permits: the enterprise's way, the officers' way, and what they refuse."""

import re
import uuid

import pytest
from django.urls import reverse

from permits.models import Application, Outlet, Permit, ReviewStep, Site
from tests import factories_permits as make


def once() -> str:
    return str(uuid.uuid4())


def address(name, obj=None):
    return reverse(name, args=[obj.pk] if obj else [])


def test_enterprise_registers_site_and_outlet_and_applies(signed_in, agent, county):
    client = signed_in(agent)
    made = client.post(
        address("site_new"),
        {
            "once": once(),
            "site_no": "001",
            "name": "一厂",
            "region": county.pk,
            "address": "滨河路1号",
            "basin": "钱塘江流域",
        },
    )
    site = Site.objects.get()
    assert made["Location"] == address("site", site)
    outlet = {"once": once(), "medium": "WATER", "code": "DW001", "kind": "MAIN", "name": "总排口"}
    client.post(address("outlet_new", site), outlet | {"mode": "DIRECT"})
    assert Outlet.objects.get().code == "DW001"
    begun = {"once": once(), "site": site.pk, "kind": "APPLY", "management_class": "KEY"}
    first = client.post(address("application_new"), begun)
    again = client.post(address("application_new"), begun)
    assert first["Location"] == again["Location"]
    assert Application.objects.count() == 1


def draft_data(draft, **changes):
    outlet = draft.site.outlets.get(code="DW001")
    return {
        "revision": draft.revision,
        "management_class": "KEY",
        "statement": "新建",
        "is_committed": "on",
        f"c-{outlet.pk}-COD": "50",
        f"q-{outlet.pk}-COD": "12.5",
        f"q-{outlet.pk}-WATER": "300000",
    } | {key.replace("OUTLET", str(outlet.pk)): value for key, value in changes.items()}


def test_draft_is_saved_checked_and_submitted_once(signed_in, agent):
    draft = make.draft(agent)
    client = signed_in(agent)
    saved = client.post(address("application_edit", draft), draft_data(draft))
    assert saved["Location"] == address("application_check", draft)
    draft.refresh_from_db()
    asked = {row.pollutant_id: row.quantity_per_year for row in draft.requested_limits.all()}
    assert asked == {"COD": 12_500_000_000, "WATER": 300_000_000}
    page = client.get(address("application_check", draft))
    assert "12.500 t" in page.text
    data = {"once": once(), "revision": draft.revision}
    sent = client.post(address("application_check", draft), data)
    assert sent["Location"] == address("application_sent", draft)
    client.post(address("application_check", draft), data)
    assert ReviewStep.objects.count() == 1
    draft.refresh_from_db()
    assert draft.application_no in client.get(sent["Location"]).text


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("q-OUTLET-COD", "1e3", "S102"),
        ("q-OUTLET-COD", "NaN", "S102"),
        ("q-OUTLET-COD", "-1", "S102"),
        ("q-OUTLET-COD", "１２", "S102"),
        ("q-OUTLET-COD", "1.2345", "S104"),
        ("c-OUTLET-COD", "Infinity", "S102"),
        ("c-OUTLET-COD", "٥", "S102"),
    ],
)
def test_figure_that_is_no_plain_number_is_refused_with_its_rule(
    signed_in, agent, field, text, code
):
    draft = make.draft(agent)
    page = signed_in(agent).post(
        address("application_edit", draft), draft_data(draft, **{field: text})
    )
    assert page.status_code == 422
    assert f"[{code}]" in page.text
    draft.refresh_from_db()
    assert draft.revision == 1


def test_stale_draft_is_refused(signed_in, agent):
    draft = make.draft(agent)
    client = signed_in(agent)
    data = draft_data(draft)
    client.post(address("application_edit", draft), data)
    page = client.post(address("application_edit", draft), data | {"statement": "旧"})
    assert page.status_code == 422
    assert "[P103]" in page.text


def test_submitted_application_is_no_longer_edited(signed_in, agent, now):
    application = make.submitted(agent, now=now)
    page = signed_in(agent).get(address("application_edit", application))
    assert page.status_code == 409
    assert "P101" in page.text


def test_stale_edit_of_an_outlet_is_refused(signed_in, officer, enterprise):
    outlet = make.outlet(make.site(enterprise))
    outlet.save()
    client = signed_in(officer)
    page = client.get(address("outlet_edit", outlet)).text
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    data = {"once": once(), "seen": seen, "kind": "MAIN", "name": "新名", "mode": "DIRECT"}
    assert client.post(address("outlet_edit", outlet), data).status_code == 302
    late = client.post(address("outlet_edit", outlet), data | {"name": "别名"})
    assert "[A410]" in late.text


def test_officers_take_an_application_to_the_permit(
    client, signed_in, agent, officer, second_officer, now
):
    application = make.submitted(agent)
    client = signed_in(officer)
    steps = {
        "application_accept": {},
        "application_review": {},
        "application_propose": {"mark": "P", "opinion": "同意", "legal_basis": "条例第十一条"},
    }
    for name, data in steps.items():
        assert client.get(address(name, application)).status_code == 200
        answer = client.post(address(name, application), {"once": once()} | data)
        assert answer["Location"] == address("application", application), answer.text
    own = client.post(address("application_issue", application), {"once": once()})
    assert "[A201]" in own.text
    client = signed_in(second_officer)
    issue = {"once": once()}
    for _ in range(2):
        assert client.post(address("application_issue", application), issue).status_code == 302
    permit = Permit.objects.get()
    page = client.get(address("permit", permit))
    assert permit.permit_no in page.text
    pdf = client.get(address("certificate", permit))
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")


def test_step_out_of_turn_is_a_page_with_its_rule(signed_in, officer, agent, now):
    application = make.submitted(agent, now=now)
    page = signed_in(officer).get(address("application_propose", application))
    assert page.status_code == 409
    assert "P101" in page.text


def test_correction_without_a_text_is_refused(signed_in, officer, agent, now):
    application = make.submitted(agent, now=now)
    page = signed_in(officer).post(
        address("application_correct", application), {"once": once(), "legal_basis": "x"}
    )
    assert page.status_code == 422
    application.refresh_from_db()
    assert application.state == "SUBMITTED"


def test_rival_sees_nothing_of_an_enterprise(signed_in, rival, agent, officer, second_officer):
    permit = make.issued(agent, officer, second_officer)
    client = signed_in(rival)
    for name, obj in (
        ("permit", permit),
        ("certificate", permit),
        ("site", permit.site),
        ("application", Application.objects.get()),
        ("application_withdraw", Application.objects.get()),
    ):
        assert client.get(address(name, obj)).status_code == 404, name
    assert permit.permit_no not in client.get(address("permits")).text


def test_officer_does_not_see_drafts(signed_in, officer, agent):
    draft = make.draft(agent)
    assert signed_in(officer).get(address("application", draft)).status_code == 404


def test_public_finds_a_permit_by_name_number_region_and_state(
    client, agent, officer, second_officer, city
):
    permit = make.issued(agent, officer, second_officer)
    for query in (
        "text=清源",
        f"text={permit.permit_no}",
        f"text={permit.permit_no[:10].lower()}",
        f"region={city.pk}",
        "state=VALID",
    ):
        assert permit.permit_no in client.get(f"/register/?{query}").text, query
    for query in ("text=别家", "state=REVOKED", "text=%00%00"):
        assert permit.permit_no not in client.get(f"/register/?{query}").text, query
    assert "清源印染有限公司" in client.get(address("register_permit", permit)).text
    assert "second_officer" not in client.get(address("register_permit", permit)).text


def test_verification_page_gives_one_verdict_without_sign_in(
    client, agent, officer, second_officer
):
    permit = make.issued(agent, officer, second_officer)
    url = reverse("verify", args=[permit.permit_no])
    assert "verify-in_force" in client.get(url).text
    assert "verify-mismatch" in client.get(f"{url}?h=0123456789abcdef").text
    assert "verify-unknown" in client.get(reverse("verify", args=["x" * 22])).text
    found = client.get(reverse("verify_start"), {"permit_no": permit.permit_no, "h": " ab "})
    assert found["Location"] == f"{url}?h=ab"


def test_register_asks_the_same_number_of_questions_for_any_number_of_permits(
    client, django_assert_max_num_queries, county
):
    from tests import factories

    for _ in range(3):
        make.permit(factories.enterprise(county))
    with django_assert_max_num_queries(8):
        client.get("/register/")


def test_list_of_applications_is_filtered_by_name_number_kind_and_state(signed_in, agent, officer):
    own = make.submitted(agent)
    client = signed_in(officer)
    here = reverse("applications")
    for found in ({"text": own.application_no.lower()}, {"text": "清源"}, {"kind": "APPLY"}):
        assert own.application_no in client.get(here, found).text
    for found in ({"state": "OPEN"}, {"state": "SUBMITTED"}):
        assert own.application_no in client.get(here, found).text
    for missed in ({"text": "无此单位"}, {"kind": "RENEW"}, {"state": "ISSUED"}, {"kind": "x"}):
        assert own.application_no not in client.get(here, missed).text
