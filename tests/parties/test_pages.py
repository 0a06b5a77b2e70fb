"""The pages of parties: what a person does there arrives, and what is wrong is said there."""

import datetime

import pytest
from django.test import Client

from parties import services
from parties.models import Approval, Bureau, Enterprise, Holiday, Membership, Region, User
from parties.rules import Act, Role
from tests import factories
from tests.factories_parties import NOW, approval, holiday

ENTRY = {
    "uscc": " 91350100 m0001 tgqxm",
    "name": "早期代码有限公司",
    "name_en": "",
    "region": "339901",
    "industry_code": "2614",
    "industry_name": "化学原料",
    "address": "工业路1号",
    "legal_representative": "李四",
    "reason": "营业执照",
}


def as_(member):
    client = Client()
    client.force_login(member.user)
    return client


@pytest.fixture
def security(city):
    return factories.bureau_member(city, Role.SECURITY_ADMIN)


def test_a_person_acts_in_the_role_he_chose_and_in_no_other(officer, enterprise):
    other = factories.enterprise_member(enterprise, Role.VIEWER)
    own = Membership.objects.create(
        user=officer.user, role=Role.AUDITOR, bureau=officer.bureau, valid_from=NOW.date()
    )
    client = as_(officer)
    assert client.get("/enterprises/new/").status_code == 200
    assert client.post("/role/", {"membership": own.pk})["Location"] == "/home/"
    assert client.get("/enterprises/new/").status_code == 403
    assert client.post("/role/", {"membership": other.pk}).status_code == 404
    assert client.post("/role/", {"membership": "１"}).status_code == 302
    assert client.get("/enterprises/new/").status_code == 403


def test_an_early_code_is_taken_with_a_warning(officer, county):
    answer = as_(officer).post("/enterprises/new/", ENTRY, follow=True)
    made = Enterprise.objects.get()
    assert made.uscc == "91350100M0001TGQXM"
    assert answer.content.decode().count("GB 32100-2015") == 2  # said once, and shown for good


def test_what_is_wrong_with_an_entry_is_said_with_its_number(officer, county):
    client = as_(officer)
    wrong = client.post("/enterprises/new/", ENTRY | {"uscc": "123"})
    assert wrong.status_code == 422
    assert "A401" in wrong.content.decode()
    client.post("/enterprises/new/", ENTRY)
    again = client.post("/enterprises/new/", ENTRY)
    assert again.status_code == 422
    assert "A402" in again.content.decode()


def test_a_correction_cannot_smuggle_code_or_county(officer, enterprise):
    before = enterprise.uscc
    seen = enterprise.history.latest().history_id
    form = ENTRY | {"state": "CLOSED", "region": "339902", "seen": seen}
    as_(officer).post(f"/enterprises/{enterprise.pk}/edit/", form)
    enterprise.refresh_from_db()
    assert (enterprise.uscc, enterprise.region_id) == (before, "339901")
    assert (enterprise.name, enterprise.state) == (ENTRY["name"], "OPEN")


def test_closing_needs_a_reason_which_the_timeline_shows(officer, enterprise):
    client = as_(officer)
    client.post(f"/enterprises/{enterprise.pk}/close/", {"reason": " "})
    enterprise.refresh_from_db()
    assert enterprise.state == "OPEN"
    client.post(f"/enterprises/{enterprise.pk}/close/", {"reason": "全面关停"})
    assert "全面关停" in client.get(f"/enterprises/{enterprise.pk}/").content.decode()


def test_the_register_is_searched_by_name_and_code(officer, enterprise, rival):
    client = as_(officer)
    found = client.get("/enterprises/", {"q": "清源"}).content.decode()
    assert enterprise.name in found
    assert rival.enterprise.name not in found
    assert enterprise.name in client.get("/enterprises/", {"q": enterprise.uscc}).content.decode()


def test_a_person_is_let_in_and_gets_a_link_by_two_administrators(city, security):
    client, second = as_(security), as_(factories.bureau_member(city, Role.SYSTEM_ADMIN))
    form = {
        "username": "zhao.lei",
        "display_name": "赵磊",
        "role": Role.FINANCE,
        "bureau": security.bureau_id,
        "valid_from": "2026-11-20",
    }
    assert client.post("/people/new/", form | {"bureau": ""}).status_code == 422
    assert client.post("/people/new/", form).status_code == 422, "the second person needs a reason"
    page = client.post("/people/new/", form | {"reason": "新入职"})["Location"]
    assert not User.objects.filter(username="zhao.lei").exists()
    assert "A201" in client.post(page, {"decision": "grant"}).content.decode()
    assert second.post(page, {"decision": "grant"}).status_code == 302
    person = User.objects.get(username="zhao.lei")
    assert not person.is_staff
    page = client.post(f"/people/{person.pk}/link/", {"reason": "首次登录"})["Location"]
    assert client.post(f"{page}link/").status_code == 409
    second.post(page, {"decision": "grant"})
    assert "/accounts/password/reset/key/" not in second.get(page).content.decode()
    assert "/accounts/password/reset/key/" in client.post(f"{page}link/").content.decode()
    assert "/accounts/password/reset/key/" not in client.get(page).content.decode()
    assert client.post(f"{page}link/").status_code == 409, "a link is made once"


