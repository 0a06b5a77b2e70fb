"""An enterprise's administrator looks after its people, and after nobody else."""

import pytest
from django.test import Client

from parties import services
from parties.models import Membership, Notice, User
from parties.refusals import (
    AdministratorsAreTheBureaus,
    LinkFromBureau,
    NotYourOwn,
    PersonOfBureau,
    UsernameIsTaken,
)
from parties.rules import OWN_PEOPLE_ROLES, Role
from tests import factories
from tests.factories_parties import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(enterprise):
    return factories.enterprise_member(enterprise, Role.ENTERPRISE_ADMIN, "lin.hui")


def let_in(by, username="li.na", name="李娜", role=Role.AGENT):
    invitation = services.Invitation(username, name, role, TODAY)
    return services.let_in_own(by=by, invitation=invitation, now=NOW)


@pytest.mark.parametrize("role", sorted(OWN_PEOPLE_ROLES))
def test_the_administrator_lets_people_in_alone_and_both_are_told(admin, enterprise, role):
    member = let_in(admin, role=role)
    assert (member.enterprise, member.role) == (enterprise, role)
    assert member.history.first().history_user == admin.user
    assert Notice.objects.filter(enterprise=enterprise).count() == 1
    assert Notice.objects.filter(person=member.user).count() == 1


def test_administrators_come_and_go_by_the_bureau(admin, enterprise):
    with pytest.raises(AdministratorsAreTheBureaus):
        let_in(admin, role=Role.ENTERPRISE_ADMIN)
    with pytest.raises(AdministratorsAreTheBureaus):
        let_in(admin, role=Role.PERMIT_OFFICER)
    other = factories.enterprise_member(enterprise, Role.ENTERPRISE_ADMIN)
    with pytest.raises(AdministratorsAreTheBureaus):
        services.end_own(by=admin, membership=other, reason="x", now=NOW)


def test_nobody_is_his_own_second_role(admin):
    with pytest.raises(NotYourOwn):
        let_in(admin, username=admin.user.username, name=admin.user.display_name)


def test_a_bureaus_person_is_made_nobodys_agent(admin, officer):
    with pytest.raises(PersonOfBureau):
        let_in(admin, username=officer.user.username, name=officer.user.display_name)
    with pytest.raises(UsernameIsTaken):
        let_in(admin, username=officer.user.username, name="别人")


def test_the_first_password_is_by_the_administrators_link_and_later_ones_are_not(admin, rival):
    person = let_in(admin).user
    assert "/accounts/password/reset/key/" in services.first_link(by=admin, person=person)
    person.set_password("correct-horse-battery")
    person.save()
    with pytest.raises(LinkFromBureau):
        services.first_link(by=admin, person=person)


def test_an_account_that_also_acts_elsewhere_gets_no_link_here(admin, rival):
    person = let_in(admin).user
    Membership.objects.create(
        user=person, role=Role.AGENT, enterprise=rival.enterprise, valid_from=TODAY
    )
    with pytest.raises(LinkFromBureau):
        services.first_link(by=admin, person=person)


def test_on_the_pages_a_person_is_let_in_gets_his_link_and_leaves(admin):
    client = Client()
    client.force_login(admin.user)
    form = {"username": "zhao.lei", "display_name": "赵磊", "valid_from": "2026-11-20"}
    assert client.post("/our-people/new/", form).status_code == 422
    wrong = client.post("/our-people/new/", form | {"role": Role.ENTERPRISE_ADMIN})
    assert wrong.status_code == 422
    page = client.post("/our-people/new/", form | {"role": Role.OPERATOR})["Location"]
    again = client.post("/our-people/new/", form | {"role": Role.OPERATOR})
    assert "A306" in again.content.decode()
    assert "/password/reset/key/" in client.post(f"{page}link/").content.decode()
    assert "/password/reset/key/" not in client.get(page).content.decode()
    role = Membership.objects.get(user__username="zhao.lei")
    client.post(f"/our-people/roles/{role.pk}/end/", {"reason": ""})
    role.refresh_from_db()
    assert role.ended_at is None
    client.post(f"/our-people/roles/{role.pk}/end/", {"reason": "离职"})
    role.refresh_from_db()
    assert role.ended_at is not None
    assert "赵磊" in client.get("/our-people/").content.decode()
    assert User.objects.get(username="zhao.lei").is_active
