"""Why a party's act was refused, in words."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class NotAllowed(Refusal):
    code = "A101"
    status = 403
    sentence = _("The role “%(role)s” may not do this.")
    advice = _("Ask a person whose role allows it, or switch to another of your roles.")


class NoRole(Refusal):
    code = "A102"
    status = 403
    sentence = _("You hold no role that is in force today.")
    advice = _("Ask your security administrator for a role.")


class SamePerson(Refusal):
    code = "A201"
    sentence = _("Who asks for an approval cannot give it.")
    advice = _("Let a second person decide.")


class ContentChanged(Refusal):
    code = "A202"
    sentence = _("What was approved has changed since.")
    advice = _("Ask for a new approval of the present content.")


class ApprovalNotOpen(Refusal):
    code = "A203"
    sentence = _("This approval is already decided.")
    advice = _("Open the object to see what was decided and by whom.")


class ApprovalMissing(Refusal):
    code = "A204"
    sentence = _("This act needs the approval of a second person.")
    advice = _("Ask for the approval first.")


class ApprovalIsPending(Refusal):
    code = "A205"
    sentence = _("An approval for this is already waiting.")
    advice = _("Wait for the second person's decision.")


class ApprovalOutOfReach(Refusal):
    code = "A206"
    sentence = _("This approval is for a region outside your bureau's.")
    advice = _("Let a person of the region's own bureau or of the one above decide.")


class NotTheMaker(Refusal):
    code = "A207"
    sentence = _("Only the person who asked can take the request back.")
    advice = _("Refuse it instead, with a reason.")


class DecidedElsewhere(Refusal):
    code = "A208"
    sentence = _("This is decided on the page of what it is about, where it is also carried out.")
    advice = _("Open that page from the list of approvals.")


class UsernameIsTaken(Refusal):
    code = "A301"
    field = "username"
    sentence = _("The user name is taken.")
    advice = _("Choose another, or give the name exactly as the account shows it to add a role.")


class UsernameIsBad(Refusal):
    code = "A302"
    field = "username"
    sentence = _("A user name has letters, digits and @ . + - _ only.")
    advice = _("Leave out spaces and other signs.")


class NotYourOwn(Refusal):
    code = "A303"
    sentence = _("Nobody administers his own account or roles.")
    advice = _("Let another security administrator do it.")


class SeparatedRoles(Refusal):
    code = "A304"
    field = "role"
    sentence = _(
        "System, security and audit administrator are three persons (GB/T 22239-2019, level 3)."
    )
    advice = _("End the person's other administrator role first, or choose another person.")


class RoleDoesNotFit(Refusal):
    code = "A305"
    field = "role"
    sentence = _("This role does not exist in such a place.")
    advice = _("Choose a bureau role for a bureau, an enterprise role for an enterprise.")


class AlreadyInRole(Refusal):
    code = "A306"
    field = "role"
    sentence = _("The person holds this role there already.")
    advice = _("Nothing needs to be done; end the role first to change its dates.")


class RoleEndsTooEarly(Refusal):
    code = "A307"
    field = "valid_to"
    sentence = _("The last day lies before the first.")
    advice = _("Give a later last day, or none.")


class LastSecurityAdmin(Refusal):
    code = "A308"
    sentence = _("This is the bureau's last security administrator.")
    advice = _("Appoint another one first.")


class PersonActsElsewhere(Refusal):
    code = "A309"
    sentence = _("This person also acts in a place outside your area.")
    advice = _("Ask the security administrator of the bureau above both.")


class SecondPersonNeeded(Refusal):
    code = "A310"
    sentence = _("A role, an account and a password link need a second person.")
    advice = _("Ask for it; another administrator decides.")


class AccessIsPending(Refusal):
    code = "A311"
    sentence = _("The same is asked for already.")
    advice = _("Wait for the second person's decision, or take the request back.")


class AccessNotOpen(Refusal):
    code = "A312"
    sentence = _("This request is decided or taken back already.")
    advice = _("Open it to see what was decided and by whom.")


class LinkNotGranted(Refusal):
    code = "A313"
    sentence = _("No link waits to be made here.")
    advice = _("A second person grants it first, and it is made once; ask for a new one.")


class AdministratorsAreTheBureaus(Refusal):
    code = "A314"
    field = "role"
    sentence = _("An enterprise's administrators come and go by the bureau's decision.")
    advice = _("Send the bureau a letter of authorisation; two of its administrators decide.")


class PersonOfBureau(Refusal):
    code = "A315"
    field = "username"
    sentence = _("This person works or worked for a bureau and acts for no enterprise.")
    advice = _("Let in somebody else.")


class LinkFromBureau(Refusal):
    code = "A316"
    sentence = _("This person has set a password already or also acts elsewhere.")
    advice = _("Ask the bureau for a link; two of its administrators make it.")


class WouldEraseHimself(Refusal):
    code = "A321"
    field = "number"
    sentence = _("Nobody erases himself.")
    advice = _("Ask another security administrator.")


class StillNeeded(Refusal):
    code = "A322"
    field = "number"
    sentence = _("It is still in use: a role, card or form in force names this person.")
    advice = _("End the role, close the card or strike the form off first.")


class KeptByLaw(Refusal):
    code = "A323"
    field = "number"
    sentence = _("The law keeps it until %(day)s: %(what)s (%(basis)s).")
    advice = _("Tell the person this reason and this day; ask again then.")


class NoKeepingRule(Refusal):
    code = "A324"
    field = "datum"
    sentence = _("No rule in force says how long it is kept: %(what)s.")
    advice = _("An officer enters the rule with its legal basis first.")


class NothingToErase(Refusal):
    code = "A325"
    field = "number"
    sentence = _("Nothing of it stands on record any more.")
    advice = _("Check the number; it may have been erased before.")


class DaysAlreadyRuled(Refusal):
    code = "A326"
    field = "valid_from"
    sentence = _("A rule already covers this day or a later one.")
    advice = _("Enter a later first day.")


class SubjectUnknown(Refusal):
    code = "A327"
    field = "number"
    sentence = _("Nothing within your reach has the number “%(number)s”.")
    advice = _("Copy the user name or number from its page.")


class UsccIsBad(Refusal):
    code = "A401"
    field = "uscc"
    sentence = _(
        "A unified social credit code has 18 digits and capital letters, without I O S V Z."
    )
    advice = _("Copy the code from the business licence.")


class UsccIsTaken(Refusal):
    code = "A402"
    field = "uscc"
    sentence = _("An enterprise with this code is in the register.")
    advice = _("Search for the code; if it lies in another bureau's area, ask that bureau.")


class RegionOutOfReach(Refusal):
    code = "A403"
    field = "region"
    sentence = _("The code %(code)s is no county or district of your bureau's area.")
    advice = _("Give the six digits of GB/T 2260 of the county in which the site lies.")


class EnterpriseIsClosed(Refusal):
    code = "A404"
    sentence = _("The enterprise is closed.")
    advice = _("Reopen it first.")


class RegionIsKnown(Refusal):
    code = "A405"
    field = "code"
    sentence = _("The code %(code)s stands in the register as %(name)s.")
    advice = _("Check the code; a region's name is changed by decision only.")


class RegionIsUnknown(Refusal):
    code = "A406"
    field = "code"
    sentence = _("The region %(code)s, in which this one lies, is not in the register.")
    advice = _("Add it first: province, then city, then county.")


class RegionCodeIsBad(Refusal):
    code = "A408"
    field = "code"
    sentence = _("A region's code has six digits.")
    advice = _("Take it from the table GB/T 2260 of the Ministry of Civil Affairs.")


class BureauStands(Refusal):
    code = "A407"
    sentence = _("%(region)s has a bureau already.")
    advice = _("A region has one bureau; people join it through its security administrator.")


class RegionIsFixed(Refusal):
    code = "A409"
    field = "region"
    sentence = _("The register has the unit in the county %(code)s, which does not change.")
    advice = _("If the unit moved, close this entry and enter a new one.")


class EntryChanged(Refusal):
    code = "A410"
    sentence = _("After you opened this entry %(who)s saved it: %(changes)s.")
    advice = _("Nothing of yours was saved. Open the page anew and enter what still holds.")


class SeenMissing(Refusal):
    code = "A411"
    sentence = _("It is not said which state of the entry was changed.")
    advice = _("Nothing was saved. Open the page anew and enter what still holds.")


class RowRepeats(Refusal):
    code = "A501"
    sentence = _("This row has the same code as row %(first)s.")
    advice = _("Keep one of the two.")


class ImportNeedsBureau(Refusal):
    code = "A502"
    sentence = _("Registers are imported for a bureau.")
    advice = _("Switch to your role in the bureau.")


class SmsRowExists(Refusal):
    code = "A240"
    field = "valid_from"
    sentence = _("A later row already begins on %(day)s.")
    advice = _("Choose a later first day.")
