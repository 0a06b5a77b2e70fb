"""Pure rules of trading: fees, deposits, states. No clock, no database; money is whole fen.

Numbers of rules: T1xx fees and bills, T2xx payments, T3xx auctions (T300–T309 are those of the
formats), T4xx the reserve.
"""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from shell.rules import RuleBroken
from shell.units import FEN_PER_YUAN, MG_PER_T
from trading.formats.kit import decimal

MAX_FEN = 10**15  # ten trillion yuan; a larger sum is a mistyped figure


class BillState(StrEnum):
    """OPEN → PART → PAID; OPEN → CANCELLED while nothing is paid."""

    OPEN = "OPEN"
    PART = "PART"
    PAID = "PAID"
    CANCELLED = "CANCELLED"


BILL_STEPS: Mapping[BillState, frozenset[BillState]] = {
    BillState.OPEN: frozenset({BillState.PART, BillState.PAID, BillState.CANCELLED}),
    # A winner in default is refunded what he has paid of the price, and loses the deposit.
    BillState.PART: frozenset({BillState.PAID, BillState.CANCELLED}),
}


class AuctionState(StrEnum):
    """The life of an auction; `AUCTION_STEPS` says what follows what."""

    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    ANNOUNCED = "ANNOUNCED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    SETTLED = "SETTLED"
    NO_SALE = "NO_SALE"
    STOPPED = "STOPPED"


class SignUpState(StrEnum):
    """A bidder on the way into an auction; `SIGN_UP_STEPS` says what follows what."""

    APPLIED = "APPLIED"
    REFUSED = "REFUSED"
    QUALIFIED = "QUALIFIED"  # qualification check passed, deposit not in yet
    ADMITTED = "ADMITTED"  # deposit in: may bid
    WON = "WON"  # deposit kept until delivery
    TO_RETURN = "TO_RETURN"  # deposit is owed back
    RETURNED = "RETURNED"
    USED = "USED"  # deposit counted to the price
    FORFEITED = "FORFEITED"


