"""What stands behind the URL arguments of the ledger, made for one enterprise."""

from ledger.models import Account, Lot, Operation, Transfer
from ledger.proof.tiles import Tile
from ledger.queries.proof import log_size
from parties.models import Enterprise
from tests import factories_ledger, factories_proof, factories_witness


def lot(enterprise: Enterprise) -> Lot:
    return factories_ledger.lot(enterprise, key=f"access-{enterprise.pk}")


def account(enterprise: Enterprise) -> Account:
    """The lot's share of its first quota period."""
    found = Account.objects.filter(reference_type="lot", reference_id=lot(enterprise).pk)
    return found.earliest("asset__period__start_date")


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


OBJECTS = {
    "origin_hash": origin_hash,
    "tile": tile,
    "lot_id": lot,
    "account_id": account,
    "operation_id": operation,
    "region_code": lambda enterprise: enterprise.region,
}
# A cap equation is public: nobody's is foreign.
SHARED = {"region_code", "tile", "origin_hash"}
