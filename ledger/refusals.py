"""Why the ledger refused, in words; one class per numbered check of `rules`."""

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal

ASK_SUPPORT = _("Nothing was booked. Report this number to the system administrator.")


class Unbooked(Refusal):
    """A posting was refused; of a batch, all of it, and the first bad item is named."""

    @property
    def said(self) -> str:
        """What is refused and, of a batch, which item is the first bad one."""
        if self.params.get("count", 1) == 1:
            return super().said
        where = say("Item %(item)s of %(count)s, “%(key)s”:") % self.params
        return f"{where} {super().said}"


class BadKey(Unbooked):
    code = "L101"
    sentence = _("The key of the booking is missing or too long.")
    advice = ASK_SUPPORT


class KeyReused(Unbooked):
    code = "L102"
    sentence = _("The key “%(key)s” already stands for another booking.")
    advice = _("Nothing was booked. Open the form anew and check what was booked before.")


class NothingToMove(Unbooked):
    code = "L103"
    sentence = _("The booking “%(key)s” moves nothing.")
    advice = _("Enter at least one quantity.")


class AmountNotPositive(Unbooked):
    code = "L104"
    sentence = _(
        "The amount %(amount)s of the booking “%(key)s” is not a positive number in range."
    )
    advice = _("Enter a quantity above zero.")


class SameAccount(Unbooked):
    code = "L105"
    sentence = _("The booking “%(key)s” moves from an account to itself.")
    advice = _("Choose another holder, lot or card.")


class MovementNotAllowed(Unbooked):
    code = "L106"
    sentence = _("An operation of kind %(kind)s may not move from %(source)s to %(target)s.")
    advice = ASK_SUPPORT


class AssetsDiffer(Unbooked):
    code = "L107"
    sentence = _("The booking “%(key)s” mixes two pollutants, quota periods or units.")
    advice = _("Book each pollutant and each period on its own.")


class PeriodClosed(Unbooked):
    code = "L108"
    sentence = _("The quota period of the booking “%(key)s” is closed.")
    advice = _("Correct it by a new operation in the open period that names the old one.")


class AccountRestricted(Unbooked):
    code = "L109"
    sentence = _("The account may not give anything out at present.")
    advice = _("Ask the bureau why the account is restricted.")


class AccountClosed(Unbooked):
    code = "L110"
    sentence = _("The account is closed: nothing moves in or out.")
    advice = _("Choose an open account, or ask the bureau why it is closed.")


class OutOfRange(Unbooked):
    code = "L111"
    sentence = _(
        "The booking “%(key)s” would leave the range of whole numbers the ledger counts in."
    )
    advice = _("Enter a smaller quantity.")


class AccountUnknown(Unbooked):
    code = "L112"
    sentence = _("There is no account with the number %(account)s.")
    advice = ASK_SUPPORT


class KindUnknown(Unbooked):
    code = "L113"
    sentence = _("There is no kind of operation “%(kind)s”.")
    advice = ASK_SUPPORT


class ApprovalNeeded(Unbooked):
    code = "L114"
    sentence = _("An operation of kind %(kind)s needs the approval of a second person.")
    advice = _("Ask for the approval first.")


class NotYourKind(Unbooked):
    code = "L115"
    status = 403
    sentence = _("Your role may not start operations of kind %(kind)s.")
    advice = _("Ask a person whose role allows it, or switch to another of your roles.")


class WrongDocument(Unbooked):
    code = "L116"
    sentence = _("An operation of kind %(kind)s does not stand on a document “%(document)s”.")
    advice = _("Book it from the document that the table of kinds of operation names.")


class CoolOffRuns(Unbooked):
    code = "L117"
    sentence = _("The cool-off of this operation runs: it may be booked from %(day)s on.")
    advice = _("Wait until that day; until then the request can be taken back.")


class ApprovalNotGiven(Unbooked):
    code = "L118"
    sentence = _("The approval %(approval)s was not given by a second person.")
    advice = _("Wait for the second person's decision, or ask for a new approval.")


