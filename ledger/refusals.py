"""Why the ledger refused, in words; one class per numbered check of `rules`."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal

ASK_SUPPORT = _("Nothing was booked. Report this number to the system administrator.")


class BadKey(Refusal):
    code = "L101"
    sentence = _("The key of the booking is missing or too long.")
    advice = ASK_SUPPORT


class KeyReused(Refusal):
    code = "L102"
    sentence = _("The key “%(key)s” already stands for another booking.")
    advice = _("Nothing was booked. Open the form anew and check what was booked before.")


class NothingToMove(Refusal):
    code = "L103"
    sentence = _("The booking “%(key)s” moves nothing.")
    advice = _("Enter at least one quantity.")


class AmountNotPositive(Refusal):
    code = "L104"
    sentence = _(
        "The amount %(amount)s of the booking “%(key)s” is not a positive number in range."
    )
    advice = _("Enter a quantity above zero.")


class SameAccount(Refusal):
    code = "L105"
    sentence = _("The booking “%(key)s” moves from an account to itself.")
    advice = _("Choose another holder, lot or card.")


class MovementNotAllowed(Refusal):
    code = "L106"
    sentence = _("An operation of kind %(kind)s may not move from %(source)s to %(target)s.")
    advice = ASK_SUPPORT


class AssetsDiffer(Refusal):
    code = "L107"
    sentence = _("The booking “%(key)s” mixes two pollutants, quota periods or units.")
    advice = _("Book each pollutant and each period on its own.")


class PeriodClosed(Refusal):
    code = "L108"
    sentence = _("The quota period of the booking “%(key)s” is closed.")
    advice = _("Correct it by a new operation in the open period that names the old one.")


class AccountRestricted(Refusal):
    code = "L109"
    sentence = _("The account may not give anything out at present.")
    advice = _("Ask the bureau why the account is restricted.")


class AccountClosed(Refusal):
    code = "L110"
    sentence = _("The receiving account is closed.")
    advice = _("Choose an open account.")


class OutOfRange(Refusal):
    code = "L111"
    sentence = _(
        "The booking “%(key)s” would leave the range of whole numbers the ledger counts in."
    )
    advice = _("Enter a smaller quantity.")


class AccountUnknown(Refusal):
    code = "L112"
    sentence = _("There is no account with the number %(account)s.")
    advice = ASK_SUPPORT


class KindUnknown(Refusal):
    code = "L113"
    sentence = _("There is no kind of operation “%(kind)s”.")
    advice = ASK_SUPPORT


class ApprovalNeeded(Refusal):
    code = "L114"
    sentence = _("An operation of kind %(kind)s needs the approval of a second person.")
    advice = _("Ask for the approval first.")


class InsufficientBalance(Refusal):
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


class HoldIsOver(Refusal):
    code = "L301"
    sentence = _("This hold was already captured or released.")
    advice = _("Open its history to see when and by whom.")


class CaptureTooLarge(Refusal):
    code = "L302"
    sentence = _("More than the held amount cannot be captured.")
    advice = _("Capture at most what is held.")


class AlreadyReversed(Refusal):
    code = "L401"
    sentence = _("This operation is already reversed.")
    advice = _("Open it to see the reversal.")


class NotReversible(Refusal):
    code = "L402"
    sentence = _("An operation of this kind or of this age cannot be reversed.")
    advice = _("Correct it by a new operation.")


class CapTooSmall(Refusal):
    code = "L501"
    sentence = _("More is already issued than this cap.")
    advice = _("Enter a cap of at least what is issued, or take rights back first.")


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
