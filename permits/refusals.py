"""Why a permit act was refused, in words."""

from django.utils.translation import gettext_lazy as _

from permits.models.applications import STATE_NAMES, STEP_NAMES
from permits.rules import State, Step
from shell.refusals import Refusal


class StepNotOpen(Refusal):
    code = "P101"
    sentence = _("“%(step)s” is not possible: the application is “%(state)s”.")
    advice = _("Open the application again to see its present state.")

    def __init__(self, *, state: str, step: str) -> None:
        super().__init__(state=STATE_NAMES[State(state)], step=STEP_NAMES[Step(step)])


class OneCorrectionOnly(Refusal):
    code = "P102"
    sentence = _("A correction notice was already sent for this application.")
    advice = _("The law allows one notice naming all gaps (Regulation art. 9): accept or decide.")


class StaleEdit(Refusal):
    code = "P103"
    sentence = _("%(who)s saved this after you opened it. Changed since: %(changes)s.")
    advice = _("Open it again, compare, and enter your changes once more.")


class QuantityAtGeneralOutlet(Refusal):
    code = "P104"
    sentence = _("Outlet %(outlet)s is a general outlet and carries no quantity for %(pollutant)s.")
    advice = _("Leave the yearly quantity empty; give the concentration only (HJ 942-2018).")


class QuantityMissing(Refusal):
    code = "P105"
    sentence = _("Main outlet %(outlet)s has no yearly quantity for %(pollutant)s.")
    advice = _("Enter the quantity per year, or clear the whole line (HJ 942-2018).")


class WrongMedium(Refusal):
    code = "P106"
    sentence = _("%(pollutant)s does not belong to the medium of outlet %(outlet)s.")
    advice = _("Choose water pollutants at DW outlets and air pollutants at DA outlets.")


class LimitTwice(Refusal):
    code = "P107"
    sentence = _("%(pollutant)s stands twice at outlet %(outlet)s.")
    advice = _("Keep one line.")


class NoLimits(Refusal):
    code = "P108"
    sentence = _("The application names no outlet with a limit.")
    advice = _("Add an outlet and enter concentration and quantity.")


class ConcentrationMissing(Refusal):
    code = "P109"
    sentence = _("%(pollutant)s at outlet %(outlet)s has no usable concentration.")
    advice = _("Enter a number above 0 in mg/L (water) or mg/m³ (air).")


class PermitNoWithoutForm(Refusal):
    code = "P110"
    field = "mark"
    sentence = _("%(permit_no)s does not have the form of a permit number (HJ 608).")
    advice = _("Enter one digit or capital letter as the mark, as the platform assigned it.")


class PermitNoTaken(Refusal):
    code = "P111"
    field = "mark"
    sentence = _("The site's permit already has the number %(permit_no)s.")
    advice = _("Keep the mark of the present number.")


class SiteHasPermit(Refusal):
    code = "P112"
    field = "kind"
    sentence = _("The site already has the valid permit %(permit_no)s.")
    advice = _("Choose change, renewal or re-application.")


class NoValidPermit(Refusal):
    code = "P113"
    field = "kind"
    sentence = _("The site has no valid permit.")
    advice = _("Choose first application.")


class OutletOfOtherSite(Refusal):
    code = "P114"
    sentence = _("An outlet in the list does not belong to the site.")
    advice = _("Open the form again and use the outlets it shows.")


class QuantityLowered(Refusal):
    code = "P115"
    sentence = _("The yearly quantity of %(pollutant)s would fall below what is already granted.")
    advice = _(
        "Have the surplus taken back first: on the lot's page the bureau takes it back into the"
        " reserve. Then re-apply."
    )


class ReasonMissing(Refusal):
    code = "P116"
    field = "opinion"
    sentence = _("“%(step)s” needs a reason in writing.")
    advice = _("Say why, so that the applicant can understand it.")

    def __init__(self, *, step: str) -> None:
        super().__init__(step=STEP_NAMES[Step(step)])


class ApplicationIsOpen(Refusal):
    code = "P117"
    sentence = _("The site already has an open application.")
    advice = _("Finish or withdraw it first.")


class QuantityOutOfRange(Refusal):
    code = "P118"
    sentence = _("The yearly quantity of %(pollutant)s at outlet %(outlet)s is out of range.")
    advice = _("Enter a quantity above 0; check the unit (t per year).")