class AwardState(StrEnum):
    """PENDING → DELIVERED when money and rights changed hands, or → DEFAULTED."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    DEFAULTED = "DEFAULTED"


AUCTION_STEPS: Mapping[AuctionState, frozenset[AuctionState]] = {
    AuctionState.DRAFT: frozenset({AuctionState.APPROVED, AuctionState.STOPPED}),
    AuctionState.APPROVED: frozenset({AuctionState.ANNOUNCED, AuctionState.STOPPED}),
    AuctionState.ANNOUNCED: frozenset({AuctionState.OPEN, AuctionState.STOPPED}),
    AuctionState.OPEN: frozenset({AuctionState.CLOSED, AuctionState.STOPPED}),
    AuctionState.CLOSED: frozenset({AuctionState.SETTLED, AuctionState.NO_SALE}),
    AuctionState.SETTLED: frozenset(),
    AuctionState.NO_SALE: frozenset(),
    AuctionState.STOPPED: frozenset(),
}

SIGN_UP_STEPS: Mapping[SignUpState, frozenset[SignUpState]] = {
    SignUpState.APPLIED: frozenset({SignUpState.QUALIFIED, SignUpState.REFUSED}),
    SignUpState.REFUSED: frozenset(),
    SignUpState.QUALIFIED: frozenset({SignUpState.ADMITTED, SignUpState.REFUSED}),
    SignUpState.ADMITTED: frozenset({SignUpState.WON, SignUpState.TO_RETURN}),
    SignUpState.WON: frozenset({SignUpState.USED, SignUpState.FORFEITED}),
    SignUpState.TO_RETURN: frozenset({SignUpState.RETURNED}),
    SignUpState.RETURNED: frozenset(),
    SignUpState.USED: frozenset(),
    SignUpState.FORFEITED: frozenset(),
}

# A lot of the reserve is bound to an auction from the draft until it is sold or set free.
LIVE_AUCTION = frozenset(
    {
        AuctionState.DRAFT,
        AuctionState.APPROVED,
        AuctionState.ANNOUNCED,
        AuctionState.OPEN,
        AuctionState.CLOSED,
    }
)


def check_auction_step(before: str, after: AuctionState) -> None:
    """Refuse a step the life of an auction does not have (T310)."""
    if after not in AUCTION_STEPS[AuctionState(before)]:
        raise RuleBroken("T310", state=before, wanted=after)


def check_sign_up_step(before: str, after: SignUpState) -> None:
    """Refuse a step the life of a sign-up does not have (T311)."""
    if after not in SIGN_UP_STEPS[SignUpState(before)]:
        raise RuleBroken("T311", state=before, wanted=after)


def fee_fen(
    *, quantity_mg: int, price_fen: int, years: Decimal | int, discount: Decimal | int = 1
) -> int:
    """Quantity per year (mg) × price (fen per t per year) × years × discount, in whole fen.

    `discount` is the share that is paid: 0.3 when five years paid at once cost 30 %. Everything
    is exact until the end and rounded once, half to even, so that no split of a quantity gains
    on average. (Wuyi 2021: 3.814 t × 6 000 yuan × 5 years = 114 420 yuan.)
    """
    if not 0 <= discount <= 1:
        raise RuleBroken("T101", discount=str(discount))
    exact = Fraction(quantity_mg * price_fen, MG_PER_T) * Fraction(years) * Fraction(discount)
    fen = round(exact)
    if fen >= MAX_FEN:
        raise RuleBroken("T102", amount=str(Decimal(fen) / FEN_PER_YUAN))
    return fen


def fee_from_text(*, quantity_t: object, price: object, years: object, discount: object) -> str:
    """The same fee from plain decimals: t, yuan per t per year, years, share; yuan as text."""
    share = decimal(discount)
    if share > 1:
        raise RuleBroken("T101", discount=str(share))
    exact = Fraction(decimal(quantity_t)) * Fraction(decimal(price)) * Fraction(decimal(years))
    fen = round(exact * Fraction(share) * FEN_PER_YUAN)
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"


def deposit_fen(*, floor_fen: int, percent: Decimal | int, quantity_mg: int, years: int) -> int:
    """Start price × percent × wanted quantity × years, in whole fen (Quzhou 2015: 10 % × 5)."""
    return fee_fen(
        quantity_mg=quantity_mg,
        price_fen=floor_fen,
        years=years,
        discount=Decimal(percent) / 100,
    )


def check_calendar(
    *,
    sign_up_from: datetime.datetime,
    sign_up_to: datetime.datetime,
    opens_at: datetime.datetime,
    closes_at: datetime.datetime,
) -> None:
    """Sign-up comes before the round, and each begins before it ends (T312)."""
    if not sign_up_from < sign_up_to <= opens_at < closes_at:
        raise RuleBroken("T312")


def check_notice(*, announced_on: datetime.date, opens_on: datetime.date, notice_days: int) -> None:
    """The notice stands at least so many days before the round (Auction Law art. 45; T313)."""
    if (opens_on - announced_on).days < notice_days:
        raise RuleBroken("T313", days=notice_days)


def term_years(first: datetime.date, last: datetime.date) -> Decimal:
    """The years from the first to the last day: whole years, and the rest by day.

    The rest counts in days of the year it lies in and is rounded half-even to four places,
    which is what a bill shows, so that everybody recomputes the same fee from the bill.
    """
    years = last.year - first.year
    while _anniversary(first, years) > last + ONE_DAY:
        years -= 1
    start, end = _anniversary(first, years), _anniversary(first, years + 1)
    rest = Fraction((last + ONE_DAY - start).days, (end - start).days)
    return Decimal(years) + Decimal(round(rest * 10_000)) / 10_000


ONE_DAY = datetime.timedelta(days=1)


def _anniversary(first: datetime.date, years: int) -> datetime.date:
    """The same day some years later; 29 February becomes 1 March where there is none."""
    try:
        return first.replace(year=first.year + years)
    except ValueError:
        return datetime.date(first.year + years, 3, 1)


def term_end(first: datetime.date, years: int) -> datetime.date:
    """The last day of a right of whole years."""
    return _anniversary(first, years) - ONE_DAY


def needs_confirmation(*, price_fen: int, reference_fen: int, percent: int) -> bool:
    """Whether a price lies so far above the leading (or start) price that we ask again."""
    return price_fen * 100 > reference_fen * percent
