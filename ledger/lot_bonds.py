"""What binds a lot outside the ledger: a sale under way that will be delivered from it.

Whoever sells from lots registers a question once Django is ready; while it gives a refusal the
lot is neither split, merged nor retired:

    lot_bonds.register(sale_of)      # sale_of(lot) gives a Refusal or None
"""

from collections.abc import Callable, Iterator

from ledger.models import Lot
from shell.refusals import Refusal

Bond = Callable[[Lot], Refusal | None]
_bonds: list[Bond] = []


def register(bond: Bond) -> None:
    """Make a question known."""
    if bond not in _bonds:
        _bonds.append(bond)


def bonds_of(lot: Lot) -> Iterator[Refusal]:
    """What binds the lot now."""
    for bond in _bonds:
        refusal = bond(lot)
        if refusal is not None:
            yield refusal
