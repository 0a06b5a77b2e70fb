"""Two persons for the ledger's own acts: closing a period, restricting an account, correcting."""

import datetime

import pytest

from ledger import queries, services
from ledger.models import Account, LedgerRequest, Operation, QuotaPeriod
from ledger.rules import Move, Purpose
from parties.services import system_actor
from tests.factories_ledger import (
    DOCUMENT,
    NOW,
    account,
    lot,
    lot_account,
    post,
    posting,
    rule_from_today,
)
from tests.refused import broken, refused

T = 10**9
DAY = datetime.timedelta(days=1)
NEXT_YEAR = datetime.datetime(2027, 1, 20, 2, 0, tzinfo=datetime.UTC)


@pytest.fixture
def available(enterprise):
    return lot_account(lot(enterprise))


def decide(by, request, *, granted=True, now=NOW):
    return services.decide_request(by=by, request=request, granted=granted, reason="同意", now=now)


def ask_to_close(by, period, now=NEXT_YEAR, key="c"):
    return services.ask_to_close(by=by, period=period, reason="年度结束", key=key, now=now)


def test_period_is_closed_by_two_persons_for_ever(available, enterprise, officer, second_officer):
    period = available.asset.period
    asked = ask_to_close(officer, period)
    assert ask_to_close(officer, period) == asked
    with refused("A201"):
        decide(officer, asked, now=NEXT_YEAR)
    done = decide(second_officer, asked, now=NEXT_YEAR)
    assert decide(second_officer, asked, now=NEXT_YEAR) == done
    period.refresh_from_db()
    assert (period.state, done.state) == ("CLOSED", "DONE")
    assert account(enterprise, Purpose.LAPSED).balance == 10 * T
    with refused("L212"):
        ask_to_close(officer, period, key="again")
    with broken("closed_period_stays_closed"):
        QuotaPeriod.objects.filter(pk=period.pk).update(state="OPEN")
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_period_is_not_closed_early_nor_with_open_holds(available, officer):
    period = available.asset.period
    with refused("L210"):
        ask_to_close(officer, period, now=NEXT_YEAR - 5 * DAY)
    services.place_hold(
        by=system_actor("demo"),
        account=available,
        amount=T,
        purpose="PLEDGE",
        document=DOCUMENT,
        key="h",
        now=NOW,
    )
    with refused("L211"):
        ask_to_close(officer, period)


def test_refused_closing_leaves_the_period_open(available, officer, second_officer):
    period = available.asset.period
    asked = decide(second_officer, ask_to_close(officer, period), granted=False, now=NEXT_YEAR)
    period.refresh_from_db()
    assert (asked.state, period.state) == ("REFUSED", "OPEN")
    with refused("L602"):
        decide(second_officer, asked, now=NEXT_YEAR)


def ask_to_restrict(by, of, restriction, key="r"):
    return services.ask_to_restrict(
        by=by,
        account=of,
        restriction=restriction,
        reason="法院裁定",
        legal_basis="(2026)浙01执1号",
        key=key,
        now=NOW,
    )


@pytest.mark.parametrize(("restriction", "code"), [("RECEIVE", "L109"), ("CLOSED", "L110")])
def test_account_is_restricted_by_two_persons(
    available, enterprise, officer, second_officer, restriction, code
):
    asked = ask_to_restrict(officer, available, restriction)
    with refused("L601"):
        ask_to_restrict(
            officer, available, "CLOSED" if restriction == "RECEIVE" else "RECEIVE", "s"
        )
    load = posting("CARD_LOAD", "v", Move(available.pk, account(enterprise, Purpose.CARD).pk, T))
    decide(second_officer, asked)
    assert list(queries.verify(only=["V16"])) == []
    with refused(code):
        post(load)
    with refused("L308"):
        ask_to_restrict(officer, Account.objects.get(pk=available.pk), restriction, "t")
    again = ask_to_restrict(officer, Account.objects.get(pk=available.pk), "OPEN", "u")
    decide(second_officer, again)
    post(load)
    assert list(queries.verify(only=["V16"])) == []
    assert LedgerRequest.objects.filter(account=available, state="DONE").count() == 2