class BackdatedTooFar(Unbooked):
    code = "L119"
    sentence = _("The operation would take effect on %(day)s; the earliest day is %(earliest)s.")
    advice = _("Enter a later day, or correct the past by a new operation of today.")


class EffectiveInClosedPeriod(Unbooked):
    code = "L120"
    sentence = _("The operation would take effect on %(day)s, in a closed quota period.")
    advice = _("Correct it by a new operation in the open period that names the old one.")


class CorrectsNothing(Unbooked):
    code = "L121"
    sentence = _("An operation of kind %(kind)s must name the operation that it corrects.")
    advice = _("Open the operation that was wrong and correct it from there.")


class InsufficientBalance(Unbooked):
    code = "L201"
    sentence = _(
        "There is not enough: %(missing)s too little (%(free)s free, in the smallest unit)."
    )
    advice = _("Enter a smaller quantity, or acquire more first.")


class NoQuotaPeriod(Refusal):
    code = "L202"
    sentence = _("There is no quota period of %(region)s on %(day)s.")
    advice = _("An officer must enter the quota period first.")


class LotTooSmall(Refusal):
    code = "L203"
    sentence = _("The lot %(lot)s holds less than the quantity asked for.")
    advice = _("Choose a smaller quantity or another lot.")


class LotTermBad(Refusal):
    code = "L204"
    sentence = _("The lot must end on or after the day it begins and hold a quantity above zero.")
    advice = _("Correct the term or the quantity.")


class LotsDoNotMatch(Refusal):
    code = "L205"
    sentence = _(
        "Only lots of one holder, region, pollutant, basin, end and state of payment that are in"
        " force and have no holds or leased parts can be merged."
    )
    advice = _("Choose lots that agree in all of these.")


class LotHasEnded(Refusal):
    code = "L206"
    sentence = _("The lot %(lot)s has ended, is merged into another or gives nothing any more.")
    advice = _("Open the lot to see where its quantity went.")


class NotALease(Refusal):
    code = "L207"
    sentence = _("The lot %(lot)s is not leased.")
    advice = _("Only a leased lot is given back.")


class NoReplacementRatio(Refusal):
    code = "L208"
    sentence = _("No replacement ratio of %(region)s for %(pollutant)s is in force on %(day)s.")
    advice = _("An officer must enter the ratio with its legal basis first.")


class OtherCity(Refusal):
    code = "L209"
    sentence = _("The lot %(lot)s is a right of another city, which counts in its own periods.")
    advice = _("A deal between cities moves the indicators of both; ask both bureaus.")


class PeriodNotOver(Refusal):
    code = "L210"
    sentence = _("The quota period %(period)s can be closed from %(day)s on.")
    advice = _("Wait until late events can no longer arrive.")


class PeriodHasHolds(Refusal):
    code = "L211"
    sentence = _("%(count)s holds of the quota period %(period)s are still open.")
    advice = _("Capture or release them first.")


class PeriodIsClosed(Refusal):
    code = "L212"
    sentence = _("The quota period %(period)s is closed, and a closed period is never reopened.")
    advice = _("Correct it by a new operation in the open period that names the old one.")


class HoldIsOver(Refusal):
    code = "L301"
    sentence = _("This hold was already captured or released.")
    advice = _("Open its history to see when and by whom.")


class CaptureTooLarge(Refusal):
    code = "L302"
    sentence = _("More than the held amount cannot be captured or released.")
    advice = _("Capture or release at most what is held.")


class HoldExpired(Refusal):
    code = "L303"
    sentence = _("The time of this hold is over; nothing can be captured from it any more.")
    advice = _("Place a new hold if the reason still stands.")


class HoldTooLong(Refusal):
    code = "L304"
    field = "expires_at"
    sentence = _("A hold for “%(purpose)s” lasts at most %(days)s days and needs an end.")
    advice = _("Enter an earlier end.")


