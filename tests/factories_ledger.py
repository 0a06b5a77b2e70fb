"""Lots, accounts and postings for tests."""

import datetime

from ledger import services
from ledger.models import Account, Lot
from ledger.rules import DocumentRef, Move, Posting, Purpose
from parties.models import Enterprise, Region
from parties.services import system_actor

NOW = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)
DOCUMENT = DocumentRef("test", 1)


def lot(
    owner: Enterprise | None,
    *,
    region: Region | None = None,
    pollutant: str = "COD",
    tonnes: int = 10,
    key: str = "lot-1",
    **changes,
) -> Lot:
    """An initial right of so many tonnes a year through 2026."""
    values = {
        "valid_from": datetime.date(2026, 1, 1),
        "valid_to": datetime.date(2026, 12, 31),
        "source": "INITIAL" if owner else "SETASIDE",
        "document": DOCUMENT,
        "now": NOW,
    } | changes
    return services.open_lot(
        by=system_actor("demo"),
        region=region or owner.region,
        enterprise=owner,
        pollutant=pollutant,
        quantity_per_year=tonnes * 10**9,
        key=key,
        **values,
    )


def lot_account(of: Lot) -> Account:
    """The account in which a lot's only quantity lies."""
    return Account.objects.get(reference_type="lot", reference_id=of.pk)


def account(owner: Enterprise, purpose: Purpose, *, pollutant: str = "COD") -> Account:
    """An account of the enterprise in the quota period of 2026."""
    periods = services.ensure_periods(
        by=system_actor("demo"),
        region=owner.region,
        first=datetime.date(2026, 1, 1),
        last=datetime.date(2026, 12, 31),
    )
    return services.account_for(
        purpose=purpose,
        asset=services.asset_for(pollutant, periods[0]),
        region=owner.region,
        enterprise=owner,
        reference=DocumentRef("card", 1) if purpose == Purpose.CARD else None,
    )


def posting(kind: str, key: str, *moves: Move, **changes) -> Posting:
    return Posting(
        **{
            "kind": kind,
            "key": key,
            "moves": moves,
            "effective_date": datetime.date(2026, 11, 20),
            "document": DOCUMENT,
        }
        | changes
    )


def post(*postings: Posting, now: datetime.datetime = NOW):
    return services.post(by=system_actor("demo"), postings=postings, now=now)
