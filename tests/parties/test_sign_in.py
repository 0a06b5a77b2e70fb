"""Sign-in: lock-out, no telling of names, fresh sessions, no leading astray, second factor."""

import re

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from parties import queries, services
from parties.models import User
from parties.rules import Role
from parties.services.people import new_password_link
from tests import factories
from tests.factories import PASSWORD

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits():
    """allauth counts attempts in the cache, which a test must not inherit."""
    cache.clear()


def sign_in(client, username, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": username, "password": password, **extra})


def fail(client, username, times=5):
    return [sign_in(client, username, "wrong").status_code for _ in range(times)]


def test_five_wrong_passwords_lock_and_the_right_one_does_not_help(officer, client):
    assert fail(client, "officer")[-1] == 429
    answer = sign_in(client, "officer")
    assert answer.status_code == 429
    assert "锁定" in answer.content.decode() or "locked" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_another_spelling_of_the_name_does_not_dodge_the_lock(officer, client):
    spellings = ["officer", "Officer", "oFFicer", " officer", "OFFICER"]
    assert [sign_in(client, name, "wrong").status_code for name in spellings][-1] == 429
    assert sign_in(client, "officeR").status_code == 429
    assert queries.locked_until(officer.user)


def test_a_name_that_does_not_exist_is_answered_and_locked_the_same(officer):
    known, unknown = Client(), Client()
    first = [sign_in(c, n, "wrong") for c, n in ((known, "officer"), (unknown, "nobody"))]
    bodies = [re.sub(r'value="[^"]*"', "", a.content.decode()) for a in first]
    assert first[0].status_code == first[1].status_code == 200
    assert bodies[0] == bodies[1]
    assert fail(known, "officer", 4) == fail(unknown, "nobody", 4)


def test_a_rival_elsewhere_cannot_lock_a_person_out(officer, client):
    rival = Client(REMOTE_ADDR="10.9.9.9")
    assert fail(rival, "officer")[-1] == 429
    assert sign_in(client, "officer").status_code == 302


def test_a_forged_forwarding_header_does_not_dodge_the_lock(officer, client):
    for turn in range(5):
        client.post(
            LOGIN,
            {"login": "officer", "password": "wrong"},
            headers={"X-Forwarded-For": f"10.1.1.{turn}"},
        )
    assert sign_in(client, "officer").status_code == 429


def test_the_security_administrator_sees_the_lock_and_lifts_it(city, officer, client):
    admin = Client()
    admin.force_login(factories.bureau_member(city, Role.SECURITY_ADMIN).user)
    fail(client, "officer")
    page = f"/people/{officer.user_id}/"
    assert queries.locked_until(officer.user)
    assert f"{page}unlock/" in admin.get(page).content.decode()
    assert admin.post(f"{page}unlock/").status_code == 302
    assert queries.locked_until(officer.user) is None
    assert sign_in(client, "officer").status_code == 302


def test_the_session_is_another_after_sign_in(officer, client):
    client.get("/")
    session = client.session
    session["left_before"] = "x"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client, "officer")
    assert client.session.session_key != before
    assert not Client(headers={"Cookie": f"sessionid={before}"}).session.get("_auth_user_id")


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_off_the_site(officer, client, address):
    assert sign_in(client, "officer", next=address)["Location"] == "/home/"
    language = client.post("/language/", {"language": "en", "next": address})
    assert language["Location"] in ("/", "/home/")


def test_sign_in_goes_on_to_the_page_that_was_asked_for(officer, client):
    asked = client.get("/enterprises/?region=1")
    assert asked["Location"] == "/accounts/login/?next=/enterprises/%3Fregion%3D1"
    assert sign_in(client, "officer", next="/enterprises/")["Location"] == "/enterprises/"


def test_the_second_factor_cannot_be_guessed_by_trying(officer, client):
    secret = generate_totp_secret()
    TOTP.activate(officer.user, secret)
    sign_in(client, "officer")
    for _try in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    right = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/accounts/2fa/authenticate/", {"code": right}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_second_factor_stands_between_password_and_home(officer, client):
    TOTP.activate(officer.user, generate_totp_secret())
    answer = sign_in(client, "officer")
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/home/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.get("/home/").status_code == 302


def test_a_password_link_leaves_the_second_factor_in_force(city, officer, client):
    TOTP.activate(officer.user, generate_totp_secret())
    admin = factories.bureau_member(city, Role.SECURITY_ADMIN)
    link = new_password_link(by=admin, person=officer.user)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "fresh-river-stone", "password2": "fresh-river-stone"})
    answer = sign_in(client, "officer", "fresh-river-stone")
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")


def test_nobody_opens_an_account_for_himself(client, db):
    form = {"username": "me", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", form)
    assert not User.objects.filter(username="me").exists()


def test_a_person_reads_in_his_own_language_from_sign_in_on(officer, client):
    services.choose_language(by=officer.user, language="en")
    sign_in(client, "officer")
    assert client.cookies["django_language"].value == "en"


def test_sessions_elsewhere_are_listed_and_ended(officer):
    here, there = Client(), Client(headers={"User-Agent": "Old Browser"})
    for client in (there, here):
        sign_in(client, "officer")
    assert "Old Browser" in here.get("/me/").content.decode()
    here.post("/me/sessions/end/")
    assert there.get("/home/").status_code == 302
    assert here.get("/home/").status_code == 200
    assert UserSession.objects.count() == 1


def test_an_old_session_ends_with_a_new_password(officer):
    client, other = Client(), Client()
    for one in (client, other):
        sign_in(one, "officer")
    new = {"oldpassword": PASSWORD, "password1": "new-river-2026", "password2": "new-river-2026"}
    assert client.post("/accounts/password/change/", new).status_code == 302
    assert other.get("/home/").status_code == 302


def test_signing_in_stands_in_the_persons_history(officer, client):
    sign_in(client, "officer")
    assert officer.user.history.first().history_change_reason == "signed in"


def test_a_forgotten_password_leads_to_the_administrator_and_sends_nothing(client, db, mailoutbox):
    page = client.get("/accounts/password/reset/").content.decode()
    assert '<form class="form"' not in page
    client.post("/accounts/password/reset/", {"email": "a@example.org"})
    assert not mailoutbox
