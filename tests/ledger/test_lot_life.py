"""What becomes of a lot: split, merged, leased, taken back, retired, ended, carried over."""

import datetime

import pytest
from djmoney.money import Money

from ledger import queries, services
from ledger.models import Account, Lot, QuotaPeriod
from ledger.rules import Move, Purpose
from parties.services import decide_approval, request_approval, system_actor
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
from tests.refused import refused

T = 10**9
DAY = datetime.date
BY = pytest.fixture(lambda db: system_actor("demo"), name="by")


@pytest.fixture(autouse=True)
def _ledger_is_sound_afterwards(db):
    yield
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def rest(of: Lot) -> int:
    """What lies in the lot's own accounts, over all periods."""
    return sum(
        Account.objects.filter(reference_type="lot", reference_id=of.pk).values_list(
            "balance", flat=True
        )
    )


def per_year(of: Lot) -> int:
    of.refresh_from_db()
    return of.quantity_per_year


def split(by, whole, quantity, key="s"):
    return services.split_lot(
        by=by,
        lot=whole,
        quantity_per_year=quantity,
        effective_date=DAY(2026, 3, 1),
        document=DOCUMENT,
        key=key,
        now=NOW,
    )


def merge(by, lots, key="m"):
    day = DAY(2026, 11, 20)
    return services.merge_lots(
        by=by, lots=lots, effective_date=day, document=DOCUMENT, key=key, now=NOW
    )


def test_splitting_again_and_again_never_makes_or_loses_a_unit(by, enterprise):
    """E05: parts of a right that does not divide evenly add up to it, to the milligram."""
    whole = lot(enterprise, valid_from=DAY(2026, 3, 1), valid_to=DAY(2029, 7, 7))
    everything = rest(whole)
    parts = [split(by, whole, n * 10**8 + 7, key=f"s{n}") for n in range(1, 8)]
    parts.append(split(by, whole, per_year(whole), key="last"))
    assert per_year(whole) == 0
    assert rest(whole) == 0
    assert sum(rest(part) for part in parts) == everything
    assert sum(per_year(part) for part in parts) == 10 * T
    assert {part.parent_id for part in parts} == {whole.pk}


def test_merged_lots_name_what_they_became(by, enterprise):
    parts = [lot(enterprise, key="a", tonnes=3), lot(enterprise, key="b", tonnes=4)]
    made = merge(by, parts)
    assert merge(by, parts) == made
    assert (per_year(made), rest(made), made.source) == (7 * T, 7 * T, "MERGED")
    assert set(made.merged_from.all()) == set(parts)
    assert [per_year(part) for part in parts] == [0, 0]
    with refused("L206"):
        split(by, parts[0], T)


@pytest.mark.parametrize(
    "change", [{"pollutant": "NH3N"}, {"valid_to": DAY(2027, 12, 31)}, {"paid": True}]
)
def test_only_lots_that_agree_are_merged(by, enterprise, change):
    with refused("L205"):
        merge(by, [lot(enterprise, key="a"), lot(enterprise, key="b", **change)])


def test_lot_with_a_hold_or_alone_is_not_merged(by, enterprise, rival):
    one, other = lot(enterprise, key="a"), lot(enterprise, key="b")
    with refused("L205"):
        merge(by, [one, one])
    with refused("L205"):
        merge(by, [one, lot(rival.enterprise, key="c")])
    services.place_hold(
        by=by,
        account=lot_account(one),
        amount=T,
        purpose="PLEDGE",
        document=DOCUMENT,
        key="h",
        now=NOW,
    )
    with refused("L205"):
        merge(by, [one, other])


def lease(by, of, to, tonnes=4, key="l", **changes):
    values = {"valid_from": DAY(2026, 4, 1), "valid_to": DAY(2026, 6, 30)} | changes
    return services.lease_lot(
        by=by,
        lot=of,
        to_enterprise=to,
        quantity_per_year=tonnes * T,
        document=DOCUMENT,
        key=key,
        now=NOW,
        **values,
    )


