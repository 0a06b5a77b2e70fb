"""Two at once: the last administrators leave, two decide, one file is taken over twice."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from parties import services
from parties.models import Approval, Enterprise, Membership
from parties.refusals import LastSecurityAdmin
from parties.rules import Role
from shell.refusals import Refusal
from tests import factories
from tests.factories_parties import NOW, TODAY, approval
from tests.parties.test_imports import book, keep, row, take_over

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave or raised, all begun at the same moment."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[place] = act()
        except Refusal as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_security_administrators_cannot_end_each_other():
    city = factories.city()
    pair = [factories.bureau_member(city, Role.SECURITY_ADMIN) for _ in range(2)]

    def end(by: Membership, whom: Membership) -> Callable[[], object]:
        return lambda: services.end_membership(by=by, membership=whom, reason="x", now=NOW)

    results = at_once(end(pair[0], pair[1]), end(pair[1], pair[0]))
    assert [type(r) for r in results].count(LastSecurityAdmin) == 1
    in_force = Membership.objects.in_force(TODAY)
    assert in_force.filter(role=Role.SECURITY_ADMIN).count() == 1


def test_of_two_decisions_one_counts():
    city = factories.city()
    maker, *checkers = (factories.bureau_member(city, Role.PERMIT_OFFICER) for _ in range(3))
    asked = approval(maker)

    def decide(by: Membership, granted: bool) -> Callable[[], object]:
        return lambda: services.decide_approval(
            by=by, approval=asked, granted=granted, reason="x", now=NOW
        )

    results = at_once(decide(checkers[0], True), decide(checkers[1], False))
    assert sum(isinstance(r, Approval) for r in results) == 1


def test_one_file_taken_over_twice_at_once_counts_once():
    city = factories.city()
    factories.county(city)
    officer = factories.bureau_member(city, Role.PERMIT_OFFICER)
    kept = keep(officer, book(row(1), row(2)))
    results = at_once(lambda: take_over(officer, kept), lambda: take_over(officer, kept))
    assert [r.state for r in results] == ["APPLIED", "APPLIED"]
    assert Enterprise.objects.count() == 2
    assert Enterprise.history.count() == 2
