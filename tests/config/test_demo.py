"""The demo city: complete, checkable, the same from the same seed, and safe to call."""

import datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from cardswipe.models import (
    Alarm,
    Controller,
    DischargeEvent,
    LateDecision,
    OfflineBatch,
    Reallocation,
)
from config.demo import SIGN_INS, city, places
from config.demo.plants import plants
from ledger.models import Account, Lot, Transfer, Verification
from ledger.queries import verify
from parties.models import Bureau, Enterprise, Membership, User
from parties.rules import Role, has_good_check_character
from permits.models import Application, OpenDataDay, Permit
from permits.models.permits import PermitState
from permits.rules import State
from tests import factories
from trading.models import Auction, Bill

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)
# The year before this moment is closed, and the small city's discharge begins in it.
AFTER_A_CLOSE = datetime.datetime(2027, 2, 5, 10, 0, tzinfo=datetime.UTC)
COUNTIES = {"339901", "339921", "339922"}
# Divisions of GB/T 4754: fish processing, dyeing, leather, paper, chemicals, plating.
TRADES = {"13", "17", "19", "22", "26", "33"}


def build(**changes):
    call_command("load_reference_data", stdout=StringIO())
    return city.build(**({"now": NOW, "scale": "small"} | changes))


@pytest.fixture(scope="class")
def _small_city(django_db_setup, django_db_blocker):
    """One small city for all tests that only look; gone when they are done."""
    with django_db_blocker.unblock(), transaction.atomic():
        build()
        yield
        transaction.set_rollback(True)


def a_transfer() -> Transfer:
    """One in the middle of its accounts' history: a load of a card."""
    return Transfer.objects.filter(operation__kind="CARD_LOAD").order_by("posted_at", "line")[3]


# What someone who can switch every guard off may do to a transfer or its account, and who is
# to be named: the check and the row.
FAULTS = {
    "an edited balance": (
        "UPDATE ledger_account SET balance = balance + 1 WHERE id = %(target)s",
        "V02 account {target}",
    ),
    "an edited transfer": (
        "UPDATE ledger_transfer SET amount = amount - 1 WHERE operation_id = %(op)s AND line = 0",
        "V01 transfer {op}.0",
    ),
    "a deleted transfer": (
        "DELETE FROM ledger_transfer WHERE operation_id = %(op)s",
        "V04 operation {op}",
    ),
    "a broken version chain": (
        """UPDATE ledger_transfer SET target_version = 999999
           WHERE operation_id = %(op)s AND line = 0""",
        "V01 transfer {op}.0",
    ),
    "a non-zero asset sum": (
        """INSERT INTO ledger_account (region_id, asset_id, purpose, reference_type, balance,
           version, restriction, min_balance) SELECT region_id, asset_id, 'RETIRED', '', 5, 0,
           'OPEN', 0 FROM ledger_account WHERE id = %(target)s""",
        "V03 asset {asset}",
    ),
}


def plant(sql: str) -> dict[str, int]:
    """Run it with all triggers off; the rows it is about."""
    found = a_transfer()
    rows = {"op": found.operation_id, "target": found.target_id, "asset": found.target.asset_id}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, rows)
        cursor.execute("SET session_replication_role = origin")
    return rows


def figures() -> list[tuple]:
    """What every account holds, named by what does not depend on running numbers."""
    names = ("enterprise__uscc", "region_id", "asset__pollutant_id", "asset__period__label")
    return sorted(Account.objects.values_list(*names, "purpose", "balance"), key=str)


def test_the_table_has_forty_enterprises_and_eighty_two_controllers():
    table = plants()
    assert len(table) == len({plant.name for plant in table}) == 40
    assert sum(len(plant.outlets) for plant in table if not plant.is_new) == 82
    assert all(has_good_check_character(plant.uscc) for plant in table)


