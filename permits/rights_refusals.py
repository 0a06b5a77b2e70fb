"""Why a certificate of a right was not issued, in words."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class RightNotPaid(Refusal):
    code = "P450"
    sentence = _("The right %(lot)s is not paid in full.")
    advice = _("Its certificate is issued once the fee is paid; the bills say what is open.")


class RightGivesNothing(Refusal):
    code = "P451"
    sentence = _("The right %(lot)s is over: it ended, was merged, or went to others whole.")
    advice = _("Open the lot to see what it became; those lots have certificates of their own.")


class RightOfTheReserve(Refusal):
    code = "P452"
    sentence = _("The lot %(lot)s is the government's reserve.")
    advice = _("A certificate is issued when an enterprise holds the right.")


class VolumeHasNoCertificate(Refusal):
    code = "P453"
    sentence = _("The lot %(lot)s is a volume of waste water, no pollution right.")
    advice = _("Certificates are issued for pollutants; the permit names the volume.")


class NobodyIssues(Refusal):
    code = "P454"
    sentence = _("No bureau of the city of %(region)s is set up, which would issue it.")
    advice = _("Set up the city's bureau first.")


class RightHasCertificate(Refusal):
    code = "P455"
    sentence = _("The right %(lot)s has its certificate.")
    advice = _("Open it on the page of the lot.")


class RightAskedFor(Refusal):
    code = "P456"
    sentence = _("The certificate was asked for on %(day)s; the bureau was told.")
    advice = _("Ask the bureau if it is still not issued ten days after that.")
