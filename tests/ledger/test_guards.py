"""PostgreSQL is the last guard: every constraint and trigger of the ledger, broken once."""

import datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger import services
from ledger.models import (
    Account,
    Asset,
    Cap,
    Hold,
    KeyMisuse,
    Lot,
    Operation,
    OperationTypeMovement,
    QuotaPeriod,
    ReplacementRatio,
    Transfer,
)
from ledger.rules import DocumentRef, Move, Purpose
from parties.services import system_actor
from tests import conftest
from tests.factories_ledger import (
    DOCUMENT,
    NOW,
    account,
    document_of,
    lot,
    lot_account,
    post,
    posting,
)

T = 10**9


@pytest.fixture
def booked(enterprise):
    """A lot and a card loaded from it: one operation of kind CARD_LOAD with key v1."""
    available = lot_account(lot(enterprise))
    card = account(enterprise, Purpose.CARD)
    post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))
    return available, card


def guard_of(sql: str, *params: object) -> str:
    """The name of the constraint or guard that refuses a statement."""
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, params)
    return refusal.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(
    ("guard", "sql"),
    [
        ("operation_is_not_updated", "UPDATE ledger_operation SET reason = 'x'"),
        ("operation_is_not_deleted", "DELETE FROM ledger_operation"),
        ("transfer_is_not_updated", "UPDATE ledger_transfer SET amount = 1"),
        ("transfer_is_not_deleted", "DELETE FROM ledger_transfer"),
        ("account_is_not_deleted", "DELETE FROM ledger_account"),
        (
            "partition_refuses_direct_statements",
            "UPDATE ledger_transfer_202611 SET amount = 1",
        ),
        ("partition_refuses_direct_statements", "DELETE FROM ledger_transfer_202611"),
        ("account_moves_with_transfers", "UPDATE ledger_account SET balance = balance + 1"),
        ("account_is_restricted_by_two", "UPDATE ledger_account SET restriction = 'CLOSED'"),
        (
            "account_moves_with_transfers",
            "UPDATE ledger_account SET version = version + 1",
        ),
        (
            "account_moves_with_transfers",
            "UPDATE ledger_account SET purpose = 'RETIRED' WHERE purpose = 'CARD'",
        ),
        (
            "account_opens_empty",
            (
                "INSERT INTO ledger_account (region_id, asset_id, purpose, reference_type, balance,"
                " version, restriction) SELECT region_id, asset_id, 'RETIRED', '', 5, 0, 'OPEN'"
                " FROM ledger_account LIMIT 1"
            ),
        ),
    ],
)
def test_history_and_balances_refuse_to_be_rewritten(booked, guard, sql):
    assert guard_of(sql) == guard


BY_HAND = (
    "INSERT INTO ledger_transfer (operation_id, line, source_id, target_id, asset_id, amount,"
    " source_version, source_balance, target_version, target_balance, posted_at)"
    " SELECT id, 9, %s, %s, %s, %s, %s, %s, %s, %s, posted_at + %s::interval"
    " FROM ledger_operation WHERE key = 'v1'"
)


def by_hand(source: Account, into: Account, **changes: object) -> list[object]:
    """What a right transfer of 5 put in by hand would name, with some of it changed."""
    source.refresh_from_db()
    into.refresh_from_db()
    right = {
        "source": source.pk,
        "target": into.pk,
        "asset": source.asset_id,
        "amount": 5,
        "source_version": source.version + 1,
        "source_balance": source.balance - 5,
        "target_version": into.version + 1,
        "target_balance": into.balance + 5,
        "later": "0",
    }
    return list((right | changes).values())


@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("transfers_continue_their_accounts", {"source_version": 9}),
        ("transfers_continue_their_accounts", {"target_balance": 1}),
        ("transfers_continue_their_accounts", {"amount": 6}),
        ("transfers_continue_their_accounts", {"target": 10**9}),
        ("transfers_continue_their_accounts", {"asset": 10**9}),
        ("transfers_fit_their_operation", {"later": "1 second"}),
        ("transfer_amount_is_positive", {"amount": 0}),
    ],
)
def test_transfer_must_fit_its_operation_and_go_on_from_its_accounts(booked, guard, changes):
    assert guard_of(BY_HAND, *by_hand(*booked, **changes)) == guard


def test_transfer_moves_between_two_accounts_of_one_asset(booked, enterprise):
    available, _card = booked
    other = account(enterprise, Purpose.CARD, pollutant="NH3N")
    assert (
        guard_of(BY_HAND, *by_hand(available, available)) == "transfer_moves_between_two_accounts"
    )
    assert guard_of(BY_HAND, *by_hand(available, other)) == "transfers_continue_their_accounts"