class SiteNoTaken(Refusal):
    code = "P119"
    field = "site_no"
    sentence = _("The enterprise already has a site %(site_no)s.")
    advice = _("Use the next free number.")


class OutletCodeTaken(Refusal):
    code = "P120"
    field = "code"
    sentence = _("The site already has an outlet %(code)s.")
    advice = _("Use the next free number.")


class VotesMissing(Refusal):
    code = "P121"
    sentence = _("Not every member called has voted.")
    advice = _("Wait for the missing votes.")


class NotOnPanel(Refusal):
    code = "P122"
    sentence = _("You are not called to this collective review.")
    advice = _("Only the members called may vote.")


class VoteCast(Refusal):
    code = "P123"
    sentence = _("Your vote is already cast.")
    advice = _("A vote is not changed afterwards.")


class ClockState(Refusal):
    code = "P124"
    sentence = _("The legal clock is already stopped, or is not stopped at all.")
    advice = _("Open the application again to see its clock.")


class ChangeTouchesLimits(Refusal):
    code = "P125"
    sentence = _("A change or re-issue keeps outlets, pollutants and quantities as they are.")
    advice = _("Re-apply for other limits (Regulation art. 15).")


class KeyReused(Refusal):
    code = "P126"
    sentence = _("This form was already used for something else.")
    advice = _("Open the page again and send it once.")


class PermitNotValid(Refusal):
    code = "P127"
    sentence = _("The permit is “%(state)s”.")
    advice = _("Only a valid permit can be ended.")


class TermMissing(Refusal):
    code = "P128"
    sentence = _("No legal term is on record for “%(act)s” in this region on %(day)s.")
    advice = _("Enter the term with its legal basis in the table of legal clocks.")


class CommitmentMissing(Refusal):
    code = "P129"
    field = "is_committed"
    sentence = _("The letter of commitment is not given.")
    advice = _("Confirm that all entries are true and complete (Regulation art. 7).")


class PanelEmpty(Refusal):
    code = "P130"
    field = "members"
    sentence = _("No member is called to the collective review.")
    advice = _("Choose the members.")


class NothingDecided(Refusal):
    code = "P131"
    sentence = _("There is no standing decision to carry out.")
    advice = _("Open the application again to see its present state.")


class EndingNotOpen(Refusal):
    code = "P132"
    sentence = _("This proposal is already decided.")
    advice = _("Open the permit to see what was decided.")


class RenewalIsPending(Refusal):
    code = "P133"
    sentence = _("A renewal asked for in time is not decided yet, so the permit does not expire.")
    advice = _("Decide the renewal (Administrative Licensing Law art. 50).")


class NoCertificate(Refusal):
    code = "P134"
    sentence = _("The permit is “%(state)s”; no new certificate is made for it.")
    advice = _("Open the verification page to see the permit's present state.")


class CodeWithoutForm(Refusal):
    code = "P135"
    field = "code"
    sentence = _("%(code)s is not an outlet code for this medium (HJ 608).")
    advice = _("Write DW and three digits for water, DA and three digits for air.")


class SiteNoWithoutForm(Refusal):
    code = "P136"
    field = "site_no"
    sentence = _("%(site_no)s is not a site number.")
    advice = _("Write three digits from 001 to 999.")


class OutletIsFixed(Refusal):
    code = "P137"
    sentence = _("Outlet %(code)s stands in a permit; its kind and medium stay as they are.")
    advice = _("Re-apply for the permit to change an outlet (Regulation art. 15).")


class DoubtfulCreditCode(Refusal):
    code = "P138"
    sentence = _("The credit code's check character does not fit (GB 32100).")
    advice = _("Compare it with the business licence; early legal codes may fail the check.")


class LateRenewal(Refusal):
    code = "P139"
    sentence = _("The renewal was handed in later than the law asks before the term's end.")
    advice = _("Decide before the term ends, or state why not (Regulation art. 14).")


class EnterpriseUnknown(Refusal):
    code = "P140"
    field = "uscc"
    sentence = _("No enterprise in your region has the credit code %(uscc)s.")
    advice = _("Check the code, or register the enterprise first.")
