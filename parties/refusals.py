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
