"""Why an entry of the registers, or a class of the catalogue, was refused, in words."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class ClassNeedsReason(Refusal):
    code = "P430"
    field = "reason"
    sentence = _("“%(chosen)s” is chosen, but the catalogue proposes “%(proposed)s”.")
    advice = _("Say why the catalogue does not fit here, or take the class that it proposes.")


class ClassUndecided(Refusal):
    code = "P431"
    field = "chosen"
    sentence = _("No row of the catalogue decides with the answers given.")
    advice = _("Answer the open questions, or choose a class and say why.")


class OnlyToRegister(Refusal):
    code = "P432"
    field = "chosen"
    sentence = _("By the catalogue the site needs no permit, only a registration.")
    advice = _("Fill the registration form; or choose a class and say why a permit is needed.")


class ClassDiffers(Refusal):
    code = "P433"
    sentence = _("The class is “%(chosen)s”; by the catalogue it would be “%(proposed)s”.")
    advice = _("Open the section “Management class” and take the class, or say why it differs.")


class FacilityCodeWithoutForm(Refusal):
    code = "P434"
    field = "code"
    sentence = _("“%(code)s” is not a code of this kind of unit.")
    advice = _("Production units: MF0001. Treatment units: TW001 water, TA001 air, TN001, TS001.")


class FacilityCodeTaken(Refusal):
    code = "P435"
    field = "code"
    sentence = _("Unit %(code)s stands in the register with other data.")
    advice = _("Take the next free code, or open the unit and correct its entry.")


class FacilityOutletUnfit(Refusal):
    code = "P436"
    field = "outlets"
    sentence = _("Unit %(code)s cannot lead to outlet %(outlet)s.")
    advice = _("Treatment of water leads to DW outlets, of waste gas to DA outlets of its site.")


class NoProductionUnit(Refusal):
    code = "P437"
    sentence = _("No production unit of the site is in the register.")
    advice = _("Enter them in the section “Production and treatment units” (Regulation art. 13).")


class OutletWithoutTreatment(Refusal):
    code = "P438"
    sentence = _("No treatment unit leads to main outlet %(outlet)s.")
    advice = _("Enter the unit, or say in the statement why the outlet needs none.")


class WordUnknown(Refusal):
    code = "P439"
    sentence = _("“%(word)s” is none of: %(words)s.")
    advice = _("Write one of these words.")


class SiteNotFound(Refusal):
    code = "P440"
    sentence = _("Site %(site_no)s of %(uscc)s is not in your register.")
    advice = _("Import or register the site first.")


class OutletNotFound(Refusal):
    code = "P441"
    sentence = _("The site has no outlet %(code)s.")
    advice = _("Import or register the outlet first, or correct the code.")


class ClassOpen(Refusal):
    code = "P442"
    sentence = _("The catalogue's questions about the management class are not all answered.")
    advice = _("Open the section “Management class” and answer them.")