@pytest.mark.usefixtures("_small_city")
class TestSmallCity:
    def test_the_ledger_is_without_fault_and_says_so(self):
        assert list(verify()) == []
        assert Verification.objects.latest("ran_at").fault_count == 0

    @pytest.mark.parametrize("name", FAULTS)
    def test_a_planted_fault_is_found_and_named(self, name):
        sql, expected = FAULTS[name]
        rows = plant(sql)
        found = [f"{fault.check} {fault.row}" for fault in verify()]
        assert expected.format(**rows) in found

    def test_every_role_can_sign_in_with_the_printed_password(self):
        roles = {role for _name, _password, role in SIGN_INS}
        assert roles == {role.value for role in Role} - {Role.SYSTEM.value}
        for username, password, role in SIGN_INS[:2]:
            person = User.objects.get(username=username)
            assert person.check_password(password)
            assert Membership.objects.filter(user=person, role=role).exists()

    def test_only_the_demo_sign_ins_have_a_password(self):
        names = {name for name, _password, _role in SIGN_INS}
        others = User.objects.exclude(username__in=names)
        assert not any(person.has_usable_password() for person in others)

    def test_permits_are_valid_renewed_and_expired(self):
        states = set(Permit.objects.values_list("state", flat=True))
        assert states == {"VALID", "EXPIRED"}
        assert Permit.objects.filter(versions__business_type="RENEW").exists()

    def test_applications_wait_for_officers(self):
        states = set(Application.objects.values_list("state", flat=True))
        assert states >= {"SUBMITTED", "APPROVED", "ISSUED"}

    def test_every_main_outlet_with_a_permit_has_discharged(self):
        silent = Controller.objects.exclude(pk__in=DischargeEvent.objects.values("controller"))
        assert not silent.exists()
        assert not DischargeEvent.objects.exclude(state="BOOKED").exists()

    def test_some_are_near_and_some_over_their_quota(self):
        kinds = set(Alarm.objects.values_list("kind", "percent"))
        assert kinds >= {("STEP", 80), ("STEP", 90), ("STEP", 100), ("OVERRUN", None)}

    def test_auctions_are_settled_without_sale_running_and_ahead(self):
        states = set(Auction.objects.values_list("state", flat=True))
        assert states == {"SETTLED", "NO_SALE", "CLOSED", "OPEN", "ANNOUNCED", "DRAFT"}
        running = Auction.objects.get(state="OPEN")
        assert running.opens_at < NOW < running.closes_at
        assert running.bids.exists()

    def test_bills_are_paid_and_open_and_some_rights_are_delivered(self):
        assert set(Bill.objects.values_list("state", flat=True)) >= {"OPEN", "PAID"}
        assert Lot.objects.filter(source="AUCTION", paid_state="PAID").exists()

    def test_reallocations_are_granted_refused_and_wait(self):
        found = set(Reallocation.objects.values_list("kind", "state"))
        months = {("MONTHS", state) for state in ("GRANTED", "REFUSED", "ASKED")}
        assert found == {*months, ("CARDS", "GRANTED")}

    def test_batches_settle_themselves_are_settled_and_wait(self):
        found = OfflineBatch.objects.values_list("state", "findings", "settled_by__role")
        assert sorted(found, key=str) == [
            ("PROV", ["MISSING"], None),
            ("SETTLED", ["DIFFERS"], Role.PERMIT_OFFICER),
            ("SETTLED", [], Role.SYSTEM),
        ]

    def test_the_register_can_be_downloaded_at_once(self):
        made = OpenDataDay.objects.get()
        assert made.permits == Permit.objects.count() > 0

    def test_nothing_is_dated_after_the_moment_of_building(self):
        assert not DischargeEvent.objects.filter(ended_at__gt=NOW).exists()
        assert not Enterprise.history.filter(history_date__gt=NOW).exists()
        assert not Permit.history.filter(history_date__gt=NOW).exists()

    def test_called_again_it_says_that_it_is_there(self):
        out = StringIO()
        call_command("demo", stdout=out)
        assert "there already" in out.getvalue()

    def test_reset_is_refused_unless_it_is_meant(self):
        with pytest.raises(CommandError, match="--yes-delete"):
            call_command("demo", "--reset")
        assert Bureau.objects.exists()


