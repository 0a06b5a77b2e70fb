"""Events that wait because no quota period is open for their day, pure: what may be decided.

The period of such an event is closed for ever, or was never opened. An officer books it in the
open period, naming the old one, or dismisses it; a dismissal can be taken back by a new decision.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from cardswipe.rules import EventState
from shell.rules import RuleBroken

# One decision, one approval, one batch of the ledger: a month of hours and some more.
MOST = 1000


class LateAct(StrEnum):
    BOOK = "BOOK"  # debit it in the open period
    DISMISS = "DISMISS"  # never debit it
    TAKE_UP = "TAKE_UP"  # a dismissed one waits again


class LateState(StrEnum):
    ASKED = "ASKED"  # → DONE | REFUSED | BACK
    DONE = "DONE"
    REFUSED = "REFUSED"
    TAKEN_BACK = "BACK"


# From which state of the event an act leads to which.
STEPS: Mapping[LateAct, tuple[EventState, EventState]] = {
    LateAct.BOOK: (EventState.WAITING, EventState.BOOKED),
    LateAct.DISMISS: (EventState.WAITING, EventState.DISMISSED),
    LateAct.TAKE_UP: (EventState.DISMISSED, EventState.WAITING),
}


def check_choice(act: LateAct, states: Collection[str]) -> None:
    """Refuse a choice of no event (C250), of too many (C251), or of one in a state that the act
    does not begin from (C252)."""
    if not states:
        raise RuleBroken("C250")
    if len(states) > MOST:
        raise RuleBroken("C251", count=len(states), most=MOST)
    if set(states) != {STEPS[act][0]}:
        raise RuleBroken("C252")
