"""What the clock and the desk ask for many controllers, they ask once for all of them."""

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cardswipe import services
from cardswipe.models import LoadSourceRule
from cardswipe.queries.late import waiting_by_controller
from parties.services import system_actor
from tests.factories_cards import KG, NOW, book, bound, hour, permit, report, substitution
from tests.factories_devices import frame, local, take

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
BEGIN = NOW.replace(minute=0, second=0, microsecond=0) - 2 * HOUR


@pytest.fixture
def boxes(enterprise):
    """Three controllers of one enterprise that debit by the hour."""
    permit(enterprise)
    codes = ("DW001", "DW002", "DW003")
    return [bound(enterprise, code=code, event_source="HOUR")[1] for code in codes]


def asked(table: str, work: Callable[[], object]) -> int:
    """How often the work reads the table."""
    with CaptureQueriesContext(connection) as statements:
        assert work()
    return sum(f'FROM "{table}"' in one["sql"] for one in statements)


def minute(box, number: int) -> bytes:
    at = BEGIN + number * datetime.timedelta(minutes=10)
    cp = f"DataTime={local(at)};w00000-Avg=10,w00000-Flag=N;w01018-Avg=40,w01018-Flag=N"
    return frame(box, "2051", cp)


def test_the_rule_of_comparing_is_read_once_for_all_controllers(boxes):
    for box in boxes:
        cp = f"DataTime={local(BEGIN)};w00000-Cou=36.0;w01018-Cou=1.44,w01018-Flag=N"
        take(*(minute(box, n) for n in range(6)), frame(box, "2061", cp))

    def check() -> int:
        return services.check_loads(since=BEGIN - HOUR, until=BEGIN + HOUR, now=NOW)

    assert asked("cardswipe_loadcheckrule", check) == 1


def test_the_rule_of_validity_is_read_once_for_all_own_hours(boxes):
    for box in boxes:
        LoadSourceRule.objects.create(
            outlet=box.outlet, region=box.outlet.site.region, source="OWN",
            valid_from=datetime.date(2026, 1, 1), legal_basis="办法",
        )  # fmt: skip
        take(*(minute(box, n) for n in range(6)))

    def book_hours() -> int:
        return services.book_own_hours(
            by=system_actor("clock"), since=BEGIN - HOUR, until=BEGIN + HOUR, now=NOW
        )

    assert asked("cardswipe_loadcheckrule", book_hours) == 1


def test_the_rules_of_substitution_are_read_once_for_all_gaps(boxes, enterprise):
    substitution(enterprise)
    for box in boxes:
        book(hour(box, BEGIN - 9 * HOUR))

    def fill() -> int:
        return services.fill_missing(by=system_actor("clock"), now=NOW)

    assert asked("cardswipe_substitutionrule", fill) == 1


def test_the_desk_of_late_events_asks_for_the_closed_periods_once(boxes, officer):
    late = NOW - 365 * 24 * HOUR
    book(*(report(box, KG, started_at=late, ended_at=late) for box in boxes))
    assert asked("ledger_quotaperiod", lambda: waiting_by_controller(officer)) == 1
    assert len(waiting_by_controller(officer)) == len(boxes)