class PurposeUnknown(Refusal):
    code = "L306"
    field = "purpose"
    sentence = _("There is no purpose of holds “%(purpose)s”.")
    advice = _("Choose one of the list; the bureau may add its own.")


class AlreadyReversed(Refusal):
    code = "L401"
    sentence = _("This operation is already reversed.")
    advice = _("Open it to see the reversal.")


class NotReversible(Refusal):
    code = "L402"
    sentence = _("An operation of this kind or of this age cannot be reversed.")
    advice = _("Correct it by a new operation.")


class ReversedPeriodClosed(Refusal):
    code = "L403"
    sentence = _("The quota period of this operation is closed: it cannot be reversed.")
    advice = _("Correct it by a new operation in the open period that names the old one.")


class CapTooSmall(Refusal):
    code = "L501"
    sentence = _("More is already issued than this cap.")
    advice = _("Enter a cap of at least what is issued, or take rights back first.")


class RulesOverlap(Refusal):
    code = "L502"
    field = "valid_from"
    sentence = _("For this kind and region a rule already covers this day or a later one.")
    advice = _("Enter a later first day.")


class RatiosOverlap(Refusal):
    code = "L503"
    field = "valid_from"
    sentence = _("For this region and pollutant a ratio already covers this day or a later one.")
    advice = _("Enter a later first day.")


class LimitsOverlap(Refusal):
    code = "L504"
    field = "valid_from"
    sentence = _("A limit already covers this day or a later one.")
    advice = _("Enter a later first day.")


class DaysBackwards(Refusal):
    code = "L901"
    field = "last"
    status = 422
    sentence = _("The last day lies before the first.")
    advice = _("Choose a later last day.")


class DayOutOfRange(Refusal):
    code = "L902"
    field = "first"
    status = 422
    sentence = _("The ledger knows no such day.")
    advice = _("Choose a day between %(first)s and %(last)s.")


class KnownInFuture(Refusal):
    code = "L903"
    field = "known_at"
    status = 422
    sentence = _("This moment has not come yet.")
    advice = _("Leave it empty for what is known now, or choose a past moment.")


class KnownBeforeBegin(Refusal):
    code = "L904"
    field = "known_at"
    status = 422
    sentence = _("At that moment nothing was known of the days asked for.")
    advice = _("Choose a moment on or after %(first)s, or earlier days.")


class TooLongForPaper(Refusal):
    code = "L905"
    status = 422
    sentence = _("The statement has more than %(most)s movements: too many for paper.")
    advice = _("Choose fewer days, or take the CSV or .xlsx file, which have no limit.")


class EnterpriseNotFound(Refusal):
    code = "L906"
    field = "enterprise"
    status = 422
    sentence = _("No enterprise within your reach is called “%(name)s”, or several are.")
    advice = _("Enter the whole name or the 18 characters of the credit code.")


class ProofKeyMissing(Refusal):
    code = "L951"
    sentence = _("The proof log's key %(path)s is missing or is not the key in force (%(key)s).")
    advice = _("Bring the file back from its backup; without it no checkpoint can be signed.")


class LogForked(Refusal):
    code = "L952"
    sentence = _(
        "The proof log no longer continues the checkpoint of size %(kept)s that was signed before;"
        " it now has %(size)s entries."
    )
    advice = _(
        "The database was set back or changed. Sign nothing; restore the newest backup and compare."
    )


class WitnessRefused(Refusal):
    code = "L953"
    sentence = _("This is not a log, key or witness that can be entered: %(why)s")
    advice = _("Copy the line with the public key exactly as its owner publishes it.")


class ReceiptWaits(Refusal):
    code = "L954"
    sentence = _("What this receipt is to prove has not yet got its place in the proof log.")
    advice = _("Try again in a few seconds.")


class StatementNotSealed(Refusal):
    code = "L955"
    sentence = _("These days make no statement, so nothing was sealed.")
    advice = _("Go back, correct the days and seal the statement from its page.")