def test_lease_gives_its_days_and_falls_back_at_its_end(by, enterprise, rival):
    whole = lot(enterprise)
    leased = lease(by, whole, rival.enterprise)
    given = rest(leased)
    assert given == pytest.approx(4 * T * 91 / 365, abs=6)
    assert (per_year(whole), rest(whole)) == (6 * T, 10 * T - given)
    assert services.end_leases(by=by, now=NOW) == 1
    assert services.end_leases(by=by, now=NOW) == 0
    assert (per_year(whole), rest(whole), rest(leased)) == (10 * T, 10 * T, 0)


def test_used_part_of_a_lease_does_not_fall_back(by, enterprise, rival):
    leased = lease(by, lot(enterprise), rival.enterprise)
    card = account(rival.enterprise, Purpose.CARD)
    post(posting("CARD_LOAD", "v", Move(lot_account(leased).pk, card.pk, T // 2)))
    back = services.give_back(by=by, lot=leased, now=NOW)
    assert (rest(back), back.ended_on) == (0, DAY(2026, 11, 20))
    assert services.give_back(by=by, lot=leased, now=NOW) == back


def test_lease_is_not_leased_on_and_nothing_else_is_given_back(by, enterprise, rival):
    whole = lot(enterprise)
    leased = lease(by, whole, rival.enterprise)
    with refused("L206"):
        lease(by, leased, enterprise, tonnes=1, key="on")
    with refused("L207"):
        services.give_back(by=by, lot=whole, now=NOW)


def into_reserve(by, act, of, **more):
    return act(
        by=by,
        lot=of,
        quantity_per_year=4 * T,
        effective_date=DAY(2026, 11, 20),
        document=document_of("TAKE_BACK"),
        key="r",
        now=NOW,
        **more,
    )


def test_buy_back_fills_the_reserve_and_the_reserve_is_released(by, enterprise, rival):
    whole = lot(enterprise)
    reserve = into_reserve(by, services.buy_back, whole, price=Money("4000", "CNY"))
    assert (reserve.enterprise, reserve.source, reserve.parent) == (None, "BUYBACK", whole)
    released = services.release_reserve(
        by=by,
        lot=reserve,
        to_enterprise=rival.enterprise,
        quantity_per_year=4 * T,
        effective_date=DAY(2026, 11, 20),
        document=DOCUMENT,
        key="x",
        now=NOW,
    )
    assert (released.source, per_year(reserve), rest(reserve)) == ("FIXED", 0, 0)
    assert rest(released) == pytest.approx(4 * T * 42 / 365, abs=6)  # 42 of 365 days


def test_taking_back_needs_a_second_person(by, enterprise, officer, second_officer):
    whole = lot(enterprise)
    with refused("L114"):
        into_reserve(by, services.take_back, whole, approval_id=None)
    asked = request_approval(
        by=officer,
        act="adjust_ledger",
        region_code=officer.bureau.region_id,
        subject_type="lot",
        subject_id=whole.pk,
        content=b"{}",
        now=NOW,
    )
    decide_approval(by=second_officer, approval=asked, granted=True, reason="", now=NOW)
    taken = into_reserve(by, services.take_back, whole, approval_id=asked.pk)
    assert (taken.source, per_year(whole)) == ("TAKEBACK", 6 * T)


def test_replacement_ratio_retires_what_is_bought_above_what_is_owned(by, enterprise, city):
    bought = lot(enterprise, tonnes=3)
    ratio = {"pollutant": bought.pollutant, "legal_basis": "x", "valid_from": DAY(2020, 1, 1)}
    retire = {
        "by": by,
        "lot": bought,
        "document": DOCUMENT,
        "now": NOW,
        "effective_date": DAY(2026, 1, 1),
    }
    with refused("L208"):
        services.retire_for_replacement(**retire)
    services.set_replacement_ratio(by=by, region=city, ratio_permille=1500, **ratio)
    assert services.retire_for_replacement(**retire) == T
    assert services.retire_for_replacement(**retire) == 0
    assert (per_year(bought), rest(bought)) == (2 * T, 2 * T)
    assert account(enterprise, Purpose.RETIRED).balance == T
    with refused("L503"):
        services.set_replacement_ratio(by=by, region=city, ratio_permille=1200, **ratio)


def end(by, lots, kind="PERMIT_END"):
    return services.end_lots(
        by=by, lots=lots, kind=kind, document=document_of(kind), key="e", reason="x", now=NOW
    )


@pytest.mark.parametrize(("kind", "purpose"), [("PERMIT_END", "ISSUED"), ("LAPSE", "LAPSED")])
def test_ended_lot_gives_its_rest_away_in_every_open_period(by, enterprise, kind, purpose):
    made = lot(enterprise, valid_to=DAY(2028, 12, 31))
    assert end(by, [made], kind) == 3
    assert end(by, [made], kind) == 0
    made.refresh_from_db()
    assert (made.quantity_per_year, made.ended_on, rest(made)) == (0, DAY(2026, 11, 20), 0)
    sums = Account.objects.filter(purpose=purpose).values_list("balance", flat=True)
    assert sum(sums) == (0 if purpose == "ISSUED" else 30 * T)


def test_what_comes_back_to_an_ended_lot_lapses_at_night(by, enterprise):
    made = lot(enterprise)
    hold = services.place_hold(
        by=by,
        account=lot_account(made),
        amount=T,
        purpose="PLEDGE",
        document=DOCUMENT,
        key="h",
        now=NOW,
    )
    end(by, [made])
    services.release_hold(by=by, hold=hold, now=NOW)
    assert rest(made) == T
    assert services.sweep_ended_lots(by=by, now=NOW) == 1
    assert services.sweep_ended_lots(by=by, now=NOW) == 0
    assert account(enterprise, Purpose.LAPSED).balance == T


def test_rest_is_carried_over_by_the_periods_own_rule(by, enterprise):
    long, short = lot(enterprise, key="a", valid_to=DAY(2027, 12, 31)), lot(enterprise, key="b")
    card = account(enterprise, Purpose.CARD)
    post(posting("CARD_LOAD", "v", Move(lot_account(short).pk, card.pk, T)))
    period = lot_account(short).asset.period
    QuotaPeriod.objects.filter(pk=period.pk).update(has_carry_over=True, carry_over_percent=50)
    after = datetime.datetime(2027, 2, 1, tzinfo=datetime.UTC)
    assert services.lapse_period(by=by, period=period, now=after) == 3
    assert services.lapse_period(by=by, period=period, now=after) == 0
    held = Account.objects.filter(reference_id=long.pk, reference_type="lot")
    assert sorted(held.values_list("balance", flat=True)) == [0, 15 * T]
    assert account(enterprise, Purpose.LAPSED).balance == 5 * T + 9 * T + T


def test_overrun_is_made_up_from_the_lot_that_ends_first_or_the_chosen_one(by, enterprise):
    soon, late = lot(enterprise, key="a"), lot(enterprise, key="b", valid_to=DAY(2027, 12, 31))
    owed, sink = account(enterprise, Purpose.OVERRUN), account(enterprise, Purpose.DISCHARGED)
    make_up = {
        "by": by,
        "enterprise": enterprise,
        "asset": owed.asset,
        "document": DOCUMENT,
        "now": NOW,
    }
    assert services.make_up_overrun(key="m0", **make_up) is None
    post(posting("DISCHARGE", "e", Move(owed.pk, sink.pk, 3 * T)))
    services.make_up_overrun(key="m1", amount=T, **make_up)
    assert rest(soon) == 9 * T
    with refused("L201"):
        services.make_up_overrun(key="m2", amount=3 * T, **make_up)
    services.make_up_overrun(key="m3", chosen_lots=[late.pk], **make_up)
    owed.refresh_from_db()
    assert (rest(soon), rest(late), owed.balance) == (9 * T, 18 * T, 0)
