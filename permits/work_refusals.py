"""Why a paper, a section or a step of the review was refused, in words."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class FileTypeUnknown(Refusal):
    code = "P150"
    field = "file"
    sentence = _("%(name)s is not of a kind that is taken.")
    advice = _("Send PDF, PNG, JPEG, Word (.docx) or Excel (.xlsx) files.")


class FileIsOther(Refusal):
    code = "P151"
    field = "file"
    sentence = _("The content of %(name)s is not what its name says.")
    advice = _("Open the file, save it again in the format of its name, and send that.")


class FileTooLarge(Refusal):
    code = "P152"
    field = "file"
    sentence = _("%(name)s is larger than %(most)s MB.")
    advice = _("Scan at a lower resolution, or send it in parts.")


class FilesTooLarge(Refusal):
    code = "P153"
    field = "file"
    sentence = _("The enterprise keeps %(used)s MB already; together at most %(most)s MB.")
    advice = _("Take out files of drafts that are no longer needed, or ask the bureau.")


class FileEmpty(Refusal):
    code = "P154"
    field = "file"
    sentence = _("%(name)s is empty.")
    advice = _("Open the file to see whether it was saved, then send it again.")


class FileIsActive(Refusal):
    code = "P155"
    field = "file"
    sentence = _("%(name)s holds macros, scripts or other files.")
    advice = _("Print it to PDF without them and send that.")


class NoAttachmentRule(Refusal):
    code = "P156"
    sentence = _("No size of attachments is on record for %(day)s.")
    advice = _("Enter the rule on the page of permit regulation.")


class FileIsGone(Refusal):
    code = "P157"
    sentence = _("The stored file %(name)s is missing or was altered.")
    advice = _("Tell the administrator to restore it from the backup; it is not handed out.")


class AnswersMissing(Refusal):
    code = "P158"
    sentence = _("Before the decision these answers are still missing: %(what)s.")
    advice = _("Wait for the answers, or enter them if they came on paper.")


class DutyMissing(Refusal):
    code = "P159"
    sentence = _("Not yet on file: %(what)s (%(basis)s).")
    advice = _("Carry it out and put the result on file before you decide to grant.")


class PanelWasAgainst(Refusal):
    code = "P160"
    sentence = _("The collective review voted against granting.")
    advice = _("Refuse with reasons, or call another collective review on new facts.")


class NotAskedOfYou(Refusal):
    code = "P161"
    sentence = _("This question is not yours to answer.")
    advice = _("It waits for %(who)s.")


class EnquiryIsAnswered(Refusal):
    code = "P162"
    sentence = _("This question is already answered.")
    advice = _("Open the application to read the answer; ask again if something is missing.")


class PeerIsSelf(Refusal):
    code = "P163"
    field = "asked_of"
    sentence = _("A peer review needs another person than the one who asks.")
    advice = _("Choose a colleague.")


class RuleOverlaps(Refusal):
    code = "P164"
    field = "valid_from"
    sentence = _("Another row of this region holds already from %(day)s on.")
    advice = _("Choose a later first day, or correct the row that is there.")


class OfficerOutOfReach(Refusal):
    code = "P165"
    field = "officer"
    sentence = _("%(who)s cannot work on this application.")
    advice = _("Choose an officer of the bureau who reviews permits.")


class HeldByAnother(Refusal):
    code = "P166"
    sentence = _("The application is already in the hands of %(who)s.")
    advice = _("Ask for it to be given to you, or give it over yourself with a reason.")


class YearsDoNotFit(Refusal):
    code = "P167"
    sentence = _("Year %(year)s of %(pollutant)s at %(outlet)s is above the yearly quantity.")
    advice = _(
        "No year may be above the quantity per year; leave the years empty if all are alike."
    )


class YearsIncomplete(Refusal):
    code = "P168"
    sentence = _("%(pollutant)s at %(outlet)s names some years of the term and not others.")
    advice = _("Enter every year of the term, or none.")


class PeriodOverlaps(Refusal):
    code = "P169"
    sentence = _("A special period of %(pollutant)s at %(outlet)s has no such days: %(days)s.")
    advice = _(
        "Write month-day, for example 12-01 to 12-31; a period that crosses New Year is two."
    )


class ProjectIncomplete(Refusal):
    code = "P170"
    field = "eia_no"
    sentence = _("The project names no EIA approval.")
    advice = _("Enter number and day of the EIA approval (Regulation art. 11).")


class AcceptanceIncomplete(Refusal):
    code = "P171"
    field = "acceptance_document"
    sentence = _("The acceptance of the treatment works names no document.")
    advice = _("Enter the document, or leave the day of acceptance empty.")


class BasicsMissing(Refusal):
    code = "P172"
    sentence = _("The change application does not say what changed.")
    advice = _("Fill the section “Unit data” with the data as they are now.")


class LateChange(Refusal):
    code = "P173"
    sentence = _("The change happened on %(day)s; it was due to be reported by %(due)s.")
    advice = _("Say in the statement why it is late (Regulation art. 14).")


class EarlyRenewal(Refusal):
    code = "P174"
    sentence = _("The renewal is due by %(due)s: %(left)s working days are left.")
    advice = _("Hand it in by then, so that the permit cannot lapse (Regulation art. 14).")


class MonitoringMissing(Refusal):
    code = "P175"
    sentence = _("No self-monitoring is planned for %(pollutant)s at %(outlet)s.")
    advice = _("Add it to the self-monitoring plan (Regulation art. 13, 19).")


class AutomaticMissing(Refusal):
    code = "P176"
    sentence = _("Main outlet %(outlet)s of a key-managed unit has no automatic monitoring.")
    advice = _("Plan automatic monitoring for at least one pollutant there (Regulation art. 20).")


class StatementMissing(Refusal):
    code = "P177"
    field = "statement"
    sentence = _("The statement does not say why this is asked for.")
    advice = _("Write what changed, was lost or ends, and when.")


class PaperMissing(Refusal):
    code = "P178"
    sentence = _("No paper of the kind “%(kind)s” is attached.")
    advice = _("Attach it, or say in the statement why there is none.")


class RenewalOverdue(Refusal):
    code = "P179"
    sentence = _("The renewal should have been asked for by %(due)s.")
    advice = _("Hand it in at once; the bureau decides before the term ends if it can.")


class SectionNotAsked(Refusal):
    code = "P180"
    sentence = _("“%(kind)s” has no such section.")
    advice = _("Open the application: it lists the sections it has.")


class FileOfOtherSide(Refusal):
    code = "P188"
    sentence = _("%(name)s was attached by the other side.")
    advice = _("Only who attached a paper takes it out: the applicant or the bureau.")


class AdmissionMissing(Refusal):
    code = "P181"
    sentence = _("The check of space, total and project is not on file, or is out of date.")
    advice = _("Open “Admission”, read what it finds and put it on file.")


class AdmissionFailed(Refusal):
    code = "P182"
    sentence = _("The check of space, total and project did not pass.")
    advice = _("Refuse with its reasons, or let the applicant name more replacement.")


class NoRatio(Refusal):
    code = "P183"
    sentence = _("No replacement ratio of %(pollutant)s is on record in %(region)s on %(day)s.")
    advice = _("Enter the ratio with its legal basis in the table of replacement ratios.")


class NothingBuilt(Refusal):
    code = "P184"
    sentence = _("The application is for an existing unit; nothing has to be admitted.")
    advice = _("If something is built, let the applicant say so in the section “Project and EIA”.")


class MethodSkipped(Refusal):
    code = "P185"
    sentence = _(
        "The method for %(pollutant)s is not the first of the order, and no reason is given."
    )
    advice = _("Take the first method that fits, and say why each earlier one does not.")


class AboveVerified(Refusal):
    code = "P186"
    sentence = _("More %(pollutant)s is asked for than was verified.")
    advice = _("Let the applicant lower the quantity, or verify the total anew.")


class KeyReusedElsewhere(Refusal):
    code = "P187"
    sentence = _("This form was already used for another application.")
    advice = _("Open the page again and send it once.")


class OnlyReads(Refusal):
    code = "P189"
    sentence = _("The role “%(role)s” reads applications and does not change them.")
    advice = _("Ask the unit's agent, or an officer who reviews permits.")


class RegistrationEnded(Refusal):
    code = "P190"
    sentence = _("Registration %(number)s is struck off or has run out.")
    advice = _("Fill the registration form anew, or apply for a permit.")


class RegistrationStale(Refusal):
    code = "P191"
    sentence = _("Registration %(number)s is already there, or was changed since you opened it.")
    advice = _("Open it again and file what is still different.")
