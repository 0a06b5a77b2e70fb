"""Why an execution report was not taken, in words."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class NothingReported(Refusal):
    code = "P401"
    sentence = _("%(where)s: the actual discharge is not entered.")
    advice = _("Enter the figure; 0 where nothing was discharged.")


class DifferenceUnexplained(Refusal):
    code = "P402"
    sentence = _("%(where)s: the figure differs from what the devices recorded.")
    advice = _("Take the recorded figure, or explain the difference in the note.")


class OverQuantityUnexplained(Refusal):
    code = "P403"
    sentence = _("%(where)s: the discharge of twelve months is over the permitted quantity.")
    advice = _("Say in the note what happened and what was done (Regulation art. 22).")


class GapUnexplained(Refusal):
    code = "P404"
    sentence = _("%(where)s: nothing was recorded on %(days)s days.")
    advice = _("Say in the note whether production stood still or the devices failed.")


class ReportNotCommitted(Refusal):
    code = "P405"
    field = "is_committed"
    sentence = _("The letter of commitment is not given.")
    advice = _("Confirm that the report is true and complete (HJ 944-2018).")


class ReportClosed(Refusal):
    code = "P406"
    sentence = _("This report was handed in at %(at)s and is no longer written in.")
    advice = _("Ask the bureau to send it back if something in it is wrong.")


class ReportNotHandedIn(Refusal):
    code = "P407"
    sentence = _("This report is not handed in, so it cannot be sent back.")
    advice = _("Open it again to see its present state.")


class OverConcentrationUnexplained(Refusal):
    code = "P408"
    sentence = _("%(where)s: the mean concentration is over the permitted one.")
    advice = _("Say in the note what happened and what was done (Regulation art. 22).")
