"""Any order, split, loss-and-resend and repeat of messages ends in the same ledger."""

import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cardswipe.models import Alarm, DailyTotal, DischargeEvent
from ledger import queries
from ledger.models import Account
from tests import factories
from tests.factories_cards import KG, NOW, book, bound, load, permit, report, step

HOUR = datetime.timedelta(hours=1)
# One scene serves all examples, because each example is taken back.
SHARED_SCENE = [HealthCheck.function_scoped_fixture]


class Undo(Exception):
    """Takes back what one example wrote."""


@pytest.fixture
def scene(county, db):
    """Two loaded cards at two outlets of one enterprise, with warning steps."""
    owner = factories.enterprise(county)
    permit(owner)
    for percent in (80, 90, 100):
        step(owner, percent)
    pairs = []
    for code in ("DW001", "DW002"):
        pairs.append(bound(owner, code=code))
        load(pairs[-1][0], 50 * KG)
    return owner, pairs


quantities = st.integers(min_value=0, max_value=30 * KG)
facts = st.lists(st.tuples(st.integers(0, 1), quantities, quantities), min_size=1, max_size=8)


def reports_of(pairs, drawn):
    """Sessions one hour after the other, each at one of the outlets."""
    return [
        report(
            pairs[place][1],
            started_at=NOW - 20 * HOUR + n * HOUR,
            ended_at=NOW - 20 * HOUR + n * HOUR + HOUR / 2,
            sequence=n,
            card_no=pairs[place][0].card_no,
            loads=(("COD", cod), ("NH3N", nh3n)),
        )
        for n, (place, cod, nh3n) in enumerate(drawn)
    ]


def standing(owner):
    """Everything that must not depend on how the messages came."""
    accounts = Account.objects.filter(enterprise=owner).order_by(
        "asset_id", "purpose", "reference_type", "reference_id"
    )
    return {
        "accounts": list(
            accounts.exclude(balance=0).values_list(
                "asset__pollutant_id", "purpose", "reference_id", "balance"
            )
        ),
        "days": list(
            DailyTotal.objects.order_by("controller_id", "pollutant_id", "day").values_list(
                "controller_id", "pollutant_id", "day", "quantity", "events"
            )
        ),
        "steps": sorted(
            Alarm.objects.filter(kind="STEP").values_list("card_id", "pollutant_id", "percent")
        ),
        "events": DischargeEvent.objects.count(),
    }


def outcome(owner, batches):
    """What stands after the batches, which are then taken back."""
    try:
        with transaction.atomic():
            for batch in batches:
                book(*batch)
            found = standing(owner)
            assert list(queries.verify(only=queries.ROW_CODES)) == []
            raise Undo
    except Undo:
        return found


@settings(max_examples=25, deadline=None, suppress_health_check=SHARED_SCENE)
@given(data=st.data())
def test_the_order_of_messages_does_not_matter(scene, data):
    owner, pairs = scene
    reports = reports_of(pairs, data.draw(facts))
    straight = outcome(owner, [reports])
    # Every message arrives at least once; some twice or thrice, in any order, in any batches.
    again = data.draw(st.lists(st.sampled_from(reports), max_size=6))
    shuffled = data.draw(st.permutations(reports + again))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(shuffled)), max_size=4)) | {len(shuffled)})
    starts = [0, *cuts[:-1]]
    batches = [shuffled[a:b] for a, b in zip(starts, cuts, strict=True)]
    assert outcome(owner, batches) == straight


@settings(max_examples=15, deadline=None, suppress_health_check=SHARED_SCENE)
@given(drawn=facts)
def test_what_is_discharged_is_debited_or_owed_to_the_milligram(scene, drawn):
    owner, pairs = scene
    found = outcome(owner, [reports_of(pairs, drawn)])
    total = sum(cod for _place, cod, _nh3n in drawn)
    sums = {"CARD": 0, "DISCHARGED": 0, "OVERRUN": 0}
    for pollutant, purpose, _reference, balance in found["accounts"]:
        if pollutant == "COD" and purpose in sums:
            sums[purpose] += balance
    assert sums["DISCHARGED"] == total
    assert 100 * KG - sums["CARD"] - sums["OVERRUN"] == total
