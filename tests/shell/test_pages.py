"""The frame, the homes, the components and the pages that say no."""

import pytest

from parties.rules import Role
from tests import factories


@pytest.fixture
def administrator(city):
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "administrator")


def open_as(client, membership, address, **headers):
    client.force_login(membership.user)
    return client.get(address, headers=headers)


def test_every_component_is_drawn(client, administrator):
    page = open_as(client, administrator, "/looks/").content.decode()
    for sign in ("quota-bar", "table-block", "timeline", "error-summary", "chart-daily", "<dialog"):
        assert sign in page


@pytest.mark.parametrize("role", [*Role][:-1])
def test_each_role_has_a_home(client, city, county, role):
    from parties.rules import ENTERPRISE_ROLES

    if role in ENTERPRISE_ROLES:
        person = factories.enterprise_member(factories.enterprise(county), role)
    else:
        person = factories.bureau_member(city, role)
    assert open_as(client, person, "/home/").status_code == 200


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/accounts/password/reset/"])
def test_public_pages_open_without_signing_in(client, db, address):
    assert client.get(address).status_code == 200


def test_title_is_also_the_heading(client, db):
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "<title>Permits and pollution rights in the open" in page
    assert "<h1>Permits and pollution rights in the open" in page


def test_unknown_address_says_what_to_do(client, db):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "/home/" in answer.content.decode()


def test_role_without_the_act_gets_the_sentence_and_its_number(client, officer):
    answer = open_as(client, officer, "/looks/")
    assert answer.status_code == 403
    assert "A101" in answer.content.decode()


def test_refusal_of_an_htmx_request_is_a_notice(client, officer):
    page = open_as(client, officer, "/looks/", hx_request="true").content.decode()
    assert 'hx-target="#notices"' in page
    assert "<html" not in page


def test_language_is_kept_with_the_person(client, officer):
    client.force_login(officer.user)
    answer = client.post("/language/", {"language": "en", "next": "/home/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/home/"
    officer.user.refresh_from_db()
    assert officer.user.language == "en"
    assert "What waits for me" in client.get("/home/").content.decode()


def test_unknown_language_changes_nothing(client, officer):
    client.force_login(officer.user)
    client.post("/language/", {"language": "xx", "next": "/home/"})
    officer.user.refresh_from_db()
    assert officer.user.language == "zh-hans"
