"""Why card-swipe discharge refused, in words; one class per number.

C1xx are verdicts on frames, C2xx cards and vouchers, C3xx alarms and valves, C4xx regulation.
"""

from django.utils.translation import gettext_lazy as _

from cardswipe import passwords
from shell.refusals import Refusal


class CardIsLost(Refusal):
    code = "C201"
    sentence = _("The card %(card)s is reported lost and blocked.")
    advice = _("Replace the card, or report it found, then try again.")


class CardStateForbids(Refusal):
    code = "C202"
    sentence = _("The card %(card)s is in a state in which this is not possible.")
    advice = _("Open the card to see its state and history.")


class ChipInUse(Refusal):
    code = "C203"
    field = "physical_no"
    sentence = _("The chip number %(physical_no)s already belongs to a card.")
    advice = _("Check the number printed on the chip, or take another card.")


class ControllerOfAnother(Refusal):
    code = "C204"
    field = "controller"
    sentence = _("The controller %(mn)s stands at another enterprise's outlet.")
    advice = _("Choose a controller of the card's own enterprise.")


class ControllerHasCard(Refusal):
    code = "C205"
    field = "controller"
    sentence = _("The controller %(mn)s is already bound to the card %(card)s.")
    advice = _("Unbind that card first: a controller debits one card at a time.")


class PeriodIsOver(Refusal):
    code = "C206"
    field = "period"
    sentence = _("The quota period %(period)s is over or closed.")
    advice = _("Choose the present quota period.")


class NoPermitForPollutant(Refusal):
    code = "C207"
    sentence = _("No permit in force limits %(pollutant)s for this enterprise.")
    advice = _("Have the permit issued, renewed or changed first.")


class NotEnoughAvailable(Refusal):
    code = "C208"
    sentence = _(
        "%(pollutant)s (%(period)s): %(asked)s asked for, but only %(available)s are available."
    )
    advice = _("Enter at most %(available)s, or acquire rights first.")


class OnlyUnpaidAvailable(Refusal):
    code = "C209"
    sentence = _(
        "%(pollutant)s (%(period)s): %(asked)s asked for, but of the paid lots only "
        "%(available)s are available; %(unpaid)s more lie in lots that are not paid (%(basis)s)."
    )
    advice = _("Pay the bill of the lot first, or enter at most %(available)s.")


class NothingToLoad(Refusal):
    code = "C210"
    sentence = _("No quantity was entered.")
    advice = _("Enter at least one quantity above zero.")


class VoucherFormUsed(Refusal):
    code = "C211"
    sentence = _("This form was already sent with other quantities (voucher %(voucher)s).")
    advice = _("Open the form anew.")


class MoreThanOnCard(Refusal):
    code = "C212"
    sentence = _("%(pollutant)s: the card holds only %(held)s.")
    advice = _("Enter at most %(held)s.")


class BindingMissing(Refusal):
    code = "C213"
    sentence = _("The controller %(mn)s is not bound to this card.")
    advice = _("Open the card to see its controllers.")


class EnterpriseIsClosed(Refusal):
    code = "C214"
    field = "enterprise"
    sentence = _("The enterprise is closed.")
    advice = _("Cards are issued to enterprises in operation only.")


class NoPeriodLeft(Refusal):
    code = "C215"
    field = "mode"
    sentence = _("The lots reach into no further quota period.")
    advice = _("Load by year into the present period.")


class LossBeforeIssue(Refusal):
    code = "C216"
    field = "lost_at"
    sentence = _("The time of loss lies before the card's issue or in the future.")
    advice = _("Enter when the card was last seen.")


class SameSource(Refusal):
    code = "C231"
    field = "target"
    sentence = _("Source and target are the same.")
    advice = _("Choose another month or card to move the quantity to.")


class MonthOutsidePeriod(Refusal):
    code = "C232"
    field = "target"
    sentence = _(
        "Of this pollutant there is no plan for that month in the quota period %(period)s."
    )
    advice = _("Choose months of the quota period in which you hold a quota.")


class MonthIsOver(Refusal):
    code = "C233"
    field = "target"
    sentence = _("The month %(month)s is over.")
    advice = _("Choose the present month or a later one.")


class MonthHasTooLittle(Refusal):
    code = "C234"
    field = "quantity"
    sentence = _("%(pollutant)s: the plan of %(month)s has only %(left)s left.")
    advice = _("Enter at most %(left)s.")


class CardOfAnother(Refusal):
    code = "C235"
    field = "target"
    sentence = _("The card %(card)s belongs to another enterprise.")
    advice = _("Quantity moves between cards of one enterprise; rights are sold by a transfer.")


class ReallocationNotOpen(Refusal):
    code = "C236"
    sentence = _("This application is already decided or taken back.")
    advice = _("Open it to see its state.")


class LotGivesNothing(Refusal):
    code = "C237"
    field = "lots"
    sentence = _("A chosen lot has nothing left of what is to be loaded.")
    advice = _("Choose lots of the pollutants you load, or none: then the first to expire serves.")


class BatchIsSettled(Refusal):
    code = "C238"
    sentence = _("This off-line batch is already settled.")
    advice = _("Open it to see by whom and why.")


class RuleOverlaps(Refusal):
    code = "C401"
    field = "valid_from"
    sentence = _("Another row of the same kind already holds from %(first)s to %(last)s.")
    advice = _("Choose a later first day, or end that row before this one begins.")


class RuleEndsTooEarly(Refusal):
    code = "C402"
    field = "last_day"
    sentence = _("The row cannot end before %(day)s.")
    advice = _("Regulation is never taken back: choose that day or a later one.")


