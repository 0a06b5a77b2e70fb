"""Old months of frames and readings are given up by rule; the entry about it stays."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from cardswipe.models import GivenUpMonth, KeepingRule
from cardswipe.services import ensure_partitions, give_up_months
from cardswipe.services.keeping import kept_months
from cardswipe.tasks import give_up_months as task
from parties.services import system_actor
from tests.factories_cards import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
OLD, YOUNG = datetime.date(2021, 10, 1), datetime.date(2021, 11, 1)


@pytest.fixture(autouse=True)
def _months():
    ensure_partitions(months=[OLD, YOUNG])


def give_up() -> set[tuple[str, datetime.date]]:
    made = give_up_months(by=system_actor("clock"), today=TODAY, now=NOW)
    return {(entry.kept, entry.month) for entry in made if entry.month in (OLD, YOUNG)}


def test_five_years_are_kept_and_what_is_older_is_given_up_once():
    assert give_up() == {("frames", OLD), ("readings", OLD)}
    assert OLD not in kept_months("frames")
    assert YOUNG in kept_months("readings")
    assert give_up() == set()
    entry = GivenUpMonth.objects.get(kept="frames", month=OLD)
    assert (entry.rows, entry.rule.region, entry.given_up_at) == (0, None, NOW)
    task()


def test_the_longest_rule_of_a_region_counts(city, county):
    for region, months in ((city, 60), (county, 72)):
        KeepingRule.objects.create(
            region=region, frame_months=months, reading_months=60,
            valid_from=datetime.date(2026, 1, 1), legal_basis="地方规定",
        )  # fmt: skip
    assert give_up() == {("readings", OLD)}


def test_without_a_rule_nothing_is_given_up():
    KeepingRule.objects.update(valid_to=datetime.date(2026, 1, 1))
    assert give_up() == set()


@pytest.mark.parametrize(
    ("table", "months"),
    [("cardswipe_rawframe", 0), ("cardswipe_reading", 50), ("ledger_transfer", 99)],
)
def test_the_database_gives_up_no_young_month_and_no_other_table(table, months):
    month = (TODAY - datetime.timedelta(days=31 * months)).replace(day=1)
    with (
        pytest.raises(DatabaseError, match=r"too young|a rule keeps|not partitioned"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT cardswipe_give_up_month(%s, %s)", [table, month])
