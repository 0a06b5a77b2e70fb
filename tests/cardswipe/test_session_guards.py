"""PostgreSQL is the last guard of sessions kept for our integral: every constraint, broken once."""

import pytest

from cardswipe import services
from parties.services import system_actor
from tests.cardswipe.test_card_guards import copy, guard_of
from tests.cardswipe.test_own_sessions import LATER, rule, session
from tests.factories_cards import ready
from tests.factories_devices import take

pytestmark = pytest.mark.django_db
TABLE = "cardswipe_sessionreport"
COLUMNS = (
    "controller_id, started_at, sequence, ended_at, card_no, body, body_hash, frame_id,"
    " received_at, event_id, integral"
)

BROKEN = [
    ("session_report_is_kept_once", copy("sessionreport", COLUMNS)),
    (
        "session_report_ends_after_it_begins",
        copy("sessionreport", COLUMNS, sequence="9", ended_at="started_at - interval '1 s'"),
    ),
    (
        "session_report_is_booked_with_its_integral",
        copy("sessionreport", COLUMNS, sequence="9", integral="NULL::jsonb"),
    ),
    ("session_report_is_not_rewritten", f"UPDATE {TABLE} SET card_no = 'other'"),
    ("session_report_is_booked_once", f"UPDATE {TABLE} SET event_id = NULL, integral = NULL"),
    ("session_report_is_not_deleted", f"DELETE FROM {TABLE}"),
    ("session_report_is_not_truncated", f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {TABLE}"),
]


@pytest.mark.parametrize(("guard", "sql"), BROKEN)
def test_the_database_refuses_what_breaks_a_rule_of_kept_sessions(enterprise, guard, sql):
    own = ready(enterprise)
    rule(own[1])
    take(session(own))
    services.book_own_sessions(by=system_actor("clock"), now=LATER)
    assert guard_of(sql) == guard
