"""The box in the top bar finds what lies within the reader's reach, and nothing else."""

import pytest
from django.urls import reverse

from parties.rules import Role
from parties.services import change_enterprise
from parties.services.enterprises import entry_of
from tests import factories, factories_cards, factories_ledger, factories_permits, factories_trading
from tests.cardswipe import objects as card_objects
from tests.permits import objects as permit_objects

pytestmark = pytest.mark.django_db


@pytest.fixture
def find(client):
    """The text of the page that answers a search."""

    def search(member, text, language="en", **more):
        client.force_login(member.user)
        client.cookies["django_language"] = language
        answer = client.get(reverse("search"), {"q": text, **more})
        assert answer.status_code == 200
        return answer.content.decode()

    return search


@pytest.fixture
def things(enterprise):
    """One of each kind that belongs to the enterprise, by its number."""
    card, box = factories_cards.bound(enterprise)
    return {
        "permit": factories_permits.permit(enterprise).permit_no,
        "card": card.card_no,
        "controller": box.mn,
        "lot": factories_ledger.lot(enterprise).lot_no,
        "enterprise": enterprise.uscc,
    }


@pytest.fixture
def papers(enterprise):
    """Papers of the enterprise by their numbers: application, voucher, bill, registration."""
    return {
        "application": permit_objects.application(enterprise).application_no,
        "registration": permit_objects.registration(enterprise).registration_no,
        "bill": factories_trading.bill(enterprise).bill_no,
        "voucher": card_objects.voucher(enterprise).voucher_no,
    }


@pytest.mark.parametrize("noun", ["application", "registration", "bill", "voucher"])
def test_papers_are_found_by_their_numbers_within_reach(find, agent, rival, papers, noun):
    number = papers[noun]
    assert f">{number}<" in find(agent, number.lower())
    assert f">{number}<" not in find(rival, number)


@pytest.mark.parametrize("noun", ["permit", "card", "controller", "lot", "enterprise"])
def test_an_officer_finds_each_thing_by_its_number(find, officer, things, noun):
    assert things[noun] in find(officer, things[noun]).split("</form>", 3)[-1]


def test_a_name_finds_all_that_belongs_to_it(find, officer, enterprise, things):
    page = find(officer, enterprise.name[2:4])
    assert all(number in page for number in things.values())


def test_a_former_name_still_finds(find, officer, enterprise):
    entry = entry_of(enterprise)
    import dataclasses

    former = enterprise.name
    renamed = dataclasses.replace(entry, name="焕然一新纺织有限公司")
    change_enterprise(by=officer, enterprise=enterprise, entry=entry, reason="登记")
    enterprise.history.update(name=former)
    change_enterprise(by=officer, enterprise=enterprise, entry=renamed, reason="更名")
    page = find(officer, former, language="zh-hans")
    assert f"焕然一新纺织有限公司 (曾用名：{former})" in page


def test_an_enterprise_finds_its_own_and_not_its_rival(find, agent, rival, things):
    for number in (things["permit"], things["card"], things["lot"]):
        assert f">{number}<" in find(agent, number)
        assert f">{number}<" not in find(rival, number)


def test_an_auction_is_found_by_its_number(find, officer, city):
    auction = factories_trading.announced(city)
    assert f">{auction.auction_no}<" in find(officer, auction.auction_no)


def test_nothing_found_says_what_to_try(find, officer):
    assert "Nothing within your reach" in find(officer, "没有这样的单位")


@pytest.mark.parametrize("text", ["", "   ", "%", "_", "' OR 1=1 --", "x" * 500])
def test_odd_texts_find_nothing_and_break_nothing(find, officer, things, text):
    page = find(officer, text)
    assert not any(number in page for number in things.values())


def test_one_kind_is_shown_by_page(find, officer, city):
    county = factories.county(city)
    for serial in range(60):
        factories.enterprise(county, name=f"甲乙{serial:02d}有限公司")
    assert "All 60" in find(officer, "甲乙")
    page = find(officer, "甲乙", language="zh-hans", kind="enterprises", page="2")
    assert "甲乙59有限公司" in page
    assert "甲乙00有限公司" not in page


def test_a_role_finds_only_the_kinds_it_may_open(find, city, enterprise, things):
    panel = factories.bureau_member(city, Role.PANEL_MEMBER)
    page = find(panel, enterprise.name[2:4])
    assert things["permit"] in page
    assert things["card"] not in page


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get(reverse("search"), {"q": "x"}).status_code == 302
