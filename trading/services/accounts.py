"""The money accounts of trading: which account stands for which document."""

from ledger import services as ledger
from ledger.models import Account
from ledger.rules import DocumentRef, Purpose
from parties.models import Enterprise, Region
from trading.models import Bill, SignUp


def money_account(
    purpose: Purpose,
    region: Region,
    enterprise: Enterprise | None = None,
    reference: DocumentRef | None = None,
) -> Account:
    """The region's money account for a purpose; deposits and escrow have one per document."""
    return ledger.account_for(
        purpose=purpose,
        asset=ledger.money_asset(),
        region=region,
        enterprise=enterprise,
        reference=reference,
    )


def escrow_of(bill: Bill) -> Account:
    """Where the price of an award waits until the right is delivered."""
    return money_account(Purpose.ESCROW, bill.region, bill.enterprise, DocumentRef("bill", bill.pk))


def deposit_of(sign_up: SignUp) -> Account:
    """Where the deposit of one sign-up lies; no two auctions share it."""
    return money_account(
        Purpose.DEPOSIT,
        sign_up.auction.region,
        sign_up.enterprise,
        DocumentRef("sign_up", sign_up.pk),
    )
