"""What stands behind the URL arguments of the ledger, made for one enterprise."""

from ledger.models import (
    Account,
    LedgerRequest,
    Lot,
    Operation,
    QuotaPeriod,
    SealedStatement,
    Transfer,
)
from ledger.models.requests import LotAct
from ledger.proof.tiles import Tile
from ledger.queries.proof import log_size
from parties.models import Enterprise
from parties.rules import Role
from tests import (
    factories,
    factories_ledger,
    factories_lot_acts,
    factories_proof,
    factories_witness,
)


def lot(enterprise: Enterprise) -> Lot:
    return factories_ledger.lot(enterprise, key=f"access-{enterprise.pk}")


def account(enterprise: Enterprise) -> Account:
    """The lot's share of its first quota period."""
    found = Account.objects.filter(reference_type="lot", reference_id=lot(enterprise).pk)
    return found.earliest("asset__period__start_date")


def seal(enterprise: Enterprise) -> SealedStatement:
    return factories_ledger.seal(account(enterprise))


def operation(enterprise: Enterprise) -> Operation:
    """The grant of the lot."""
    return Transfer.objects.filter(target=account(enterprise)).earliest("posted_at").operation


def tile(enterprise: Enterprise) -> str:
    """The lowest tile, as wide as the log by then."""
    factories_proof.keep()
    size = log_size()
    return Tile(0, 0, min(size, 256)).path


def origin_hash(enterprise: Enterprise) -> str:
    return factories_witness.witnessed().origin_hash


def period(enterprise: Enterprise) -> QuotaPeriod:
    """The quota period in which the lot's first share lies."""
    return account(enterprise).asset.period


def ledger_request(enterprise: Enterprise) -> LedgerRequest:
    """What the enterprise asked its bureau for: to split its lot."""
    of = lot(enterprise)
    there = LedgerRequest.objects.filter(lot=of).first()
    return there or factories_lot_acts.ask(
        factories.enterprise_member(enterprise, Role.AGENT, f"asker-{enterprise.pk}"),
        of,
        LotAct.SPLIT,
        1,
        key=f"access-{enterprise.pk}",
    )


OBJECTS = {
    "period_id": period,
    "ledger_request_id": ledger_request,
    "origin_hash": origin_hash,
    "tile": tile,
    "lot_id": lot,
    "lot_act": lambda enterprise: "split",
    "account_id": account,
    "operation_id": operation,
    "seal_id": seal,
    "region_code": lambda enterprise: enterprise.region,
}
# A cap equation is public: nobody's is foreign; what is done with a lot is the same word for all.
SHARED = {"region_code", "tile", "origin_hash", "lot_act"}
# A quota period is its city's: enterprises of one city share it.
REGIONAL = {"period_id"}
