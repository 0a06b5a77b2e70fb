"""What trading tells enterprises, each in both languages with the page it is about."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from parties.services import Told
from shell.figures import day, yuan
from trading.models import Bill, SignUp
from trading.rules import SignUpState


def bill_made(bill: Bill) -> Told:
    """A new bill, with its sum and due date."""

    def say() -> str:
        return _("Bill %(bill)s over %(amount)s yuan is to be paid by %(day)s.") % {
            "bill": bill.bill_no,
            "amount": yuan(bill.amount),
            "day": day(bill.due_date),
        }

    return Told(bill.enterprise, say, reverse("bill", args=[bill.pk]))


def bill_overdue(bill: Bill) -> Told:
    """A due date that has passed."""

    def say() -> str:
        return _("Bill %(bill)s was to be paid by %(day)s; %(amount)s yuan are open.") % {
            "bill": bill.bill_no,
            "day": day(bill.due_date),
            "amount": yuan(bill.open_amount),
        }

    return Told(bill.enterprise, say, reverse("bill", args=[bill.pk]), tone="red")


def sign_up_decided(sign_up: SignUp) -> Told:
    """The qualification check: passed, with the deposit to pay, or refused, with the reason."""

    def say() -> str:
        words = {"no": sign_up.auction.auction_no}
        if sign_up.state == SignUpState.REFUSED:
            return _("Your sign-up for auction %(no)s was refused: %(reason)s") % {
                **words,
                "reason": sign_up.refusal_reason,
            }
        return _("You are qualified for auction %(no)s; the deposit of %(amount)s yuan is due.") % {
            **words,
            "amount": yuan(sign_up.deposit),
        }

    tone = "red" if sign_up.state == SignUpState.REFUSED else "yellow"
    return Told(sign_up.enterprise, say, auction_page(sign_up), tone=tone)


def rounds_over(sign_ups: Iterable[SignUp]) -> list[Told]:
    """The end of a round: won, or the deposit goes back."""
    return [round_over(sign_up) for sign_up in sign_ups]


def round_over(sign_up: SignUp) -> Told:
    """What the end of a round means for one bidder."""
    has_won = sign_up.state == SignUpState.WON

    def say() -> str:
        words = {"no": sign_up.auction.auction_no, "amount": yuan(sign_up.deposit)}
        if has_won:
            return _("You won in auction %(no)s. Pay the bill in time.") % words
        return _("Auction %(no)s is over; your deposit of %(amount)s yuan goes back.") % words

    return Told(
        sign_up.enterprise, say, auction_page(sign_up), tone="yellow" if has_won else "neutral"
    )


def auction_page(sign_up: SignUp) -> str:
    """The auction's public page, which shows the own sign-up."""
    return reverse("auction", args=[sign_up.auction_id])