def test_events_of_a_closed_year_were_booked_late_and_wait_for_officers():
    build(now=AFTER_A_CLOSE)
    found = set(LateDecision.objects.values_list("act", "state"))
    assert found == {("BOOK", "DONE"), ("DISMISS", "ASKED")}
    waiting = DischargeEvent.objects.filter(state="WAITING", ended_at__year=2026)
    assert waiting.filter(late_items__is_open=True).count() == 2
    assert waiting.filter(late_items=None).count() == 4
    assert list(verify()) == []


def the_ledger_is_without_fault():
    assert list(verify()) == []


def forty_enterprises_of_six_trades_stand_in_three_counties():
    assert set(Enterprise.objects.values_list("region_id", flat=True)) == COUNTIES
    codes = list(Enterprise.objects.values_list("industry_code", flat=True))
    assert len(codes) == 40
    assert {code[:2] for code in codes} == TRADES


def eighty_two_controllers_debit_four_pollutants_and_water():
    assert Controller.objects.count() == 82
    moved = Transfer.objects.filter(operation__kind="DISCHARGE")
    codes = set(moved.values_list("target__asset__pollutant_id", flat=True))
    assert codes == {"COD", "NH3N", "SO2", "NOX", "WATER"}


def permits_and_applications_stand_in_every_state():
    assert set(Permit.objects.values_list("state", flat=True)) == set(PermitState)
    assert set(Application.objects.values_list("state", flat=True)) == set(State)


def twelve_months_of_discharge_lie_behind():
    assert len(DischargeEvent.objects.dates("ended_at", "month")) >= 12


def some_enterprises_are_near_their_limits_and_some_over():
    over = set(Alarm.objects.filter(kind="OVERRUN").values_list("enterprise_id", flat=True))
    warned = Alarm.objects.filter(kind="STEP", percent__gte=80)
    near = set(warned.values_list("enterprise_id", flat=True)) - over
    assert len(over) >= 2
    assert len(near) >= 3


def bills_are_paid_partly_paid_and_open():
    assert set(Bill.objects.values_list("state", flat=True)) >= {"OPEN", "PART", "PAID"}


def auctions_are_finished_running_and_ahead():
    states = set(Auction.objects.values_list("state", flat=True))
    assert states >= {"SETTLED", "OPEN", "ANNOUNCED", "NO_SALE"}
    assert Auction.objects.get(state="OPEN").bids.exists()


PROMISES = (
    the_ledger_is_without_fault,
    forty_enterprises_of_six_trades_stand_in_three_counties,
    eighty_two_controllers_debit_four_pollutants_and_water,
    permits_and_applications_stand_in_every_state,
    twelve_months_of_discharge_lie_behind,
    some_enterprises_are_near_their_limits_and_some_over,
    bills_are_paid_partly_paid_and_open,
    auctions_are_finished_running_and_ahead,
)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.django_db(transaction=True)
def test_the_full_city_holds_what_it_promises():
    # Committed day by day, as it is built for people: in one transaction for the whole year
    # every balance would drag its dead versions along.
    build(scale="full")
    for promise in PROMISES:
        promise()


def test_the_same_seed_and_moment_give_the_same_figures():
    found = []
    for _run in range(2):
        with transaction.atomic():
            build()
            found.append(figures())
            transaction.set_rollback(True)
    assert len(found[0]) > 100
    assert found[0] == found[1]


def test_a_city_whose_building_broke_off_is_named():
    factories.city(places.CITY)
    with pytest.raises(CommandError, match="broke off"):
        call_command("demo")


def test_the_books_of_a_real_bureau_are_never_touched(capsys):
    real = factories.city("331100")
    for words in ([], ["--reset", "--yes-delete"]):
        with pytest.raises(SystemExit):
            call_command("demo", *words)
    assert Bureau.objects.get().region == real
