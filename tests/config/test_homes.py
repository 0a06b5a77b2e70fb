"""The first page of each role: it opens, shows what waits, and changes by itself."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from cardswipe.models import Alarm
from ledger.models import Verification
from parties.rules import BUREAU_ROLES, ENTERPRISE_ROLES, Role
from permits.models import PurchaseObligation
from tests import (
    factories,
    factories_ledger,
    factories_parties,
    factories_permits,
    factories_trading,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def page(client):
    """A role's home in English."""

    def open_home(member, address="home", **words):
        client.force_login(member.user)
        client.cookies["django_language"] = "en"
        return client.get(reverse(address), words)

    return open_home


def alarm(enterprise, **values) -> Alarm:
    usual = {
        "kind": "STEP",
        "level": "RED",
        "percent": 90,
        "params": {"used": 9, "total": 10, "percent": 90},
        "opened_at": NOW,
        "last_at": NOW,
    }
    return Alarm.objects.create(enterprise=enterprise, pollutant_id="COD", **(usual | values))


@pytest.mark.parametrize("role", sorted(ENTERPRISE_ROLES | BUREAU_ROLES))
def test_every_role_has_a_home_that_opens_empty(page, city, enterprise, role):
    is_own = role in ENTERPRISE_ROLES
    make = factories.enterprise_member if is_own else factories.bureau_member
    member = make(enterprise if is_own else city, Role(role))
    assert page(member).status_code == 200
    assert page(member, "home_live").status_code == 200


def test_rights_still_to_be_bought_wait_on_both_desks(page, city, enterprise):
    permit = factories_permits.permit(enterprise)
    PurchaseObligation.objects.create(
        version=permit.versions.get(),
        enterprise=enterprise,
        pollutant_id="COD",
        quantity_per_year=6 * 10**9,
        ratio_permille=1200,
        since=NOW - datetime.timedelta(days=1),
        until=permit.valid_to,
    )
    agent = factories.enterprise_member(enterprise, Role.AGENT)
    desk = factories.bureau_member(city, Role.TRADING_DESK)
    stranger = factories.bureau_member(factories.city("339800"), Role.TRADING_DESK)
    assert f"7.200 t/a of COD for permit {permit.permit_no}" in page(agent).text
    assert "Still to be bought for new projects" in page(desk).text
    assert permit.permit_no in page(desk).text
    assert permit.permit_no not in page(stranger).text
    factories_ledger.lot(
        enterprise, tonnes=6, key="bought", source="AUCTION", valid_to=permit.valid_to
    )
    assert "7.200 t/a of" not in page(agent).text
    assert "Still to be bought for new projects" not in page(desk).text


def test_someone_without_a_role_is_told_whom_to_ask(client, db):
    client.force_login(factories.user("nobody"))
    client.cookies["django_language"] = "en"
    assert "You have no role that holds today" in client.get(reverse("home")).content.decode()


class TestEnterprise:
    def test_the_head_names_the_pollutant_of_which_most_is_used(self, page, agent):
        factories_ledger.lot(agent.enterprise, valid_to=datetime.date(NOW.year + 1, 12, 31))
        head = page(agent).context["numbers"][0]
        assert head.label == "COD left"
        assert "10.000" in head.figure

    def test_alarms_and_bills_are_things_to_do_the_most_urgent_first(self, page, agent):
        factories_trading.bill(agent.enterprise)
        alarm(agent.enterprise)
        todos = page(agent).context["todos"]
        assert todos[0].tone == "red"
        assert any("ill " in one.words for one in todos)

    def test_an_application_sent_back_is_a_thing_to_do(self, page, agent):
        draft = factories_permits.draft(agent)
        assert any(str(draft) in one.words for one in page(agent).context["todos"])

    def test_nothing_of_a_rival_is_shown(self, page, agent, rival):
        alarm(rival.enterprise)
        factories_trading.bill(rival.enterprise)
        assert page(agent).context["todos"] == []

    def test_the_page_listens_to_its_own_enterprise(self, page, agent):
        shown = page(agent).content.decode()
        assert f"topic=enterprise:{agent.enterprise_id}" in shown
        assert reverse("home_live") in shown

    def test_a_bidder_sees_auctions_and_no_quota(self, page, enterprise):
        bidder = factories.enterprise_member(enterprise, Role.BIDDER)
        context = page(bidder).context
        assert "bars" not in context
        assert [one.label for one in context["numbers"]] == ["To do", "Auctions"]


class TestBureau:
    def test_the_officers_desk_lists_what_waits(self, page, officer, agent):
        waiting = factories_permits.submitted(agent)
        alarm(agent.enterprise)
        shown = page(officer)
        assert waiting.application_no in shown.content.decode()
        assert str(agent.enterprise) in shown.context["alarm_todos"][0].words
        assert [int(one.figure) for one in shown.context["numbers"]] == [1, 0, 1]

    def test_a_panel_member_sees_his_votes_only(self, page, city, agent):
        factories_permits.submitted(agent)
        member = factories.bureau_member(city, Role.PANEL_MEMBER)
        shown = page(member)
        assert shown.context["desk"].tasks == []
        assert "No collective review waits" in shown.content.decode()

    def test_the_second_person_finds_what_was_asked(self, page, officer, second_officer):

        factories_parties.approval(officer)
        assert len(page(second_officer).context["approvals"]) == 1
        assert page(officer).context["approvals"] == []

    def test_the_auditor_begins_with_the_latest_check(self, page, auditor):
        Verification.objects.create(ran_at=NOW, checks=8, fault_count=0)
        assert page(auditor).context["latest_mark"].tone == "normal"

    def test_a_county_sees_its_own_part_only(self, page, city, agent):
        other = factories.county(city, "339902")
        stranger = factories.bureau_member(other, Role.PERMIT_OFFICER)
        alarm(agent.enterprise)
        assert page(stranger).context["alarm_todos"] == []


class TestPublic:
    def test_anyone_finds_search_verification_auctions_and_the_cap(self, client, enterprise):
        factories_ledger.lot(enterprise, valid_to=datetime.date(NOW.year + 1, 12, 31))
        client.cookies["django_language"] = "en"
        shown = client.get(reverse("public_home"))
        text = shown.content.decode()
        assert reverse("register") in text
        assert 'name="permit_no"' in text
        assert shown.context["cap_holds"]
        assert "No auction has been held yet." in text

    def test_an_empty_system_explains_itself(self, client, db):
        shown = client.get(reverse("public_home"))
        assert shown.status_code == 200
        assert "cap_table" not in shown.context
