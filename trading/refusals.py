"""Why trading refused, in words; numbers as in `rules` and `formats`."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal

# --- T1xx: fees and bills ---


class DiscountOutOfRange(Refusal):
    code = "T101"
    field = "discount"
    sentence = _("The share to be paid, %(discount)s, does not lie between 0 and 1.")
    advice = _("Enter 1 for the whole fee, 0.3 for 30 %%.")


class SumBeyondBelief(Refusal):
    code = "T102"
    sentence = _("The sum of %(amount)s yuan is larger than any bill can be.")
    advice = _("Check the quantity and the price.")


class StandardsOverlap(Refusal):
    code = "T103"
    field = "valid_from"
    sentence = _("Another row for the same region and subject is already in force on these days.")
    advice = _("Let the new row begin after the last one that stands.")


class NoFeeStandard(Refusal):
    code = "T104"
    sentence = _("There is no fee standard for %(pollutant)s in %(region)s on %(day)s.")
    advice = _("Enter the fee standard with its legal basis first.")


class DiscountNeedsBasis(Refusal):
    code = "T105"
    field = "note"
    sentence = _("A share below 1 needs the document that allows it.")
    advice = _("Enter the document in the note.")


class LotNotBillable(Refusal):
    code = "T106"
    field = "lots"
    sentence = _(
        "The lot %(lot)s cannot be billed: it is paid, already billed, or not of this enterprise."
    )
    advice = _("Reload the list of unpaid lots.")


class NothingToBill(Refusal):
    code = "T107"
    field = "lots"
    sentence = _("No lot is chosen, or the fee comes to nothing.")
    advice = _("Choose at least one unpaid lot.")


class DueDatePassed(Refusal):
    code = "T108"
    field = "due_date"
    sentence = _("The bill would be due before it is issued.")
    advice = _("Choose today or a later day.")


class BillNotCancellable(Refusal):
    code = "T109"
    sentence = _("Money has come in for this bill, or it belongs to an auction.")
    advice = _("Only an unpaid fee bill can be cancelled.")


# --- T2xx: payments ---


class ReferenceReused(Refusal):
    code = "T201"
    field = "bank_reference"
    sentence = _("This bank reference already stands for another payment.")
    advice = _("Check the bank statement; each transfer has its own reference.")


class NothingToPay(Refusal):
    code = "T202"
    sentence = _("The bill %(bill)s is paid or cancelled.")
    advice = _("Check the bill number on the transfer.")


class PaidTooMuch(Refusal):
    code = "T203"
    field = "amount"
    sentence = _("%(amount)s yuan is more than the %(open)s yuan still to be paid.")
    advice = _("Record at most what is open and send the rest back.")


class PaidInFuture(Refusal):
    code = "T204"
    field = "paid_on"
    sentence = _("A payment cannot lie in the future.")
    advice = _("Enter the day on the bank statement.")


class AmountNotDeposit(Refusal):
    code = "T205"
    field = "amount"
    sentence = _("The deposit is %(deposit)s yuan, not %(amount)s yuan.")
    advice = _("A deposit counts only when it is paid whole; send another sum back.")


class PriceNotPaid(Refusal):
    code = "T206"
    sentence = _("The price is not paid yet: %(open)s yuan of bill %(bill)s is open.")
    advice = _("The right is delivered as soon as the price is in.")


class NotYetOverdue(Refusal):
    code = "T207"
    sentence = _("The winner may pay until %(day)s.")
    advice = _("Default can be declared from the day after.")


# --- T30x: rules of the formats ---


class BidBelowFloor(Refusal):
    code = "T301"
    field = "price"
    sentence = _("The price %(price)s is below the start price %(floor)s.")
    advice = _("Bid at least %(floor)s yuan per t per year.")


class BidOffStep(Refusal):
    code = "T302"
    field = "price"
    sentence = _("The price %(price)s is not the start price plus whole steps of %(step)s.")
    advice = _("Choose %(floor)s yuan plus a multiple of %(step)s yuan.")


class TooManyBids(Refusal):
    code = "T303"
    sentence = _("All %(max_bids)s bids of this round are used.")
    advice = _("Your last bid stands.")


class BidAfterClose(Refusal):
    code = "T304"
    sentence = _("The round closed at %(closes_at)s; this bid came later.")
    advice = _(
        "The bids placed before the close count. The result is published on the auction's page."
    )


class BidBeforeOpen(Refusal):
    code = "T305"
    sentence = _("The round opens at %(opens_at)s.")
    advice = _("Come back when the round is open.")


class BidOverSupply(Refusal):
    code = "T306"
    field = "quantity"
    sentence = _("The quantity %(quantity)s t is more than the %(supply)s t for sale.")
    advice = _("Bid for at most %(supply)s t per year.")


class BidOffLot(Refusal):
    code = "T307"
    field = "quantity"
    sentence = _(
        "The quantity %(quantity)s t is zero or not a whole number of lots of %(lot_size)s t."
    )
    advice = _("Choose a multiple of %(lot_size)s t.")


class NumberUnreadable(Refusal):
    code = "T308"
    sentence = _("“%(value)s” is not a plain decimal number.")
    advice = _("Use digits 0–9 and at most one point: 4.048.")


class BidIdReused(Refusal):
    code = "T309"
    sentence = _("This bid id was used before.")
    advice = _("Give each bid its own id.")


# --- T31x: the life of an auction ---


class AuctionStepNotAllowed(Refusal):
    code = "T310"
    sentence = _("The present state of the auction does not allow this step.")
    advice = _("Reload the page to see the present state.")


class SignUpStepNotAllowed(Refusal):
    code = "T311"
    sentence = _("The present state of the sign-up does not allow this step.")
    advice = _("Reload the page to see the present state.")


class CalendarOutOfOrder(Refusal):
    code = "T312"
    field = "opens_at"
    sentence = _("Sign-up must begin before it ends, and end before the round opens and closes.")
    advice = _("Put the four times in order.")


class NoticeTooShort(Refusal):
    code = "T313"
    field = "opens_at"
    sentence = _("The notice must stand at least %(days)s days before the round opens.")
    advice = _("Move the round to a later day.")


class NoAuctionStandard(Refusal):
    code = "T314"
    sentence = _("There is no auction standard in force in %(region)s on %(day)s.")
    advice = _("Enter deposit, notice and payment terms with their legal basis first.")


class LotAlreadyOffered(Refusal):
    code = "T315"
    field = "lot"
    sentence = _("The lot is already in another auction.")
    advice = _("Finish or stop that auction first, or choose another lot.")


class LotNotSaleable(Refusal):
    code = "T316"
    field = "lot"
    sentence = _(
        "The lot %(lot)s is not in the reserve, holds too little or does not cover the term."
    )
    advice = _(
        "Choose a reserve lot that holds the quantity from the first to the last day of the right."
    )


class RoundNotOver(Refusal):
    code = "T317"
    sentence = _("The round runs until %(closes_at)s.")
    advice = _("An auction closes at its announced time, or is stopped by two persons.")


class TermsAreFixed(Refusal):
    code = "T318"
    sentence = _("The terms are fixed once the auction has left the draft.")
    advice = _("Stop this auction and draft a new one.")


class ReasonMissing(Refusal):
    code = "T319"
    field = "reason"
    sentence = _("This act needs a reason; it will be on record.")
    advice = _("Say in a sentence why.")


# --- T32x: kits ---


class FormatUnknown(Refusal):
    code = "T320"
    field = "format"
    sentence = _("There is no auction format “%(format)s”.")
    advice = _("Choose one of the formats with a published rulebook.")


class SupplyMissing(Refusal):
    code = "T321"
    field = "quantity"
    sentence = _("Nothing is for sale: the quantity is %(quantity)s.")
    advice = _("Enter the quantity for sale.")


class ParamBad(Refusal):
    code = "T322"
    sentence = _("The parameter %(name)s is unknown to this format or out of range.")
    advice = _("See the rulebook of the format for its parameters.")


# --- T33x: who may bid ---


class NotQualified(Refusal):
    code = "T330"
    sentence = _("Your enterprise is not admitted to this auction.")
    advice = _("Sign up with the consent slip of your bureau and wait for the qualification check.")


class BidKeyReused(Refusal):
    code = "T331"
    sentence = _("This bid form was already used for another bid.")
    advice = _("Reload the page and bid again; the first bid stands.")


class DepositMissing(Refusal):
    code = "T332"
    sentence = _("The deposit of %(deposit)s yuan has not come in.")
    advice = _("Transfer the deposit; finance admits you as soon as it is there.")


class OwnStaffBids(Refusal):
    code = "T333"
    sentence = _("Staff of a bureau cannot sign up or bid.")
    advice = _("Another person of the enterprise must act.")


class OverSignedUpQuantity(Refusal):
    code = "T334"
    field = "quantity"
    sentence = _("The quantity %(quantity)s t is more than the %(signed_up)s t you signed up for.")
    advice = _("Your deposit covers %(signed_up)s t per year; bid for at most that.")


class SignUpClosed(Refusal):
    code = "T335"
    sentence = _("Sign-up is open from %(start)s to %(end)s.")
    advice = _("Sign up inside these times.")


class AlreadySignedUp(Refusal):
    code = "T336"
    sentence = _("Your enterprise has already signed up, or the consent slip was used before.")
    advice = _("Open your sign-up to see its state.")


class ConfirmHighPrice(Refusal):
    code = "T337"
    field = "confirmed"
    status = 422
    sentence = _("The price %(price)s is far above the leading price %(leading)s.")
    advice = _("If you mean it, tick “I mean this bid” and send it again.")


class ConfirmLowerBid(Refusal):
    code = "T338"
    field = "confirmed"
    status = 422
    sentence = _(
        "Your bid of %(price)s yuan for %(quantity)s t stands; this one would take its place and"
        " is lower."
    )
    advice = _("If you mean it, tick “I mean this bid” and send it again.")


class ConfirmSameBid(Refusal):
    code = "T339"
    field = "confirmed"
    status = 422
    sentence = _(
        "This is the bid that stands for you already: price and quantity do not change, it would"
        " use up one of your bids and come later in the order."
    )
    advice = _("Nothing needs to be done. To send it all the same, tick “I mean this bid”.")


# --- T4xx: the reserve ---


class DocumentUsed(Refusal):
    code = "T401"
    field = "document_no"
    sentence = _(
        "The document %(document)s was already entered for this pollutant with other figures."
    )
    advice = _("Open the reserve to see what it brought.")


class NotMass(Refusal):
    code = "T402"
    field = "pollutant"
    sentence = _("Rights are sold by mass; %(pollutant)s is not counted in mass.")
    advice = _("Choose a pollutant counted in t.")


class LotIsOnSale(Refusal):
    code = "T403"
    sentence = _("The lot %(lot)s is offered in auction %(auction)s, which is not settled.")
    advice = _("Wait until the auction is settled, or stop it first.")
