"""From a discharge event back to the permit: the chain that makes a debit believable."""

from dataclasses import dataclass

from django.db import connection

from cardswipe.models import DischargeEvent, Voucher
from ledger.models import Lot, Operation, Pollutant
from ledger.queries import provenance
from ledger.queries.provenance import Step
from ledger.rules import Purpose


@dataclass(frozen=True)
class Chain:
    """The posting of an event, the vouchers that loaded its card, and the lots behind them."""

    operation: Operation | None
    steps: list[Step]
    vouchers: list[Voucher]
    lots: list[Lot]
    permit_nos: list[str]

    @property
    def overrun(self) -> list[Step]:
        """What no card covered."""
        return [step for step in self.steps if step.source.purpose == Purpose.OVERRUN]


LOTS_OF_VOUCHERS = """
SELECT DISTINCT source.reference_id
FROM ledger_leg leg JOIN ledger_account source ON source.id = leg.other_id
WHERE leg.operation_id = ANY(%s) AND leg.account_id = ANY(%s) AND leg.delta > 0
  AND source.purpose = 'AVAILABLE' AND source.reference_type = 'lot'
"""


def chain_of(event: DischargeEvent) -> Chain:
    """What the event moved, and where the moved quantity came from, as far as the books know.

    A card is a pot: which of its lots a debit used cannot be told apart, so all lots that
    had loaded the account by then are named.
    """
    operation = (
        Operation.objects.filter(document_type="discharge_event", document_id=event.pk)
        .order_by("pk")
        .first()
    )
    steps = provenance(operation.pk) if operation else []
    cards = {s.source.reference_id for s in steps if s.source.purpose == Purpose.CARD}
    accounts = [s.source.pk for s in steps if s.source.purpose == Purpose.CARD]
    vouchers = list(
        Voucher.objects.filter(
            card_id__in=cards, kind="LOAD", lines__pollutant__in=_pollutants(steps)
        )
        .distinct()
        .order_by("-pk")[:20]
    )
    lots = list(Lot.objects.filter(pk__in=_lots(vouchers, accounts)).select_related("pollutant"))
    return Chain(
        operation=operation,
        steps=steps,
        vouchers=vouchers,
        lots=lots,
        permit_nos=sorted({voucher.permit_no for voucher in vouchers if voucher.permit_no}),
    )


def _pollutants(steps: list[Step]) -> list[Pollutant]:
    found = [step.source.asset.pollutant for step in steps]
    return [pollutant for pollutant in found if pollutant is not None]


def _lots(vouchers: list[Voucher], accounts: list[int]) -> list[int]:
    with connection.cursor() as cursor:
        operations = [voucher.operation_id for voucher in vouchers]
        cursor.execute(LOTS_OF_VOUCHERS, [operations, accounts])
        return [row[0] for row in cursor.fetchall()]
