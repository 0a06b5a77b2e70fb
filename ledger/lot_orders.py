"""What is asked for with a lot, and how a request keeps it: in words and numbers, all of it."""

import datetime
from dataclasses import dataclass
from typing import Any

from ledger.models import LedgerRequest, Lot
from ledger.models.requests import LotAct
from parties.models import Enterprise


@dataclass(frozen=True)
class LotOrder:
    """An act on a lot; which fields it needs depends on the act.

    `quantity`: per year, in the smallest unit. `first` and `last`: the term of a lease; of a
    pledge or freeze `last` is its own end. `placing`: the request whose pledge or freeze is
    released. `paper`: number of the contract, order or decision; `issuer`: court, bank.
    """

    act: LotAct
    quantity: int | None = None
    to: Enterprise | None = None
    first: datetime.date | None = None
    last: datetime.date | None = None
    price_fen: int | None = None
    others: tuple[Lot, ...] = ()
    placing: LedgerRequest | None = None
    paper: str = ""
    issuer: str = ""

    def content(self, lot: Lot) -> dict[str, Any]:
        """All that will be done, as the request keeps it and the second person grants it."""
        told = {
            "lot_act": self.act.value,
            "lot_no": lot.lot_no,
            "pollutant": lot.pollutant_id,
            "quantity_per_year": self.quantity,
            "quantity_unit": lot.pollutant.unit,
            "to_id": self.to.pk if self.to else None,
            "to_name": self.to.name if self.to else None,
            "first_day": self.first.isoformat() if self.first else None,
            "last_day": self.last.isoformat() if self.last else None,
            "price_fen": self.price_fen,
            "lot_ids": sorted(other.pk for other in self.others) or None,
            "lots": sorted(other.lot_no for other in self.others) or None,
            "placing": self.placing.pk if self.placing else None,
            "paper": self.paper or None,
            "paper_issuer": self.issuer or None,
        }
        return {name: value for name, value in told.items() if value is not None}


def order_of(request: LedgerRequest) -> LotOrder:
    """What a request asks for, with the objects it names."""
    told = request.content
    return LotOrder(
        act=LotAct(told["lot_act"]),
        quantity=told.get("quantity_per_year"),
        to=Enterprise.objects.get(pk=told["to_id"]) if "to_id" in told else None,
        first=day_of(told.get("first_day")),
        last=day_of(told.get("last_day")),
        price_fen=told.get("price_fen"),
        others=tuple(Lot.objects.filter(pk__in=told.get("lot_ids", ())).order_by("pk")),
        placing=LedgerRequest.objects.get(pk=told["placing"]) if "placing" in told else None,
        paper=told.get("paper", ""),
        issuer=told.get("paper_issuer", ""),
    )


def day_of(text: str | None) -> datetime.date | None:
    """A day as the content writes it."""
    return datetime.date.fromisoformat(text) if text else None
