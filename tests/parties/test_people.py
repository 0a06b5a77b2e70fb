"""Accounts and roles: who may be let in, by whom, and how that ends."""

import datetime

import pytest
from django.test import Client

from parties import services
from parties.models import Membership, User
from parties.refusals import (
    AlreadyInRole,
    LastSecurityAdmin,
    NotYourOwn,
    PersonActsElsewhere,
    RoleDoesNotFit,
    RoleEndsTooEarly,
    SeparatedRoles,
    UsernameIsBad,
    UsernameIsTaken,
)
from parties.rules import Role
from parties.services.people import let_in, new_password_link, put_in_role
from tests import factories
from tests.factories_parties import NOW, TODAY


@pytest.fixture
def security(city):
    return factories.bureau_member(city, Role.SECURITY_ADMIN, "security")


def grant(by, person, role, place, **dates):
    dates = {"valid_from": TODAY} | dates
    return put_in_role(by=by, person=person, role=role, place=place, **dates)


def invite(by, username="li.na", name="李娜", role=Role.FINANCE, **dates):
    invitation = services.Invitation(username, name, role, **({"valid_from": TODAY} | dates))
    return let_in(by=by, invitation=invitation, place=by.bureau)


def test_a_new_account_has_no_password_and_its_history_names_the_administrator(security):
    person = invite(security).user
    assert not person.has_usable_password()
    row = person.history.first()
    assert row.history_user == security.user
    assert "account opened" in row.history_change_reason
    assert not hasattr(row, "password")


def test_an_account_that_exists_gets_the_role_only_under_its_very_name(security):
    first = invite(security)
    second = invite(security, role=Role.AUDITOR)
    assert first.user == second.user
    with pytest.raises(UsernameIsTaken):
        invite(security, name="别人")
    with pytest.raises(UsernameIsTaken):
        services.open_account(by=security, username="LI.NA", display_name="李娜")


def test_a_user_name_with_odd_signs_is_refused(security):
    with pytest.raises(UsernameIsBad):
        invite(security, username="li na")


@pytest.mark.parametrize("second", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
def test_nobody_holds_two_of_the_three_administrator_roles(city, security, second):
    other = factories.bureau_member(city, Role.SECURITY_ADMIN)
    with pytest.raises(SeparatedRoles):
        grant(security, other.user, second, security.bureau)


def test_the_three_offices_may_follow_one_another(city, security):
    other = factories.bureau_member(city, Role.SECURITY_ADMIN)
    services.end_membership(by=security, membership=other, reason="moved", now=NOW)
    assert grant(security, other.user, Role.AUDIT_ADMIN, security.bureau).pk


def test_nobody_gives_himself_a_role_or_takes_his_own(security):
    with pytest.raises(NotYourOwn):
        grant(security, security.user, Role.PERMIT_OFFICER, security.bureau)
    with pytest.raises(NotYourOwn):
        services.end_membership(by=security, membership=security, reason="", now=NOW)
    with pytest.raises(NotYourOwn):
        services.close_account(by=security, person=security.user, reason="", now=NOW)


def test_a_bureau_keeps_its_last_security_administrator(city, security):
    setup = services.system_actor("setup")
    with pytest.raises(LastSecurityAdmin):
        services.end_membership(by=setup, membership=security, reason="", now=NOW)
    with pytest.raises(LastSecurityAdmin):
        services.close_account(by=setup, person=security.user, reason="", now=NOW)
    factories.bureau_member(city, Role.SECURITY_ADMIN)
    services.end_membership(by=setup, membership=security, reason="left", now=NOW)


def test_a_role_must_fit_its_place(security, enterprise):
    person = factories.user()
    with pytest.raises(RoleDoesNotFit):
        grant(security, person, Role.PERMIT_OFFICER, enterprise)
    with pytest.raises(RoleDoesNotFit):
        grant(security, person, Role.AGENT, security.bureau)


def test_a_role_held_already_is_not_granted_again_but_an_ended_one_comes_back(security):
    member = invite(security)
    with pytest.raises(AlreadyInRole):
        grant(security, member.user, Role.FINANCE, security.bureau)
    services.end_membership(by=security, membership=member, reason="leave", now=NOW)
    assert not Membership.objects.in_force(TODAY).filter(pk=member.pk)
    again = grant(security, member.user, Role.FINANCE, security.bureau)
    assert again.pk == member.pk
    assert Membership.objects.in_force(TODAY).filter(pk=member.pk)


def test_a_role_with_its_last_day_before_its_first_is_refused(security):
    with pytest.raises(RoleEndsTooEarly):
        invite(security, valid_to=TODAY - datetime.timedelta(days=1))


def test_ending_a_role_twice_has_one_effect(security):
    member = invite(security)
    for _ in range(2):
        services.end_membership(by=security, membership=member, reason="leave", now=NOW)
    assert member.history.count() == 2


def test_a_county_cannot_take_over_the_account_of_a_person_of_the_city(city, county, security):
    local = factories.bureau_member(county, Role.SECURITY_ADMIN)
    both = invite(security).user
    grant(security, both, Role.GRID_INSPECTOR, local.bureau)
    assert User.objects.for_actor(local).filter(pk=both.pk).exists()
    acts = (
        lambda: new_password_link(by=local, person=both),
        lambda: services.close_account(by=local, person=both, reason="", now=NOW),
        lambda: services.reopen_account(by=local, person=both, reason=""),
        lambda: services.unlock_sign_in(by=local, person=both),
    )
    for act in acts:
        with pytest.raises(PersonActsElsewhere):
            act()


def test_the_link_sets_a_password_once(security):
    person = invite(security).user
    link = new_password_link(by=security, person=person)
    form = Client().get(link, follow=True)
    address = form.redirect_chain[-1][0]
    assert person.username not in address
    first = Client()
    first.get(link)
    new = {"password1": "fresh-river-stone", "password2": "fresh-river-stone"}
    assert first.post(address, new).status_code == 302
    person.refresh_from_db()
    assert person.check_password("fresh-river-stone")
    second = Client()
    assert second.get(link).status_code == 200, "a used link shows that it is used up"
    second.post(address, {"password1": "stolen-stone-99", "password2": "stolen-stone-99"})
    person.refresh_from_db()
    assert person.check_password("fresh-river-stone")


def test_a_closed_account_is_out_at_its_next_request_and_may_come_back(security, client):
    person = invite(security).user
    client.force_login(person)
    services.close_account(by=security, person=person, reason="left", now=NOW)
    assert client.get("/home/").status_code == 302
    services.reopen_account(by=security, person=person, reason="back")
    assert User.objects.get(pk=person.pk).is_active
