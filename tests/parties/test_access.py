"""The middleware by itself: under both kinds of server, and for views without a rule."""

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import AsyncClient, RequestFactory

from parties.access import PUBLIC, AccessMiddleware, allow
from parties.rules import Role
from tests import factories


def test_a_view_without_a_rule_is_never_served():
    request = RequestFactory().get("/")
    with pytest.raises(ImproperlyConfigured):
        AccessMiddleware(HttpResponse).process_view(request, lambda request: None, (), {})


@pytest.mark.parametrize(
    ("methods", "method", "status"),
    [
        (("GET",), "HEAD", None),
        (("POST",), "HEAD", 405),
        (("POST",), "GET", 405),
        (("GET", "POST"), "OPTIONS", 204),
        (("GET",), "TRACE", 405),
    ],
)
def test_a_method_without_a_rule_never_reaches_the_view(methods, method, status):
    view = allow(PUBLIC, methods=methods)(lambda request: HttpResponse())
    answer = AccessMiddleware(HttpResponse).process_view(
        RequestFactory().generic(method, "/"), view, (), {}
    )
    assert getattr(answer, "status_code", None) == status


def test_the_rule_holds_under_an_asynchronous_server(city, officer):
    finance = factories.bureau_member(city, Role.FINANCE)

    async def ask(member, address):
        client = AsyncClient()
        if member:
            await client.aforce_login(member.user)
        return (await client.get(address)).status_code

    asked = async_to_sync(ask)
    assert asked(None, "/enterprises/") == 302
    assert asked(officer, "/enterprises/new/") == 200
    assert asked(finance, "/enterprises/new/") == 403
    assert asked(officer, "/enterprises/999999/") == 404


@pytest.mark.parametrize("address", ["/verify/%00", "/caps/%00/", "/?q=a%00", "/?a%00=1"])
def test_a_null_character_in_an_address_is_refused_in_words(db, client, address):
    answer = client.get(address)
    assert answer.status_code == 400
    assert "S108" in answer.content.decode()


def test_a_null_character_in_a_form_is_refused_in_words(officer, client):
    client.force_login(officer.user)
    answer = client.post("/language/", {"language": "en", "next": "/\x00"})
    assert answer.status_code == 400


def test_no_cache_keeps_what_the_signed_in_see(officer, client):
    assert not client.get("/").has_header("Cache-Control")
    client.force_login(officer.user)
    assert client.get("/home/")["Cache-Control"] == "private, no-store"


def test_the_address_of_a_button_opened_as_a_page_says_so_and_leads_back(client, officer):
    client.force_login(officer.user)
    answer = client.get("/alarms/1/handle/", headers={"referer": "http://testserver/alarms/1/"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")
    assert 'href="http://testserver/alarms/1/"' in answer.content.decode()


def test_who_signs_in_again_after_a_form_comes_back_to_the_forms_page(client, db):
    page = "http://testserver/alarms/1/"
    answer = client.post("/alarms/1/handle/", headers={"referer": page})
    assert answer.status_code == 302
    assert answer["Location"].endswith("next=/alarms/1/")
    assert client.get("/alarms/")["Location"].endswith("next=/alarms/")
