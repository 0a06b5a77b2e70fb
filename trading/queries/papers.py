"""The bills behind lots, and the lots behind bills and auctions: what the ledger asks us."""

from collections.abc import Iterable, Sequence

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from ledger.models import Lot
from ledger.origins import Paper
from ledger.rules import DocumentRef
from shell.figures import day, yuan
from trading.models import Auction, Award, Bill, BillLine, Payment
from trading.tones import tone_of


def bills_of_lots(lots: Sequence[Lot]) -> dict[int, list[Paper]]:
    """Each lot's bills: the paid-use fee, or the price of the award; three queries in all."""
    ids = [lot.pk for lot in lots]
    lines = BillLine.objects.filter(lot__in=ids, is_cancelled=False)
    pairs = {(lot, bill) for lot, bill in lines.values_list("lot_id", "bill_id")}
    awards = Award.objects.filter(lot__in=ids, bill__isnull=False)
    pairs |= {(lot, bill) for lot, bill in awards.values_list("lot_id", "bill_id")}
    paid = Prefetch("payments", queryset=Payment.objects.order_by("pk"))
    bills = Bill.objects.prefetch_related(paid).in_bulk({bill for _lot, bill in pairs})
    found: dict[int, list[Paper]] = {}
    for lot, bill in sorted(pairs):
        found.setdefault(lot, []).append(paper_of(bills[bill]))
    return found


def paper_of(bill: Bill) -> Paper:
    """The bill with what was paid on it, when and by which bank references."""
    note = _("%(paid)s of %(amount)s yuan paid") % {
        "paid": yuan(bill.paid),
        "amount": yuan(bill.amount),
    }
    references = [f"{day(one.paid_on)} {one.bank_reference}" for one in bill.payments.all()]
    return Paper(
        DocumentRef("bill", bill.pk),
        note=" · ".join([note, *references]),
        tone=tone_of(bill.state),
    )


def lots_of_bill(bill: Bill) -> Iterable[int]:
    """The lots whose fee or price the bill is."""
    billed = bill.lines.filter(lot__isnull=False).values_list("lot_id", flat=True)
    won = Award.objects.filter(bill=bill, lot__isnull=False).values_list("lot_id", flat=True)
    return {pk for pk in (*billed, *won) if pk is not None}


def lots_of_auction(auction: Auction) -> Iterable[int]:
    """The lot that was for sale and those that were delivered out of it."""
    won = auction.awards.filter(lot__isnull=False).values_list("lot_id", flat=True)
    return {pk for pk in (auction.lot_id, *won) if pk is not None}
