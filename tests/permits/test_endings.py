"""How permits end, and what becomes of their rights."""

import datetime

import pytest
from django.db import connection

from ledger.models import Account
from ledger.queries import ROW_CODES, verify
from permits import services
from permits.models import Ending, Permit
from tests import factories_permits as make
from tests.refused import broken, refused

DAY = datetime.timedelta(days=1)


@pytest.fixture
def permit(agent, officer, second_officer, now) -> Permit:
    return make.issued(agent, officer, second_officer, now=now)


def propose(by, permit, now, *, ends_as="REVOKED", key="end"):
    return services.propose_ending(
        by=by,
        permit=permit,
        ends_as=ends_as,
        reason="严重超总量排放",
        legal_basis="《排污许可管理条例》第三十四条",
        key=key,
        now=now,
    )


def decide(by, ending, now, *, granted=True):
    return services.decide_ending(by=by, ending=ending, granted=granted, reason="同意", now=now)


def available(permit):
    accounts = Account.objects.filter(enterprise=permit.site.enterprise, purpose="AVAILABLE")
    return sum(account.balance for account in accounts)


def test_revocation_needs_two_persons_and_gives_the_rights_back(
    permit, officer, second_officer, now
):
    assert available(permit) > 0
    ending = propose(officer, permit, now)
    assert propose(officer, permit, now) == ending
    with refused("A201"):
        decide(officer, ending, now)
    decide(second_officer, ending, now)
    assert decide(second_officer, ending, now).ended_on == datetime.date(2026, 11, 20)
    permit.refresh_from_db()
    assert permit.state == "REVOKED"
    assert available(permit) == 0
    assert not permit.versions.filter(in_force_until__isnull=True).exists()
    assert list(verify(only=ROW_CODES)) == []


def test_ended_permit_cannot_be_ended_again(permit, officer, second_officer, now):
    decide(second_officer, propose(officer, permit, now), now)
    with refused("P127"):
        propose(officer, permit, now, key="again")


def test_rejected_ending_leaves_the_permit_valid(permit, officer, second_officer, now):
    ending = decide(second_officer, propose(officer, permit, now), now, granted=False)
    permit.refresh_from_db()
    assert (ending.state, permit.state) == ("REJECTED", "VALID")
    with refused("P132"):
        decide(second_officer, ending, now)
    propose(officer, permit, now, key="new")


def test_key_of_another_ending_is_refused(permit, officer, now):
    propose(officer, permit, now)
    with refused("P126"):
        propose(officer, permit, now, ends_as="WITHDRAWN")


def test_permit_expires_the_day_after_its_term_and_the_rest_lapses(permit, now):
    last = datetime.datetime(2031, 11, 19, 10, tzinfo=datetime.UTC)
    assert services.expire_due(now=last) == 0
    assert services.expire_due(now=last + DAY) == 1
    assert services.expire_due(now=last + DAY) == 0
    permit.refresh_from_db()
    assert permit.state == "EXPIRED"
    assert available(permit) == 0
    assert Account.objects.filter(purpose="LAPSED", balance__gt=0).exists()


def test_permit_with_a_timely_renewal_does_not_expire(permit, agent, now):
    soon = datetime.datetime(2031, 11, 1, 10, tzinfo=datetime.UTC)
    make.submitted(agent, now=soon, kind="RENEW")
    later = soon + 30 * DAY
    assert services.expire_due(now=later) == 0
    with refused("P133"):
        services.expire_permit(permit=permit, now=later)


def test_cancellation_on_request_ends_the_permit(permit, agent, officer, second_officer, now):
    make.issued(agent, officer, second_officer, now=now + DAY, kind="CANCEL")
    permit.refresh_from_db()
    assert permit.state == "CANCELLED"
    assert permit.endings.get().approval is not None


def test_site_with_a_cancelled_permit_may_apply_again_under_its_number(
    permit, agent, officer, second_officer, now
):
    make.issued(agent, officer, second_officer, now=now + DAY, kind="CANCEL")
    again = make.issued(agent, officer, second_officer, now=now + 2 * DAY)
    assert again == permit
    assert (again.state, again.permit_no) == ("VALID", permit.permit_no)
    assert again.versions.count() == 2


def test_database_keeps_endings_in_order(permit, officer, now):
    ending = propose(officer, permit, now)
    values = {
        "permit": permit,
        "ends_as": "REVOKED",
        "reason": "x",
        "legal_basis": "x",
        "state": "PROPOSED",
        "proposed_by": officer,
        "proposed_at": now,
        "key": "k",
    }
    with broken("only_expiry_needs_no_second_person"):
        Ending.objects.create(**values)
    with broken("one_proposed_ending_per_permit"):
        Ending.objects.create(**values | {"ends_as": "EXPIRED"})
    with broken("ending_done_has_its_day"):
        Ending.objects.filter(pk=ending.pk).update(state="DONE")


BY_HAND = {
    "permit_ends_by_its_ending": "UPDATE permits_permit SET state = 'REVOKED'",
    "permit_changes_by_an_issue": "UPDATE permits_permit SET valid_to = valid_to + 365",
    "version_stops_once": "UPDATE permits_permitversion SET in_force_until = in_force_from + 1",
}


def by_hand(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("name", ["permit_ends_by_its_ending", "permit_changes_by_an_issue"])
def test_a_permit_is_not_rewritten_by_hand(permit, name):
    with broken(name):
        by_hand(BY_HAND[name])


def test_an_ending_opens_only_its_own_step(permit, officer, second_officer, now):
    decide(second_officer, propose(officer, permit, now), now)
    with broken("permit_ends_by_its_ending"):
        by_hand("UPDATE permits_permit SET state = 'EXPIRED'")
    with broken("permit_changes_by_an_issue"):
        by_hand("UPDATE permits_permit SET state = 'VALID'")
    with broken("version_stops_once"):
        by_hand(BY_HAND["version_stops_once"])


def test_a_term_that_runs_is_not_ended_by_an_expiry(permit, officer, now):
    Ending.objects.create(
        permit=permit,
        ends_as="EXPIRED",
        reason="x",
        legal_basis="x",
        state="DONE",
        proposed_by=officer,
        proposed_at=now,
        ended_on=now.date(),
        key="by hand",
    )
    with broken("permit_ends_by_its_ending"):
        by_hand("UPDATE permits_permit SET state = 'EXPIRED'")
