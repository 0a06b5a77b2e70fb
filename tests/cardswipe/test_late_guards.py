"""PostgreSQL is the last guard of decisions on late events: every constraint, broken once."""

import pytest

from tests.cardswipe.objects import late_decision
from tests.cardswipe.test_card_guards import copy, guard_of

pytestmark = pytest.mark.django_db

DECISION = (
    "act, controller_id, enterprise_id, period_id, content, reason, state, key, approval_id,"
    " asked_by_id, asked_at, ended_at"
)
ITEM = "decision_id, event_id, is_open"
APART = {"key": "'x'", "approval_id": "NULL::bigint"}
DONE = {"state": "'DONE'", "ended_at": "asked_at"}

BROKEN = [
    (
        "late_decision_waits_for_its_approval_or_says_when_it_ended",
        copy("latedecision", DECISION, **APART),
    ),
    (
        "late_decision_waits_for_its_approval_or_says_when_it_ended",
        "UPDATE cardswipe_latedecision SET state = 'DONE'",
    ),
    (
        "late_booking_names_its_open_period",
        copy("latedecision", DECISION, **APART, **DONE, act="'BOOK'"),
    ),
    (
        "late_decision_says_the_same_for_ever",
        "UPDATE cardswipe_latedecision SET reason = 'other'",
    ),
    ("late_decision_is_not_deleted", "DELETE FROM cardswipe_latedecision"),
    ("late_decision_names_an_event_once", copy("lateitem", ITEM, is_open="false")),
    ("late_item_stays", "UPDATE cardswipe_lateitem SET event_id = event_id + 1"),
    ("late_item_is_not_deleted", "DELETE FROM cardswipe_lateitem"),
    # The event of the second decision in the row of the first, and open in both.
    (
        "one_open_late_decision_per_event",
        (
            "INSERT INTO cardswipe_lateitem (decision_id, event_id, is_open)"
            " SELECT min(decision_id), max(event_id), true FROM cardswipe_lateitem"
        ),
    ),
]


@pytest.mark.parametrize(("guard", "sql"), BROKEN)
def test_the_database_refuses_what_breaks_a_rule_of_late_events(enterprise, rival, guard, sql):
    late_decision(enterprise)
    if guard == "one_open_late_decision_per_event":
        late_decision(rival.enterprise)
    assert guard_of(sql) == guard


def test_a_decision_that_ended_and_its_items_change_no_more(enterprise):
    # The triggers late_decision_ends_once and late_item_closes_once speak in words.
    late_decision(enterprise)
    end = "UPDATE cardswipe_latedecision SET state = 'REFUSED', ended_at = asked_at"
    close = "UPDATE cardswipe_lateitem SET is_open = false"
    for once in (end, close):
        assert "Cannot update" in guard_of(f"WITH gone AS (SELECT 1) {once}; {once}")
