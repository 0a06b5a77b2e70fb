"""From the name of a faulty row ("transfer 12.0", "account 7") to the page that shows it."""

import re

from parties.access import open_address
from parties.models import Membership

NAME = re.compile(r"(?:ledger_)?([a-z]+) (\d{1,18})(?:\.\d+)?", re.ASCII)
# Which page shows a row of which kind.
ROUTES = {
    "transfer": "operation",
    "operation": "operation",
    "account": "account",
    "lot": "lot",
    "approval": "approval",
    "enterprise": "enterprise",
    "card": "card",
    "voucher": "voucher",
    "event": "discharge",
    "bill": "bill",
    "permit": "permit",
    "auction": "desk_auction",
}


def row_address(row: str, actor: Membership) -> str:
    """The address of the row's page; nothing where there is none or the reader may not open it."""
    found = NAME.fullmatch(row.strip())
    return open_address(ROUTES.get(found[1], ""), int(found[2]), actor) if found else ""
