"""Lots, accounts and postings for tests."""

import datetime

from django.db import connection

from ledger import services
from ledger.kinds import KINDS
from ledger.models import Account, Lot, OperationRule, OperationType, SealedStatement
from ledger.queries import Span
from ledger.rules import DocumentRef, Move, Posting, Purpose
from parties.models import Enterprise, Region
from parties.services import system_actor

NOW = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)
DOCUMENT = DocumentRef("test", 1)
DOCUMENTS = {kind.code: DocumentRef(kind.documents[0], 1) for kind in KINDS if kind.documents}


def document_of(kind: str) -> DocumentRef:
    """A document on which the kind may stand."""
    return DOCUMENTS.get(kind, DOCUMENT)


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
        "document": document_of("GRANT" if owner else "SET_ASIDE"),
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
            "document": document_of(kind),
        }
        | changes
    )


def post(*postings: Posting, now: datetime.datetime = NOW):
    return services.post(by=system_actor("demo"), postings=postings, now=now)


def rule_from_today(kind: str, **values) -> OperationRule:
    """A rule of the kind that holds everywhere from the day of NOW on."""
    usual = {"needs_approval": False, "cool_off_workdays": 0, "reversible_days": 0}
    return services.set_operation_rule(
        by=system_actor("demo"),
        type=OperationType.objects.get(code=kind),
        region=None,
        valid_from=NOW.date(),
        legal_basis="test",
        **usual | values,
    )


def seal(of: Account) -> SealedStatement:
    """The account's statement of 2026, sealed."""
    first, last = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)
    span = Span(first, last, known_at=NOW)
    return services.seal_statement(by=system_actor("demo"), account=of, span=span, now=NOW)


def restrict(account_id: int, word: str) -> None:
    """An account as two persons have left it, without their request."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "UPDATE ledger_account SET restriction = %s WHERE id = %s", [word, account_id]
        )
        cursor.execute("SET session_replication_role = origin")
