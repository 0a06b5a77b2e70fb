"""The running-twelve-months rule against a count by hand, and on its page."""

import datetime

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules import Move, Purpose
from permits.queries.running_year import running_years, window, worst_window
from permits.rules import add_years
from tests import factories_ledger
from tests import factories_permits as make

TODAY = datetime.date(2026, 11, 20)
DAY = datetime.timedelta(days=1)
days = st.integers(0, 729).map(lambda n: TODAY - n * DAY)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(days, st.integers(-5, 100), max_size=30))
def test_worst_twelve_months_are_those_found_by_trying_every_end(daily):
    ends = []
    day = add_years(TODAY, -1)
    while day <= TODAY:
        ends.append(window(daily, day))
        day += DAY
    worst, end = worst_window(daily, TODAY)
    assert worst == max(ends) == window(daily, end)


@pytest.fixture
def permit(agent, officer, second_officer, now):
    return make.issued(agent, officer, second_officer, now=now)


def discharge(owner, amount, key):
    card = factories_ledger.account(owner, Purpose.CARD)
    gone = factories_ledger.account(owner, Purpose.DISCHARGED)
    lot = factories_ledger.lot_account(factories_ledger.lot(owner))
    factories_ledger.post(
        factories_ledger.posting("CARD_LOAD", f"load{key}", Move(lot.pk, card.pk, amount))
    )
    factories_ledger.post(
        factories_ledger.posting("DISCHARGE", f"out{key}", Move(card.pk, gone.pk, amount))
    )


def test_discharge_of_the_unit_counts_beside_the_permitted_quantity(permit, client, officer):
    discharge(permit.site.enterprise, 5, "a")
    found = {year.pollutant.pk: year for year in running_years(permit, TODAY + 30 * DAY)}
    assert (found["COD"].now, found["COD"].permitted) == (5, 10 * 10**9)
    assert (found["SO2"].worst, found["SO2"].is_over) == (0, False)
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("permit_running_year", args=[permit.pk]))
    assert page.status_code == 200
    assert "10.000" in page.text


def test_page_asks_the_same_number_of_questions_for_any_history(
    permit, django_assert_max_num_queries
):
    discharge(permit.site.enterprise, 5, "a")
    with django_assert_max_num_queries(8):
        running_years(permit, TODAY)
