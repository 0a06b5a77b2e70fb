"""A lot of the reserve that an auction offers stays as it is offered."""

import pytest

from ledger.models import Lot
from ledger.models.requests import LotAct
from ledger.queries.lot_acts import hindrance
from tests import factories_trading as make
from tests.factories_lot_acts import TODAY, ask
from tests.refused import refused

pytestmark = pytest.mark.django_db


def test_a_lot_on_sale_is_neither_split_nor_merged_nor_retired(city, trader):
    auction = make.announced(city)
    lot = Lot.objects.get(pk=auction.lot_id)
    for act in (LotAct.SPLIT, LotAct.RETIRE, LotAct.MERGE):
        with refused("T403"):
            ask(trader, lot, act, 1 if act == LotAct.SPLIT else None)


def test_a_lot_whose_sale_is_only_drafted_is_free(city):
    lot = Lot.objects.get(pk=make.draft(city).lot_id)
    assert hindrance(LotAct.SPLIT, lot, TODAY) is None
