"""Acts on lots for tests: what a person asks for, and what the second one says."""

import datetime
import itertools

from ledger import services
from ledger.lot_orders import LotOrder
from ledger.models import LedgerRequest, Lot
from ledger.models.requests import LotAct
from parties.models import Membership
from tests.factories_ledger import NOW

T = 10**9
TODAY = datetime.date(2026, 11, 20)
_serial = itertools.count(1)


def ask(by: Membership, lot: Lot, act: LotAct, tonnes: int | None = None, **changes):
    """Ask for an act on a lot; `order` fields and `key` may be given."""
    key = changes.pop("key", f"test-{next(_serial)}")
    now = changes.pop("now", NOW)
    quantity = None if tonnes is None else tonnes * T
    return services.ask_for_lot(
        by=by,
        lot=lot,
        order=LotOrder(act=act, quantity=quantity, **changes),
        reason="试验",
        legal_basis="试验依据",
        key=key,
        now=now,
    )


def grant(by: Membership, request: LedgerRequest, now: datetime.datetime = NOW) -> LedgerRequest:
    return services.decide_request(by=by, request=request, granted=True, reason="同意", now=now)


def freeze(by: Membership, lot: Lot, tonnes: int = 4, **changes) -> LedgerRequest:
    """A court's freeze for a year."""
    values = {
        "last": datetime.date(2027, 11, 19),
        "paper": "（2026）浙9901执1号",
        "issuer": "临溪区人民法院",
    }
    return ask(by, lot, LotAct.FREEZE, tonnes, **values | changes)


def pledge(by: Membership, lot: Lot, tonnes: int = 4, **changes) -> LedgerRequest:
    values = {"paper": "ZY-2026-1", "issuer": "清源银行"}
    return ask(by, lot, LotAct.PLEDGE, tonnes, **values | changes)