def test_what_records_facts_is_never_restricted(enterprise, officer, available):
    with refused("L307"):
        ask_to_restrict(officer, account(enterprise, Purpose.DISCHARGED), "CLOSED")


def correction(by, of, operation_id, enterprise, amount=5, key="a"):
    card, sink = account(enterprise, Purpose.CARD), account(enterprise, Purpose.DISCHARGED)
    return services.correct(
        by=by,
        region=of.region,
        operation_id=operation_id,
        moves=[Move(card.pk, sink.pk, amount)],
        document=DOCUMENT,
        reason="少计",
        key=key,
        now=NOW,
    )


@pytest.fixture
def loaded(available, enterprise):
    return post(
        posting("CARD_LOAD", "v", Move(available.pk, account(enterprise, Purpose.CARD).pk, T))
    )[0]


def test_correction_names_the_old_operation_and_its_two_persons(
    available, loaded, enterprise, officer, second_officer
):
    asked = correction(officer, available, loaded.operation_id, enterprise)
    with refused("L102"):
        correction(officer, available, loaded.operation_id, enterprise, amount=6)
    done = decide(second_officer, asked)
    booked = Operation.objects.get(pk=done.operation_id)
    assert (booked.kind_id, booked.corrects_id) == ("ADJUST", loaded.operation_id)
    assert (booked.by, booked.approval.checker) == (officer, second_officer)
    assert booked.approval.state == "USED"


def test_cool_off_is_waited_for_and_may_be_used_to_take_back(
    available, loaded, enterprise, officer, second_officer
):
    """Friday, two working days: granted on Friday, booked by the clock on Wednesday."""
    rule_from_today("ADJUST", cool_off_workdays=2)
    asked = correction(officer, available, loaded.operation_id, enterprise)
    other = correction(officer, available, loaded.operation_id, enterprise, key="b")
    assert decide(second_officer, asked).state == "WAITING"
    decide(second_officer, other)
    with refused("A207"):
        services.take_back_request(by=second_officer, request=other, reason="不再需要")
    services.take_back_request(by=officer, request=other, reason="不再需要")
    clock = system_actor("clock")
    assert services.carry_out_due(by=clock, now=NOW + 4 * DAY) == 0
    with refused("L603"):
        services.carry_out(by=clock, request=asked, now=NOW + 4 * DAY)
    assert services.carry_out_due(by=clock, now=NOW + 5 * DAY) == 1
    asked.refresh_from_db()
    assert (asked.state, asked.operation.effective_date) == ("DONE", datetime.date(2026, 11, 25))
    with refused("L602"):
        services.carry_out(by=clock, request=other, now=NOW + 5 * DAY)


def test_operation_of_a_closed_period_is_corrected_not_reversed(
    available, loaded, officer, second_officer
):
    period = available.asset.period
    decide(second_officer, ask_to_close(officer, period), now=NEXT_YEAR)
    with refused("L403"):
        services.reverse(
            by=officer, operation_id=loaded.operation_id, key="r", reason="x", now=NEXT_YEAR
        )


def test_database_keeps_requests_sound(available, officer):
    asked = ask_to_restrict(officer, available, "CLOSED")
    row = LedgerRequest.objects.filter(pk=asked.pk)
    with broken("request_done_has_its_moment_and_approval"):
        row.update(state="DONE")
    with broken("request_is_about_one_thing"):
        row.update(kind="CLOSE")
    twin = LedgerRequest.objects.get(pk=asked.pk)
    twin.pk, twin.key, twin.approval = None, "twin", None
    with broken("one_open_request_per_account"):
        twin.save()
    twin.kind, twin.account, twin.period = "CLOSE", None, available.asset.period
    twin.save()
    twin.pk, twin.key = None, "third"
    with broken("one_open_request_per_period"):
        twin.save()