def test_each_transfer_goes_on_from_the_one_before_it(booked):
    """Within one statement too, though its first and last fit the account."""
    source, into = booked
    right = by_hand(source, into)
    first = by_hand(source, into, source_balance=source.balance - 4)
    then = by_hand(
        source,
        into,
        source_version=source.version + 2,
        source_balance=source.balance - 10,
        target_version=into.version + 2,
        target_balance=into.balance + 10,
    )
    both = f"{BY_HAND} UNION ALL {BY_HAND[BY_HAND.index('SELECT') :].replace('9', '10', 1)}"
    assert guard_of(both, *first, *then) == "transfers_continue_their_accounts"
    with connection.cursor() as cursor:
        cursor.execute(both, [*right, *then])


def test_inserted_transfer_moves_its_balances(booked):
    available, card = booked
    left, there = available.balance, card.balance
    with connection.cursor() as cursor:
        cursor.execute(BY_HAND, by_hand(available, card))
    available.refresh_from_db()
    card.refresh_from_db()
    assert (available.balance, card.balance) == (left - T - 5, there + T + 5)


@pytest.mark.parametrize(
    ("table", "trigger"),
    [
        ("ledger_account", "account_is_not_truncated"),
        ("ledger_operation", "operation_is_not_truncated"),
        ("ledger_transfer", "transfer_is_not_truncated"),
        ("ledger_transfer_202611", "refuse_truncate"),
    ],
)
def test_truncate_is_refused(db, table, trigger):
    guards = [
        name
        for name in conftest.TRUNCATE_GUARDS
        if name.startswith(f"{table}.") and trigger in name
    ]
    assert [conftest.TRUNCATE_GUARDS[name] for name in guards] == ["O"], "off after migration"
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{guards[0].split(".")[1]}"')
    names = {trigger, "partition_refuses_direct_statements"}
    assert guard_of(f"TRUNCATE {table} CASCADE") in names


@pytest.mark.parametrize(
    "guard",
    [
        "hold_is_not_deleted",
        "hold_is_not_truncated",
        "key_misuse_is_not_deleted",
        "key_misuse_is_not_truncated",
        "ledger_request_is_not_deleted",
        "ledger_request_is_not_truncated",
        "operation_rule_is_not_deleted",
        "operation_rule_is_not_truncated",
        "replacement_ratio_is_not_deleted",
        "replacement_ratio_is_not_truncated",
    ],
)
def test_rows_that_are_kept_refuse_to_go(db, guard):
    noun, _is, what = guard.partition("_is_not_")
    table = f"ledger_{noun.replace('_', '')}"
    sql = f"TRUNCATE {table} CASCADE" if what == "truncated" else f"DELETE FROM {table}"
    assert guard_of(sql) == guard


@pytest.mark.parametrize(
    ("guard", "sql"),
    [
        ("operation_type_stays", "DELETE FROM ledger_operationtype"),
        ("operation_type_stays", "UPDATE ledger_operationtype SET code = 'X'"),
        ("membership_stays", "DELETE FROM parties_membership"),
        ("membership_stays", "UPDATE parties_membership SET id = id + 1"),
        ("approval_stays", "DELETE FROM parties_approval"),
        ("approval_stays", "TRUNCATE parties_approval CASCADE"),
    ],
)
def test_what_operations_name_never_goes(booked, guard, sql):
    assert guard_of(sql) == guard


@pytest.mark.parametrize("column", ["kind", "by_id", "approval_id", "reverses_id", "corrects_id"])
def test_an_operation_names_only_what_stands(booked, column):
    columns = ["kind", "by_id", "approval_id", "reverses_id", "corrects_id"]
    wrong = "'NOTHING'" if column == "kind" else "1000000000"
    values = [wrong if one == column else one for one in columns]
    sql = (
        f"INSERT INTO ledger_operation ({', '.join(columns)}, scope, key, body_hash, reason,"
        " effective_date, posted_at, document_type, document_id)"
        f" SELECT {', '.join(values)}, scope, 'v9', body_hash, reason, effective_date, posted_at,"
        " document_type, document_id FROM ledger_operation WHERE key = 'v1'"
    )
    assert guard_of(sql) == "operation_names_what_stands"


def test_guards_of_the_new_tables(booked, city):
    period = QuotaPeriod.objects.filter(region=city)
    breaks("quota_period_carries_over_at_most_all", lambda: period.update(carry_over_percent=101))
    breaks("quota_period_keeps_its_days", lambda: period.update(end_date=datetime.date(2027, 1, 1)))
    own = Lot.objects.all()
    breaks("ended_or_merged_lot_gives_nothing", lambda: own.update(ended_on=NOW.date()))
    ratio = services.set_replacement_ratio(
        by=system_actor("demo"),
        region=city,
        pollutant=own[0].pollutant,
        ratio_permille=1500,
        valid_from=NOW.date(),
        legal_basis="x",
    )
    rows = ReplacementRatio.objects.filter(pk=ratio.pk)
    low = ReplacementRatio.objects.get(pk=ratio.pk)
    low.pk, low.ratio_permille, low.valid_from = None, 999, datetime.date(2020, 1, 1)
    low.valid_to = low.valid_from
    breaks("replacement_ratio_is_one_or_more", low.save)
    breaks("replacement_ratio_is_fixed", lambda: rows.update(ratio_permille=1501))
    ratio.pk = None
    breaks("replacement_ratios_do_not_overlap", ratio.save)
    misuse = KeyMisuse(
        scope="x",
        key="x",
        asked_hash=b"x",
        asked_by_id=1,
        region_code="",
        first_at=NOW,
        last_at=NOW,
    )
    misuse.save()
    misuse.pk = None
    breaks("one_misuse_per_key_and_body", misuse.save)


