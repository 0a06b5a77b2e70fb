"""The tables' overview: only for system administrators, only to read, only their area."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from parties.models import Enterprise, Membership, User
from parties.overview import ReadOnlyAdmin
from parties.rules import BUREAU_ROLES, Role
from tests import factories

OWN = sorted(
    (m for m, shown in admin.site._registry.items() if isinstance(shown, ReadOnlyAdmin)),
    key=lambda m: m._meta.label,
)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def system(city, client):
    client.force_login(factories.bureau_member(city, Role.SYSTEM_ADMIN).user)
    return client


def test_strangers_are_sent_to_the_sign_in_with_its_second_factor(client, db):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.SYSTEM, Role.SYSTEM_ADMIN}))
def test_no_other_role_gets_in(city, enterprise, role):
    client = Client()
    is_bureau = role in BUREAU_ROLES
    member = (
        factories.bureau_member(city, role)
        if is_bureau
        else factories.enterprise_member(enterprise, role)
    )
    client.force_login(member.user)
    assert client.get("/admin/", follow=True).status_code == 403


def test_the_word_staff_opens_nothing(db):
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x"))
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_every_table_is_shown_and_none_can_be_written(system, model):
    assert system.get(address(model, "changelist")).status_code == 200
    assert system.get(address(model, "add")).status_code == 403
    assert system.post(address(model, "add"), {}).status_code == 403


def test_a_row_is_shown_without_secrets_and_cannot_be_changed(system, officer):
    page = address(User, "change", officer.user_id)
    text = system.get(page).content.decode()
    assert "officer" in text
    assert officer.user.password not in text
    assert system.post(page, {"username": "hacked"}).status_code == 403
    assert system.post(address(User, "delete", officer.user_id), {"post": "yes"}).status_code == 403


def test_only_the_own_area_is_shown(system, enterprise):
    far = factories.enterprise(factories.county(factories.city("339800")), name="外市企业")
    text = system.get(address(Enterprise, "changelist")).content.decode()
    assert f"/{enterprise.pk}/" in text
    assert f"/{far.pk}/" not in text
    assert system.get(address(Enterprise, "change", far.pk)).status_code == 302
    assert Membership.objects.exists()
