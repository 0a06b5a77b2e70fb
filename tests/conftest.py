"""The cast that every test knows: officer, second officer, enterprise's agent, rival, auditor."""

import datetime
import os

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from cardswipe.services import load_reference_data as load_device_tables
from ledger.services import ensure_partitions, load_reference_data
from parties.models import Membership
from parties.rules import Role
from permits.services import load_reference_data as load_legal_clocks
from tests import factories
from tests.template_database import ensure_template

# The guards against TRUNCATE as the migrations left them; the tests of guards assert on this.
TRUNCATE_GUARDS: dict[str, str] = {}


def flush_past_the_guards(self: DatabaseOperations, sql_list: list[str]) -> None:
    """Empty the tables after a transactional test; for this statement alone no trigger fires."""
    with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in sql_list:
            cursor.execute(statement)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Copy the migrated database instead of migrating once more; xdist's suffix stays."""
    template = ensure_template(os.environ["DATABASE_URL"])
    connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Load the reference data; every guard stays on, only the flush between tests passes it."""
    DatabaseOperations.execute_sql_flush = flush_past_the_guards
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        _load_reference_data()
        begin = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
        ensure_partitions(now=begin, months=48)
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgtype & 32 > 0"
        )
        for table, trigger, enabled in cursor.fetchall():
            TRUNCATE_GUARDS[f"{table}.{trigger}"] = enabled


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A transactional test flushes the reference data: bring it back for whichever comes next.

    With xdist a worker may run plain tests after transactional ones, so order is no help; and one
    whose clearing up fails must not take the next ones with it.
    """
    try:
        return (yield)
    finally:
        if nextitem is not None and _flushes(item):
            with item.config.stash[blocking_manager_key].unblock():
                _number_factors_from_one()
                _load_reference_data()
                connection.close()


def _flushes(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    asked = mark is not None and mark.kwargs.get("transaction", False)
    return asked or not {"transactional_db", "live_server"}.isdisjoint(item.fixturenames)


def _number_factors_from_one() -> None:
    """Their numbers are small on purpose, and a hundred reloads would use them up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('cardswipe_factor', 'id'),"
            " coalesce(max(id), 0) + 1, false) FROM cardswipe_factor"
        )


def _load_reference_data() -> None:
    load_reference_data()
    load_legal_clocks()
    load_device_tables()


@pytest.fixture(autouse=True, scope="session")
def _own_proof_keys(tmp_path_factory):
    """Tests sign with keys of their own and keep files in a folder of their own, never in those of
    an installation beside them."""
    settings.PROOF_DIR = tmp_path_factory.mktemp("proof")
    settings.SIGNING_DIR = tmp_path_factory.mktemp("signing")
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def _own_language():
    """A request of the test before may have left its reader's language in the thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_kept_checkpoint(_own_proof_keys):
    """Each test's log is its own; none has to extend the one of the test before."""
    yield
    (settings.PROOF_DIR / "checkpoint").unlink(missing_ok=True)


@pytest.fixture
def now() -> datetime.datetime:
    """The moment at which tests act, passed into every service."""
    return datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture
def city(db):
    """A city with its bureau; its first county is `county`."""
    return factories.city()


@pytest.fixture
def county(city):
    return factories.county(city)


@pytest.fixture
def officer(city) -> Membership:
    return factories.bureau_member(city, Role.PERMIT_OFFICER, "officer")


@pytest.fixture
def second_officer(city) -> Membership:
    return factories.bureau_member(city, Role.PERMIT_OFFICER, "second_officer")


@pytest.fixture
def auditor(city) -> Membership:
    return factories.bureau_member(city, Role.AUDITOR, "auditor")


@pytest.fixture
def trader(city) -> Membership:
    return factories.bureau_member(city, Role.TRADING_DESK, "trader")


@pytest.fixture
def enterprise(county):
    return factories.enterprise(county, name="清源印染有限公司")


@pytest.fixture
def agent(enterprise) -> Membership:
    return factories.enterprise_member(enterprise, Role.AGENT, "agent")


@pytest.fixture
def rival(county) -> Membership:
    """The agent of another enterprise, who must see nothing of the first."""
    other = factories.enterprise(county, name="对手造纸有限公司")
    return factories.enterprise_member(other, Role.AGENT, "rival")
