"""Under the application's own role nobody is put into a bureau but by a request of two persons."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from config import grants
from parties import services
from parties.models import Membership
from parties.rules import Role
from parties.services import Invitation
from tests import factories
from tests.factories_parties import NOW, TODAY

pytestmark = pytest.mark.django_db
NAME = "bureau_role_is_granted_by_two"
GRANT = """
INSERT INTO parties_membership (user_id, role, bureau_id, valid_from)
SELECT %s, %s, %s, '2026-11-20' RETURNING id
"""


@pytest.fixture
def cast(city):
    """Two administrators, an officer, and from here on the application's role."""
    people = {
        role: factories.bureau_member(city, role)
        for role in (Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN, Role.PERMIT_OFFICER)
    }
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE guard_test_app")
        grants.grant("guard_test_app")
        cursor.execute("SET LOCAL ROLE guard_test_app")
    yield people
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def refused(statement, *params):
    """The constraint by which the end of the transaction refuses; nothing when it takes it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
            connection.check_constraints()
    except IntegrityError as error:
        return error.__cause__.diag.constraint_name
    return ""


def let_in(cast, role=Role.FINANCE):
    """As the pages do: asked by one administrator, decided by the other."""
    asked = services.ask_for_account(
        by=cast[Role.SECURITY_ADMIN],
        invitation=Invitation("li.na", "李娜", role, TODAY),
        place=cast[Role.SECURITY_ADMIN].bureau,
        reason="到岗",
        now=NOW,
    )
    done = services.decide_access(
        by=cast[Role.SYSTEM_ADMIN], request=asked, granted=True, reason="", now=NOW
    )
    connection.check_constraints()
    return done.membership


def test_what_two_persons_granted_stands(cast):
    assert let_in(cast).role == Role.FINANCE


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECURITY_ADMIN])
def test_a_role_that_nobody_asked_for_is_refused(cast, role):
    officer = cast[Role.PERMIT_OFFICER]
    assert refused(GRANT, officer.user_id, role, officer.bureau_id) == NAME


@pytest.mark.parametrize(
    "change",
    ["role = 'auditor'", "valid_from = '2026-01-01'", "valid_to = '2099-01-01'"],
)
def test_a_granted_role_is_not_widened(cast, change):
    member = let_in(cast)
    sql = f"UPDATE parties_membership SET {change} WHERE id = %s"
    assert refused(sql, member.pk) == NAME


def test_an_ended_role_comes_back_only_by_a_new_request(cast):
    member = let_in(cast)
    later = NOW + datetime.timedelta(hours=1)
    services.end_membership(
        by=cast[Role.SECURITY_ADMIN], membership=member, reason="离岗", now=later
    )
    connection.check_constraints()
    sql = "UPDATE parties_membership SET ended_at = NULL WHERE id = %s"
    assert refused(sql, member.pk) == NAME


def test_a_request_that_was_refused_carries_no_role(cast):
    security, officer = cast[Role.SECURITY_ADMIN], cast[Role.PERMIT_OFFICER]
    asked = services.ask_for_role(
        by=security,
        person=officer.user,
        role=Role.FINANCE,
        place=security.bureau,
        valid_from=TODAY,
        reason="轮岗",
        now=NOW,
    )
    services.decide_access(
        by=cast[Role.SYSTEM_ADMIN], request=asked, granted=False, reason="否", now=NOW
    )
    assert refused(GRANT, officer.user_id, Role.FINANCE, officer.bureau_id) == NAME


def test_the_console_appoints_while_fewer_than_two_can_decide(cast):
    system = cast[Role.SYSTEM_ADMIN]
    services.end_membership(by=cast[Role.SECURITY_ADMIN], membership=system, reason="离岗", now=NOW)
    connection.check_constraints()
    services.appoint_second(
        by=services.system_actor("setup"),
        bureau=system.bureau,
        username="wu.di",
        display_name="吴迪",
        now=NOW,
    )
    connection.check_constraints()
    assert Membership.objects.get(user__username="wu.di").role == Role.SYSTEM_ADMIN
    officer = cast[Role.PERMIT_OFFICER]
    assert refused(GRANT, officer.user_id, Role.SECURITY_ADMIN, officer.bureau_id) == NAME


def test_people_of_enterprises_are_none_of_its_business(cast):
    region = cast[Role.SECURITY_ADMIN].bureau.region
    factories.enterprise_member(factories.enterprise(factories.county(region)), Role.VIEWER)
    connection.check_constraints()
