"""The sentences of the refusals that forms, papers and files of every app share."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class NumberMissing(Refusal):
    code = "S101"
    status = 422
    sentence = _("A figure is missing.")
    advice = _("Enter a number.")


class NumberHasForeignCharacter(Refusal):
    code = "S102"
    status = 422
    sentence = _("The character “%(found)s” is not part of a plain number.")
    advice = _(
        "Use the digits 0 to 9 and at most one point: no sign, space, comma, "
        "exponent or full-width digit."
    )


class NumberMalformed(Refusal):
    code = "S103"
    status = 422
    sentence = _("This is not a plain number.")
    advice = _("Write digits, and after a point at least one more digit, like 12.5.")


class TooManyDecimals(Refusal):
    code = "S104"
    status = 422
    sentence = _("The figure has more than %(places)s decimals.")
    advice = _("Round it as the rules ask and enter it again; the system never rounds for you.")


class NumberTooLarge(Refusal):
    code = "S105"
    status = 422
    sentence = _("The figure is larger than the system can keep.")
    advice = _("Check the figure and its unit.")


class NumberBelowLeast(Refusal):
    code = "S106"
    status = 422
    sentence = _("The figure is below %(least)s.")
    advice = _("Enter at least %(least)s.")


class NumberNotAboveZero(Refusal):
    code = "S110"
    status = 422
    sentence = _("The figure is zero; it must be more.")
    advice = _("Enter a figure above zero.")


class NumberAboveMost(Refusal):
    code = "S107"
    status = 422
    sentence = _("The figure is above %(most)s.")
    advice = _("Enter at most %(most)s.")


class NameHasForeignCharacter(Refusal):
    code = "S111"
    status = 422
    sentence = _(
        "Character %(place)s, %(codepoint)s (%(called)s), is not seen or looks like another."
    )
    advice = _("Type the name anew by hand, as it stands on the licence, instead of copying it.")


class DayOutOfReach(Refusal):
    code = "S109"
    status = 422
    sentence = _("The day does not lie between %(first)s and %(last)s.")
    advice = _("Check the year.")


class CharacterNotDrawable(Refusal):
    code = "S201"
    status = 422
    sentence = _("The font of the papers has no character “%(character)s” (%(codepoint)s).")
    advice = _("Write the name with another character and keep the original in the remarks.")


class FontMissing(Refusal):
    code = "S202"
    status = 503
    sentence = _("The font of the papers is not installed.")
    advice = _("Run “make setup” on the server, then ask for the paper again.")


class SigningKeyUnusable(Refusal):
    code = "S203"
    status = 503
    sentence = _("The key that signs papers cannot be used: %(why)s")
    advice = _("Mend the key files in SIGNING_DIR or the PKCS#11 settings, then ask again.")


class SheetUnreadable(Refusal):
    code = "S301"
    status = 422
    sentence = _("The file is not a readable .xlsx workbook.")
    advice = _("Save it in Excel or WPS as “Excel workbook (.xlsx)” and choose it again.")


class SheetTooLarge(Refusal):
    code = "S302"
    status = 422
    sentence = _("The file is too large: at most %(most)s.")
    advice = _("Split it into several files.")


class SheetColumnsDiffer(Refusal):
    code = "S303"
    status = 422
    sentence = _("The first row lacks the column “%(column)s” or has one twice.")
    advice = _("Start from the template and keep its first row as it is.")


class SheetHasFormula(Refusal):
    code = "S304"
    status = 422
    sentence = _("Row %(row)s, column “%(column)s”: a formula is not a figure.")
    advice = _("Copy the column and paste it as values.")


class SheetCellWrong(Refusal):
    code = "S305"
    status = 422
    sentence = _("Row %(row)s, column “%(column)s”: %(problem)s")
    advice = _("Correct the cell and choose the file again; nothing was taken over.")


class SheetEmpty(Refusal):
    code = "S306"
    status = 422
    sentence = _("The sheet has no rows below its first row.")
    advice = _("Fill in the template and choose the file again.")


class NullCharacter(Refusal):
    code = "S108"
    status = 400
    sentence = _("The address or the form holds a null character, which no text here can hold.")
    advice = _("Go back, type the text again by hand and send it once more.")


class TopicUnknown(Refusal):
    code = "S401"
    status = 404
    sentence = _("This live stream does not exist or is not open to you.")
    advice = _("Open the page again.")
