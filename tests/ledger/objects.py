"""What stands behind the URL arguments of the ledger, made for one enterprise."""

from ledger.models import Account, Lot, Operation, Transfer
from parties.models import Enterprise
from tests import factories_ledger


def lot(enterprise: Enterprise) -> Lot:
    return factories_ledger.lot(enterprise, key=f"access-{enterprise.pk}")


def account(enterprise: Enterprise) -> Account:
    """The lot's share of its first quota period."""
    found = Account.objects.filter(reference_type="lot", reference_id=lot(enterprise).pk)
    return found.earliest("asset__period__start_date")


def operation(enterprise: Enterprise) -> Operation:
    """The grant of the lot."""
    return Transfer.objects.filter(target=account(enterprise)).earliest("posted_at").operation


OBJECTS = {
    "lot_id": lot,
    "account_id": account,
    "operation_id": operation,
    "region_code": lambda enterprise: enterprise.region,
}
# A cap equation is public: nobody's is foreign.
SHARED = {"region_code"}