def breaks(name: str, make) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        make()
    assert refusal.value.__cause__.diag.constraint_name == name


def test_account_constraints(booked):
    available, _card = booked
    twin = Account(
        region_id=available.region_id,
        enterprise_id=available.enterprise_id,
        asset_id=available.asset_id,
        purpose=available.purpose,
        reference_type="lot",
        reference_id=available.reference_id,
    )
    breaks("one_account_per_holder_asset_purpose_and_reference", twin.save)
    floor = Account.objects.filter(pk=available.pk)
    breaks("account_balance_is_not_below_its_floor", lambda: floor.update(min_balance=10**12))


def test_asset_and_period_constraints(booked, city):
    period = QuotaPeriod.objects.get(region=city)
    breaks(
        "one_asset_per_pollutant_and_period",
        lambda: Asset.objects.create(pollutant_id="COD", period=period),
    )
    breaks(
        "asset_is_money_or_a_pollutant_in_a_period",
        lambda: Asset.objects.create(pollutant_id="COD", period=None),
    )
    day = datetime.date(2026, 6, 30)
    breaks(
        "quota_periods_of_a_region_do_not_overlap",
        lambda: QuotaPeriod.objects.create(
            region=city, label="x", start_date=day, end_date=datetime.date(2027, 6, 30)
        ),
    )
    breaks(
        "quota_period_ends_after_it_starts",
        lambda: QuotaPeriod.objects.create(
            region=city, label="x", start_date=datetime.date(2030, 1, 1), end_date=day
        ),
    )


def test_operation_constraints(booked, city):
    first = Operation.objects.get(key="v1")
    columns = (
        "INSERT INTO ledger_operation (kind, scope, key, body_hash, by_id, reason,"
        " effective_date, posted_at, document_type, document_id, reverses_id{id})"
        " SELECT kind, scope, {key}, body_hash, by_id, reason, effective_date, posted_at,"
        " document_type, document_id, {reverses}{value} FROM ledger_operation WHERE key = 'v1'"
    )
    same_key = columns.format(id="", key="key", reverses="NULL", value="")
    assert guard_of(same_key) == "operation_key_is_used_once"
    itself = columns.format(id=", id", key="'v9'", reverses="999", value=", 999")
    assert guard_of(itself) == "operation_does_not_reverse_itself"
    own = columns.replace("reverses_id", "corrects_id")
    own = own.format(id=", id", key="'v9'", reverses="999", value=", 999")
    assert guard_of(own) == "operation_does_not_correct_itself"
    again = columns.format(id="", key="'v8'", reverses="id", value="")
    twice = f"WITH one AS ({again}) {again.replace('v8', 'v7')}"
    assert guard_of(twice) == "operation_is_reversed_once"
    movement = OperationTypeMovement.objects.filter(type_id=first.kind_id).first()
    movement.pk = None
    breaks("one_row_per_allowed_movement", movement.save)


def test_lot_hold_and_cap_constraints(booked, city):
    available, _card = booked
    own = Lot.objects.filter(pk=available.reference_id)
    breaks("lot_quantity_lies_between_zero_and_opening", lambda: own.update(quantity_per_year=-1))
    breaks("lot_ends_after_it_starts", lambda: own.update(valid_to=datetime.date(2020, 1, 1)))
    hold = services.place_hold(
        by=system_actor("demo"),
        account=available,
        amount=T,
        purpose="PLEDGE",
        document=DOCUMENT,
        key="h1",
        now=NOW,
    )
    held = Hold.objects.filter(pk=hold.pk)
    breaks("hold_gives_out_at_most_its_amount", lambda: held.update(captured=2 * T))
    breaks("hold_is_over_when_all_is_given_out", lambda: held.update(state="CAPTURED"))
    cap = services.set_cap(
        by=system_actor("demo"), region=city, asset=available.asset, quantity=T, legal_basis="x"
    )
    breaks("cap_is_not_negative", lambda: Cap.objects.update(quantity=-1))
    breaks(
        "one_cap_per_region_and_asset",
        lambda: Cap.objects.create(region=city, asset=cap.asset, quantity=1, legal_basis="x"),
    )


def test_document_reference_is_opaque(booked):
    operation = Operation.objects.get(key="v1")
    assert DocumentRef(operation.document_type, operation.document_id) == document_of("CARD_LOAD")
    assert Transfer.objects.filter(operation=operation).count() == 1