class RuleHasEnded(Refusal):
    code = "C403"
    field = "last_day"
    sentence = _("The row ends on %(day)s already.")
    advice = _("Choose an earlier day, or leave it as it is.")


class NothingDebited(Refusal):
    code = "C404"
    sentence = _("The event debited nothing that could be corrected.")
    advice = _("Only booked events are corrected, and only while a quota period is open.")


class CorrectionPending(Refusal):
    code = "C405"
    sentence = _("A correction of this event already waits for the ledger.")
    advice = _("Let it be decided, or take it back; then ask anew.")


class NothingToCorrect(Refusal):
    code = "C406"
    sentence = _("These are the quantities that are booked already.")
    advice = _("Enter at least one quantity that differs.")


class LoadNotDebited(Refusal):
    code = "C407"
    sentence = _("The event debits no %(pollutant)s.")
    advice = _("Only pollutants whose quantity the permit limits are debited and corrected.")


class OwnNeedsController(Refusal):
    code = "C408"
    field = "source"
    sentence = _("No controller stands at this outlet.")
    advice = _("Register its controller first; our integral needs the minute data that it sends.")


class NoGasHere(Refusal):
    code = "C409"
    sentence = _("This outlet discharges water: its figures have no state of a gas.")
    advice = _("Only outlets of waste gas (DA001 …) have such a row.")


class AlarmIsHandled(Refusal):
    code = "C301"
    sentence = _("This alarm is already handled.")
    advice = _("Open it to see by whom and how.")


class OrderCannotMove(Refusal):
    code = "C302"
    sentence = _("A valve order cannot go from %(state)s to %(to)s.")
    advice = _("Open the order to see its present state.")


class ValveHasOrder(Refusal):
    code = "C303"
    sentence = _("The valve of %(mn)s already has an open order.")
    advice = _("Wait until it is carried out, failed or refused.")


class DecisionMissing(Refusal):
    code = "C305"
    status = 422
    sentence = _("It is not said whether you grant or refuse.")
    advice = _("Open the page again and press one of the two buttons.")


class HandlingMissing(Refusal):
    code = "C304"
    field = "handling"
    sentence = _("It is not said what was done.")
    advice = _("Write in a sentence what was found and done.")


class PasswordNotAllowed(Refusal):
    code = "C152"
    field = "password"
    sentence = _("A password (PW) is one to 24 letters A–Z and digits.")
    advice = _("HJ 212 cannot carry any other character in PW.")


WEAKNESS_NAMES = {
    passwords.SHORT: _("it is shorter than six characters"),
    passwords.USUAL: _("it is one that devices are delivered with"),
    passwords.ROW: _("its characters repeat or follow each other"),
    passwords.OF_MN: _("it is part of the MN"),
}


class PasswordWeak(Refusal):
    code = "C154"
    field = "password"
    sentence = _("This password (PW) is too easy to guess: %(why)s.")
    advice = _("Take six letters and digits without order, and set them at the device first.")


class OutletHasController(Refusal):
    code = "C155"
    field = "outlet"
    sentence = _("At this outlet already stands the controller %(mn)s; both would debit.")
    advice = _(
        "Stop that one first if it is replaced. If both shall stand here, tick so and register."
    )


class KeyNotAllowed(Refusal):
    code = "C153"
    field = "sm4_key"
    sentence = _("An SM4 key is 32 hexadecimal digits, or nothing.")
    advice = _("Enter the 128-bit key as 32 digits 0–9 and A–F.")


class RequestOfOtherVersion(Refusal):
    code = "C160"
    field = "kind"
    sentence = _("HJ 212 of %(version)s does not know this command.")
    advice = _("Choose another command; the controller's version stands in its registration.")


class RequestFieldWrong(Refusal):
    code = "C161"
    sentence = _("A field of the command is missing or not as HJ 212 has it: %(field)s.")
    advice = _("Correct the field; the hint beside it says what is allowed.")


class HistoryTooLong(Refusal):
    code = "C162"
    field = "end"
    sentence = _("The end lies before the begin, or more than %(days)s days behind it.")
    advice = _("Ask for at most %(days)s days at a time.")


class CommandCannotMove(Refusal):
    code = "C163"
    sentence = _("The command is in the state %(state)s and cannot become %(to)s.")
    advice = _("Open the command to see how it ended.")


class KeyMissing(Refusal):
    code = "C165"
    sentence = _("This controller has no SM4 key, under which a new one could travel.")
    advice = _("Enter the initial key, registered with the ministry, in its registration first.")


class NoVoucherMessage(Refusal):
    code = "C166"
    field = "kind"
    sentence = _("The device profile %(profile)s has no message for vouchers.")
    advice = _("The controller learns of the voucher with its next swipe.")


class ProfileNameTaken(Refusal):
    code = "C170"
    field = "name"
    sentence = _("Another device profile is called so.")
    advice = _("Choose another name, or change that profile.")


class ProfileNumbersAlike(Refusal):
    code = "C171"
    sentence = _("Two messages of the profile would have the same command number.")
    advice = _("Give each message of one direction a number of its own.")


class ProfileInUse(Refusal):
    code = "C172"
    field = "last_day"
    sentence = _("%(count)s controllers in use speak this profile after %(day)s.")
    advice = _("Give them another profile, or stop them, first.")


class ProfileEndsTooEarly(Refusal):
    code = "C173"
    field = "last_day"
    sentence = _("The profile cannot end before %(day)s.")
    advice = _("Choose that day or a later one.")


class NotForThisRole(Refusal):
    code = "C164"
    field = "kind"
    sentence = _("Only a device engineer may change settings of a device.")
    advice = _("Ask the device engineer of your bureau.")
