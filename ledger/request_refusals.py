"""Why a request about the ledger was refused, in words; see `refusals`."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class PurposeNotRestricted(Refusal):
    code = "L307"
    sentence = _("An account of this purpose is never restricted: it records what happened.")
    advice = _("Restrict the accounts with rights or money of the holder.")


class RestrictionUnchanged(Refusal):
    code = "L308"
    field = "restriction"
    sentence = _("The account has this restriction already.")
    advice = _("Choose another restriction.")


class RequestIsPending(Refusal):
    code = "L601"
    sentence = _("A request about this is already waiting.")
    advice = _("Wait for the second person's decision, or take the request back.")


class RequestNotOpen(Refusal):
    code = "L602"
    sentence = _("This request is already decided or taken back.")
    advice = _("Open it to see what was decided and by whom.")


class RequestNotDue(Refusal):
    code = "L603"
    sentence = _("The cool-off of this request runs until %(day)s.")
    advice = _("Wait until that day; until then the request can be taken back.")
