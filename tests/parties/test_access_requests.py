"""Nobody makes himself a second person: access to a bureau needs two administrators."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from parties import services
from parties.models import AccessRequest, Membership, Notice, User
from parties.refusals import (
    AccessIsPending,
    AccessNotOpen,
    ApprovalOutOfReach,
    LinkNotGranted,
    NotAllowed,
    NotTheMaker,
    NotYourOwn,
    RoleDoesNotFit,
    RoleEndsTooEarly,
    SamePerson,
    SecondPersonNeeded,
    UsernameIsTaken,
)
from parties.rules import Role
from parties.services import Invitation
from tests import factories
from tests.factories_parties import NOW, TODAY


@pytest.fixture
def security(city):
    return factories.bureau_member(city, Role.SECURITY_ADMIN, "security")


@pytest.fixture
def second(city):
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "second")


def invitation(username="li.na", role=Role.PERMIT_OFFICER, **changes):
    return Invitation(username, "李娜", role, **({"valid_from": TODAY} | changes))


def ask_account(by, **changes):
    return services.ask_for_account(
        by=by, invitation=invitation(**changes), place=by.bureau, reason="到岗", now=NOW
    )


def ask_role(by, person, role=Role.PERMIT_OFFICER, **dates):
    return services.ask_for_role(
        by=by,
        person=person,
        role=role,
        place=by.bureau,
        reason="轮岗",
        now=NOW,
        **({"valid_from": TODAY} | dates),
    )


def ask_link(by, person):
    return services.ask_for_link(by=by, person=person, reason="忘记密码", now=NOW)


def decide(by, request, granted=True, reason=""):
    return services.decide_access(by=by, request=request, granted=granted, reason=reason, now=NOW)


def test_one_administrator_alone_lets_nobody_in(security, second, officer, enterprise):
    agent = invitation(role=Role.AGENT)
    alone = (
        lambda: services.invite(by=security, invitation=invitation(), place=security.bureau),
        lambda: services.invite(by=security, invitation=agent, place=enterprise),
        lambda: services.password_link(by=security, person=officer.user),
    )
    for act in alone:
        with pytest.raises(SecondPersonNeeded):
            act()
    assert not User.objects.filter(username="li.na").exists()


def test_an_enterprises_administrator_is_let_in_by_two_and_the_enterprise_is_told(
    security, second, enterprise
):
    asked = services.ask_for_account(
        by=security,
        invitation=invitation(role=Role.ENTERPRISE_ADMIN),
        place=enterprise,
        reason="授权书 2026-7",
        now=NOW,
    )
    assert (asked.bureau, asked.place) == (security.bureau, enterprise)
    assert enterprise.uscc in bytes(asked.approval.content).decode()
    with pytest.raises(SamePerson):
        decide(security, asked)
    member = decide(second, asked).membership
    assert (member.enterprise, member.role) == (enterprise, Role.ENTERPRISE_ADMIN)
    assert "李娜" in Notice.objects.get(enterprise=enterprise).text_zh


def test_a_role_is_asked_for_in_a_place_it_exists_in(security, enterprise):
    with pytest.raises(RoleDoesNotFit):
        services.ask_for_account(
            by=security, invitation=invitation(), place=enterprise, reason="x", now=NOW
        )


def test_an_account_is_opened_by_the_second_person_and_by_nobody_else(city, security, second):
    asked = ask_account(security)
    assert not User.objects.filter(username="li.na").exists()
    refusals = {
        SamePerson: security,
        NotAllowed: factories.bureau_member(city, Role.PERMIT_OFFICER),
        ApprovalOutOfReach: factories.bureau_member(factories.city("339800"), Role.SYSTEM_ADMIN),
    }
    for refusal, by in refusals.items():
        with pytest.raises(refusal):
            decide(by, asked)
    done = decide(second, asked)
    member = Membership.objects.get(user__username="li.na")
    assert (done.state, done.membership, member.role) == ("DONE", member, Role.PERMIT_OFFICER)
    assert member.history.first().history_user == security.user
    with pytest.raises(AccessNotOpen):
        decide(second, asked)


def test_a_county_can_be_helped_by_the_city_above_it(county, second):
    local = factories.bureau_member(county, Role.SECURITY_ADMIN)
    assert decide(second, ask_account(local)).state == "DONE"


def test_nobody_decides_about_himself_whatever_name_was_asked_for(city, security, second):
    with pytest.raises(NotYourOwn):
        decide(second, ask_role(security, second.user, Role.FINANCE))
    second.user.display_name = "李娜"
    second.user.save()
    asked = ask_account(security, username=second.user.username, role=Role.AUDITOR)
    with pytest.raises(NotYourOwn):
        decide(second, asked)
    with pytest.raises(NotYourOwn):
        ask_link(security, security.user)
    with pytest.raises(NotYourOwn):
        ask_role(security, security.user)
    assert not Membership.objects.filter(user=second.user, role=Role.AUDITOR).exists()


def test_what_could_not_be_done_is_refused_when_it_is_asked(security, officer):
    with pytest.raises(UsernameIsTaken):
        ask_account(security, username=officer.user.username)
    with pytest.raises(RoleEndsTooEarly):
        ask_role(security, officer.user, valid_to=TODAY - datetime.timedelta(days=1))
    assert not AccessRequest.objects.exists()
    assert not Notice.objects.exists()


def test_the_same_is_asked_once_and_may_be_taken_back_by_who_asked(security, second, officer):
    """By one_open_access_request_per_person_and_role and one_open_access_request_per_user_name."""
    asked = ask_link(security, officer.user)
    with pytest.raises(AccessIsPending), transaction.atomic():
        ask_link(security, officer.user)
    with pytest.raises(NotTheMaker):
        services.take_back_access(by=second, request=asked, reason="x")
    services.take_back_access(by=security, request=asked, reason="不需要")
    with pytest.raises(AccessNotOpen):
        decide(second, asked)
    ask_account(security)
    with pytest.raises(AccessIsPending), transaction.atomic():
        ask_account(security, username="LI.NA")


def test_a_link_is_granted_by_one_and_made_once_by_the_other(security, second, officer):
    asked = ask_link(security, officer.user)
    with pytest.raises(LinkNotGranted):
        services.make_link(by=security, request=asked, now=NOW)
    decide(second, asked)
    with pytest.raises(NotTheMaker):
        services.make_link(by=second, request=asked, now=NOW)
    assert "/accounts/password/reset/key/" in services.make_link(
        by=security, request=asked, now=NOW
    )
    with pytest.raises(LinkNotGranted):
        services.make_link(by=security, request=asked, now=NOW)


def test_bureau_and_person_are_told_of_each_step(security, second, officer):
    asked = ask_link(security, officer.user)
    decide(second, asked)
    services.make_link(by=security, request=asked, now=NOW)
    to_bureau = Notice.objects.filter(bureau=security.bureau)
    assert to_bureau.count() == 3
    assert all("security" in notice.text_zh for notice in to_bureau)
    own = Notice.objects.get(person=officer.user)
    assert "second" in own.text_en
    assert own.text_zh != own.text_en


def test_a_refusal_leaves_everything_as_it_was(security, second, officer):
    refused = decide(second, ask_role(security, officer.user, Role.FINANCE), False, "无此岗位")
    assert refused.state == "REFUSED"
    assert not Membership.objects.filter(user=officer.user, role=Role.FINANCE).exists()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("access_request_is_whole", "role = 'agent'"),
        ("access_done_has_its_moment", "done_at = now()"),
        ("only_a_link_waits_after_its_grant", "state = 'GRANTED'"),
        ("access_role_ends_after_it_begins", "valid_to = '2020-01-01'"),
        ("access_request_follows_the_table", "state = 'DONE', done_at = now()"),
    ],
)
def test_the_database_refuses_a_request_that_nobody_decided(
    security, second, officer, name, change
):
    asked = ask_role(security, officer.user, Role.FINANCE)
    if name == "access_request_follows_the_table":
        decide(second, asked, False, "否")
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE parties_accessrequest SET {change}")
    assert caught.value.__cause__.diag.constraint_name == name


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("access_request_is_not_deleted", "DELETE FROM parties_accessrequest"),
        ("access_request_is_not_truncated", "TRUNCATE parties_accessrequest CASCADE"),
    ],
)
def test_requests_are_kept(security, officer, name, statement):
    ask_role(security, officer.user, Role.FINANCE)
    connection.check_constraints()  # what waits for the end would refuse the statement first
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert caught.value.__cause__.diag.constraint_name == name