def test_an_enterprise_role_names_an_enterprise_of_the_area(security, enterprise):
    far = factories.enterprise(factories.county(factories.city("339800")))
    person = factories.enterprise_member(enterprise, Role.VIEWER).user
    client = as_(security)
    form = {"role": Role.AGENT, "valid_from": "2026-11-20", "reason": "授权书"}
    roles = f"/people/{person.pk}/roles/"
    assert client.post(roles, form | {"uscc": far.uscc}).status_code == 422
    assert client.post(roles, form | {"uscc": enterprise.uscc}).status_code == 302
    twice = client.post(roles, form | {"uscc": enterprise.uscc})
    assert "A311" in twice.content.decode()


def test_a_granted_request_leaves_the_list_and_a_refusal_needs_words(officer, second_officer):
    first, second = approval(officer), approval(officer)
    client = as_(second_officer)
    assert client.get("/approvals/").content.decode().count("/approvals/") >= 2
    decide = f"/approvals/{first.pk}/decide/"
    assert client.post(decide, {"decision": "refuse"}).status_code == 422
    assert client.get(decide).status_code == 405
    client.post(decide, {"decision": "grant"})
    client.post(f"/approvals/{second.pk}/decide/", {"decision": "refuse", "reason": "缺材料"})
    states = dict(Approval.objects.values_list("pk", "state"))
    assert states == {first.pk: "GRANTED", second.pk: "REFUSED"}
    assert "缺材料" in as_(officer).get(f"/approvals/{second.pk}/").content.decode()


def test_the_maker_finds_no_buttons_and_is_refused_if_he_sends_anyway(officer):
    asked = approval(officer)
    client = as_(officer)
    assert "decide/" not in client.get(f"/approvals/{asked.pk}/").content.decode()
    answer = client.post(f"/approvals/{asked.pk}/decide/", {"decision": "grant"})
    assert "A201" in answer.content.decode()
    client.post(f"/approvals/{asked.pk}/withdraw/", {"reason": "写错"})
    asked.refresh_from_db()
    assert asked.state == "VOID"


def test_what_its_own_page_carries_out_is_not_decided_in_the_list(officer, second_officer):
    asked = approval(officer)
    Approval.objects.filter(pk=asked.pk).update(subject_type="unknown")
    client = as_(second_officer)
    assert "decide/" not in client.get(f"/approvals/{asked.pk}/").content.decode()
    answer = client.post(f"/approvals/{asked.pk}/decide/", {"decision": "grant"})
    assert (answer.status_code, "A208" in answer.content.decode()) == (409, True)


def test_who_lacks_the_act_cannot_decide(city, officer):
    asked = approval(officer, act=Act.ADJUST_LEDGER)
    finance = factories.bureau_member(city, Role.FINANCE)
    answer = as_(finance).post(f"/approvals/{asked.pk}/decide/", {"decision": "grant"})
    assert "A101" in answer.content.decode()


def test_a_day_is_entered_corrected_and_removed(officer):
    client = as_(officer)
    form = {"date": "2027-01-01", "name": "元旦", "legal_basis": "通知", "reason": "通知"}
    assert client.post("/holidays/new/", form)["Location"] == "/holidays/?year=2027"
    day = Holiday.objects.get()
    client.post(f"/holidays/{day.pk}/", form | {"name": "新年", "date": "2027-01-04"})
    day.refresh_from_db()
    assert (day.name, day.date) == ("新年", datetime.date(2027, 1, 1))
    client.post(f"/holidays/{day.pk}/remove/", {"reason": "通知更改"})
    assert not Holiday.objects.exists()


@pytest.mark.parametrize("year", ["", "20", "２０２６", "99999", "2026"])
def test_a_year_without_a_calendar_is_said(officer, year):
    holiday(datetime.date(2024, 1, 1))
    page = as_(officer).get("/holidays/", {"year": year})
    assert page.status_code == 200
    assert "notice-warning" in page.content.decode()


def test_a_county_gets_its_bureau_once(city):
    admin = factories.bureau_member(city, Role.SYSTEM_ADMIN)
    client = as_(admin)
    region = {"code": "339905", "name_zh": "新区", "name_en": "Xinqu"}
    assert client.post("/regions/new/", region).status_code == 302
    assert Region.objects.get(pk="339905").level == "COUNTY"
    assert "A403" in client.post("/regions/new/", region | {"code": "330101"}).content.decode()
    bureau = {"name_zh": "新区分局", "name_en": "Xinqu Bureau"}
    assert client.post("/regions/339905/", bureau).status_code == 302
    assert "A407" in client.post("/regions/339905/", bureau).content.decode()
    assert Bureau.objects.filter(region_id="339905").count() == 1


def test_an_approval_is_void_when_other_content_is_asked_for(officer, second_officer):
    asked = approval(officer)
    services.decide_approval(by=second_officer, approval=asked, granted=True, reason="", now=NOW)
    newer = services.request_approval(
        by=officer,
        act=asked.act,
        region_code=asked.region_id,
        subject_type=asked.subject_type,
        subject_id=asked.subject_id,
        content=b"changed",
        now=NOW,
    )
    asked.refresh_from_db()
    assert (asked.state, newer.state) == ("VOID", "ASKED")
