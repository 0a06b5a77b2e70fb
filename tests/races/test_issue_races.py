"""Two officers press “issue” at once: one permit, one version, each right opened once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from ledger.models import Lot
from ledger.queries import ROW_CODES, verify
from parties.rules import Role
from permits import services
from permits.models import Permit, PermitVersion
from shell.refusals import Refusal
from shell.rules import RuleBroken
from tests import factories
from tests import factories_permits as make

pytestmark = pytest.mark.django_db(transaction=True)


def together(calls):
    """Run the calls in threads that start at one moment; each result or refusal's number."""
    barrier = threading.Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except (Refusal, RuleBroken) as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_issue_pressed_by_several_at_once_makes_one_permit(agent, officer, city):
    application = make.decided(agent, officer)
    seconds = [factories.bureau_member(city, Role.PERMIT_OFFICER) for _ in range(3)]
    answers = together(
        [
            lambda by=by, key=key: services.issue_permit(
                by=by, application=application, key=key, now=make.NOW
            )
            for by, key in [(seconds[0], "a"), (seconds[0], "a"), (seconds[1], "b"), (officer, "c")]
        ]
    )
    permit = Permit.objects.get()
    assert {str(answer) for answer in answers} <= {str(permit), "P101", "A201"}
    assert PermitVersion.objects.count() == 1
    assert Lot.objects.count() == len(make.LIMITS)
    assert list(verify(only=ROW_CODES)) == []


def test_one_of_two_drafts_begun_at_once_stands(agent):
    site = make.site(agent.enterprise)
    answers = together(
        [
            lambda key=key: services.start_application(
                by=agent, site=site, kind="APPLY", management_class="KEY", key=key
            )
            for key in ("a", "b", "c")
        ]
    )
    assert sorted(str(answer) for answer in answers).count("P117") == 2
    assert site.applications.count() == 1
