"""Lots: shares per period, transfer with split, lapse, caps."""

import datetime

import pytest
from djmoney.money import Money

from ledger import queries, services
from ledger.models import Account, QuotaPeriod
from ledger.refusals import CapTooSmall, InsufficientBalance, LotTermBad, LotTooSmall, NoQuotaPeriod
from ledger.rules import Move, Purpose
from ledger.shares import period_share
from parties.services import system_actor
from tests.factories_ledger import DOCUMENT, NOW, account, lot, lot_account, post, posting

T = 10**9
DAY = datetime.date


@pytest.mark.parametrize(
    ("quantity", "first", "last", "share"),
    [
        (365, DAY(2026, 1, 1), DAY(2026, 12, 31), 365),
        (365, DAY(2025, 1, 1), DAY(2030, 12, 31), 365),
        (365, DAY(2026, 12, 31), DAY(2030, 12, 31), 1),
        (365, DAY(2020, 1, 1), DAY(2026, 1, 2), 2),
        (365, DAY(2027, 1, 1), DAY(2030, 12, 31), 0),
    ],
)
def test_share_of_a_period_is_pro_rata_by_day(quantity, first, last, share):
    assert share == period_share(
        quantity,
        valid_from=first,
        valid_to=last,
        period_start=DAY(2026, 1, 1),
        period_end=DAY(2026, 12, 31),
    )


def test_lot_posts_its_share_into_every_period_it_touches(enterprise):
    made = lot(enterprise, valid_from=DAY(2026, 7, 1), valid_to=DAY(2028, 6, 30))
    balances = Account.objects.filter(reference_type="lot", reference_id=made.pk)
    by_label = dict(balances.values_list("asset__period__label", "balance"))
    exact = {"2026": 10 * T * 184 / 365, "2027": 10 * T, "2028": 10 * T * 182 / 366}
    assert by_label == pytest.approx(exact, abs=6)
    assert list(queries.verify(only=queries.ROW_CODES)) == []


def test_same_key_gives_the_same_lot(enterprise):
    assert lot(enterprise).pk == lot(enterprise).pk
    assert lot_account(lot(enterprise)).balance == 10 * T


@pytest.mark.parametrize("change", [{"tonnes": 0}, {"valid_to": DAY(2025, 1, 1)}])
def test_lot_without_quantity_or_term_is_refused(enterprise, change):
    with pytest.raises(LotTermBad):
        lot(enterprise, **change)


def test_city_that_counts_from_july_keeps_doing_so(enterprise, city):
    QuotaPeriod.objects.create(
        region=city, label="2025/26", start_date=DAY(2025, 7, 1), end_date=DAY(2026, 6, 30)
    )
    lot(enterprise, valid_from=DAY(2026, 1, 1), valid_to=DAY(2027, 12, 31))
    labels = QuotaPeriod.objects.filter(region=city).values_list("label", flat=True)
    assert list(labels) == ["2025/26", "2026/27", "2027/28"]


def test_day_without_period_is_refused(county):
    with pytest.raises(NoQuotaPeriod):
        services.period_on(county, DAY(1999, 1, 1))


def give(of, to, tonnes, key="t1"):
    return services.transfer_lot(
        by=system_actor("demo"),
        lot=of,
        to_enterprise=to.enterprise,
        quantity_per_year=tonnes * T,
        effective_date=DAY(2026, 1, 1),
        document=DOCUMENT,
        key=key,
        now=NOW,
        price=Money("4000.00", "CNY"),
    )


def test_part_of_a_lot_goes_to_the_buyer_and_the_tree_is_kept(enterprise, rival):
    whole = lot(enterprise)
    part = give(whole, rival, 4)
    whole.refresh_from_db()
    assert (whole.quantity_per_year, part.quantity_per_year) == (6 * T, 4 * T)
    assert part.parent == whole
    assert lot_account(part).balance == 4 * T
    assert give(whole, rival, 4).pk == part.pk
    assert list(queries.lots_of(rival.enterprise)) == [part]


def test_more_than_the_lot_cannot_be_given(enterprise, rival):
    with pytest.raises(LotTooSmall):
        give(lot(enterprise), rival, 11)


def test_used_rights_cannot_be_given(enterprise, rival):
    whole = lot(enterprise)
    card = account(enterprise, Purpose.CARD)
    post(posting("CARD_LOAD", "v1", Move(lot_account(whole).pk, card.pk, 8 * T)))
    with pytest.raises(InsufficientBalance):
        give(whole, rival, 4)
    whole.refresh_from_db()
    assert whole.quantity_per_year == 10 * T


def test_region_cannot_issue_beyond_its_cap(enterprise, county):
    asset = lot_account(lot(enterprise)).asset
    by = system_actor("demo")
    with pytest.raises(CapTooSmall):
        services.set_cap(by=by, region=county, asset=asset, quantity=9 * T, legal_basis="文")
    services.set_cap(by=by, region=county, asset=asset, quantity=12 * T, legal_basis="文")
    with pytest.raises(InsufficientBalance):
        lot(enterprise, tonnes=3, key="lot-2")


def test_rest_of_an_ended_period_lapses_once(enterprise):
    made = lot(enterprise)
    period = lot_account(made).asset.period
    by = system_actor("clock")
    assert services.lapse_period(by=by, period=period, now=NOW) == 1
    assert services.lapse_period(by=by, period=period, now=NOW) == 0
    assert lot_account(made).balance == 0
    assert account(enterprise, Purpose.LAPSED).balance == 10 * T


def test_cap_equation_holds_and_names_every_part(enterprise, city):
    made = lot(enterprise)
    card, sink = account(enterprise, Purpose.CARD), account(enterprise, Purpose.DISCHARGED)
    post(posting("CARD_LOAD", "v1", Move(lot_account(made).pk, card.pk, 4 * T)))
    post(posting("DISCHARGE", "e1", Move(card.pk, sink.pk, T)))
    line = queries.cap_equation(city, lot_account(made).asset.period)[0]
    assert (line.issued, line.held, line.on_card, line.discharged) == (10 * T, 6 * T, 3 * T, T)
    assert line.difference == 0


def test_position_says_what_is_left(enterprise):
    made = lot(enterprise)
    card, sink = account(enterprise, Purpose.CARD), account(enterprise, Purpose.DISCHARGED)
    overrun = account(enterprise, Purpose.OVERRUN)
    post(posting("CARD_LOAD", "v1", Move(lot_account(made).pk, card.pk, 10 * T)))
    post(posting("DISCHARGE", "e1", Move(card.pk, sink.pk, 11 * T, overflow=overrun.pk)))
    position = queries.positions(enterprise, lot_account(made).asset.period)[0]
    assert (position.granted, position.left) == (10 * T, -T)


def test_earliest_expiring_lot_comes_first(enterprise):
    late = lot(enterprise, key="late", valid_to=DAY(2029, 12, 31))
    soon = lot(enterprise, key="soon")
    asset = lot_account(soon).asset
    assert [one for _, one in queries.available_accounts(enterprise, asset)] == [soon, late]
