"""The verdicts on frames (C1xx): why one was not taken, in words, and what to do next."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class FrameTaken(Refusal):
    code = "C100"
    status = 200
    sentence = _("The frame was taken.")


class NoFrame(Refusal):
    code = "C101"
    sentence = _("These bytes are no frame: the length does not lead to CRC and CR LF.")
    advice = _("Check how the device counts the length, and whether the line cuts frames.")


class BadCrc(Refusal):
    code = "C102"
    sentence = _("The checksum (CRC) does not fit the device's CRC profile.")
    advice = _("If each frame of the device fails, set the CRC profile that it uses.")


class BadCharacters(Refusal):
    code = "C103"
    sentence = _("The frame holds control characters, or text in no known encoding.")
    advice = _("Have the device send UTF-8 without control characters.")


class DoubledKey(Refusal):
    code = "C104"
    sentence = _("A field stands twice in the frame.")
    advice = _("Have the device send each field once.")


class BadField(Refusal):
    code = "C105"
    sentence = _("A field is unknown, missing or malformed.")
    advice = _("Compare the frame with HJ 212 6.3; field names are case-sensitive.")


class BadDataArea(Refusal):
    code = "C106"
    sentence = _("The data area is not enclosed once by “CP=&&” and “&&”.")
    advice = _("Compare the frame with HJ 212 6.3.")


class UnknownVersion(Refusal):
    code = "C107"
    sentence = _("Flag names no known version of HJ 212.")
    advice = _("Flag must be 0–3 (2005), 4–7 (2017) or 8–11 (2025).")


class BadPacketNumbers(Refusal):
    code = "C108"
    sentence = _("PNUM and PNO do not fit each other or Flag.")
    advice = _("PNO counts from 1 to PNUM; bit 1 of Flag announces both.")


class FrameUnfinished(Refusal):
    code = "C109"
    sentence = _("The frame was begun but not finished in time.")
    advice = _("Check the line; the device must send the frame again.")


class UnknownController(Refusal):
    code = "C110"
    sentence = _("No controller with this MN is registered.")
    advice = _("Register the controller, or find out who sends this.")


class ControllerNotValid(Refusal):
    code = "C111"
    sentence = _("The controller is stopped, or not valid on this day.")
    advice = _("Put the controller in use or correct its dates.")


class AddressNotAllowed(Refusal):
    code = "C112"
    sentence = _("The controller may not send from this address.")
    advice = _("Add the address to the controller if it is right.")


class WrongPassword(Refusal):
    code = "C113"
    sentence = _("The password (PW) is wrong.")
    advice = _("Set the same password at the device and in its registration.")


class OtherVersion(Refusal):
    code = "C114"
    sentence = _("The frame is of another version of HJ 212 than registered.")
    advice = _("Correct the registered version, or the device.")


class SecondSession(Refusal):
    code = "C115"
    sentence = _("The controller already has a live session from another connection.")
    advice = _("Find out who uses this MN a second time.")


class NotEncrypted(Refusal):
    code = "C116"
    sentence = _("The data are not encrypted with the controller's SM4 key.")
    advice = _("Give the device the registered key, or find out who sends in its name.")


class OtherCertificate(Refusal):
    code = "C117"
    sentence = _("The certificate of the connection names another controller.")
    advice = _("Give each device the certificate with its own MN; find out who mixed them up.")


class UnknownCommand(Refusal):
    code = "C120"
    sentence = _("The command (CN) is not known for this device.")
    advice = _("Add the command number to the device profile if the device is right.")


class Repeated(Refusal):
    code = "C121"
    status = 200
    sentence = _("The same data came before; it was answered again and not counted again.")


class OtherContent(Refusal):
    code = "C122"
    sentence = _("Data of this time came before with other content; the first stays.")
    advice = _("Compare both frames; a correction is an officer's decision.")


class BadTime(Refusal):
    code = "C123"
    sentence = _("The time of the data is missing or no time.")
    advice = _("DataTime needs fourteen digits: year, month, day, hour, minute, second.")


class ClockAhead(Refusal):
    code = "C124"
    sentence = _("The time of the data lies in the future.")
    advice = _("Set the clock of the device.")


class DataTooOld(Refusal):
    code = "C125"
    sentence = _("The data are older than the device profile accepts.")
    advice = _("An officer decides whether to take them.")


class BadQn(Refusal):
    code = "C126"
    sentence = _("QN is missing or no time with milliseconds.")
    advice = _("QN needs seventeen digits.")


class BadFigure(Refusal):
    code = "C127"
    sentence = _("A figure is no plain number, or outside any possible range.")
    advice = _("Check the instrument; the frame shows what it sent.")


class NoUnit(Refusal):
    code = "C128"
    sentence = _("The factor has no unit from which a load could be computed.")
    advice = _("Check the factor table and the pollutant's factor code.")


class NoLoad(Refusal):
    code = "C129"
    sentence = _("The frame closes a session or an hour but names no load.")
    advice = _("The device must send -Cou of flow and of each pollutant.")


class HeldByMark(Refusal):
    code = "C130"
    sentence = _("The data are marked; by rule the event is held back for an officer.")
    advice = _("Look at the marks and decide on an estimate.")


class AnswerWithoutCommand(Refusal):
    code = "C131"
    sentence = _("The device answers a command that was not given in this session.")
    advice = _("Find out who else commands this device.")


class TooManyBytes(Refusal):
    code = "C140"
    sentence = _("The connection broke a limit of the gateway and was closed.")
    advice = _("Find out why the device sends so much.")


class NotProcessed(Refusal):
    code = "C190"
    sentence = _("The frame could not be processed; it is kept for the engineers.")
    advice = _("Report the frame's number; this is a fault of the platform.")


class PartOfSplit(Refusal):
    code = "C132"
    sentence = _("The event came in several parts; it is held back until they are joined.")
    advice = _("Set the device to send the hour in one frame, or decide by hand.")


class OtherSource(Refusal):
    code = "C133"
    sentence = _("The controller reports a card session, but is registered to debit by hours.")
    advice = _("Nothing was debited. Compare with its hours; correct its registration if needed.")


class MnTaken(Refusal):
    code = "C150"
    field = "mn"
    sentence = _("This MN is already registered.")
    advice = _("Check the MN on the device; open the other controller if it was moved.")


class PutInUseTwice(Refusal):
    code = "C151"
    sentence = _("The controller %(mn)s is already in the state “%(state)s”.")
    advice = _("Open the controller to see its history.")


# What the codec tolerated, by the note it left on the frame.
NOTES = {
    "no-crlf": _("CR LF at the end is missing"),
    "length-in-characters": _("the length counts characters instead of bytes"),
    "segment-over-1024": _("the data segment is longer than 1024 bytes"),
    "crc-in-lower-case": _("the checksum is written in lower case"),
    "gb18030": _("text is in GB 18030 instead of UTF-8"),
    "comma-in-header": _("a comma stands where a semicolon belongs"),
    "no-semicolon-before-cp": _("the semicolon before CP is missing"),
    "no-flag": _("Flag is missing: taken for HJ/T 212-2005"),
    "packet-number-without-flag": _("packet numbers stand there, but Flag does not announce them"),
    "st-not-two-characters": _("ST is not two characters long"),
    "code-without-letter": _("a factor code lacks its leading letter"),
    "item-in-two-places": _("a factor's figures stand in two places"),
    "attribute-without-code": _("a figure without factor code was taken for the factor before it"),
    "misspelt-key": _("a field name is misspelt as in the standard's examples"),
    "space-in-cp": _("spaces stand around the data"),
    "trailing-semicolon": _("a semicolon stands at the end of the data"),
    "rf-before-2025": _("RF stands there, which only HJ 212-2025 knows"),
    "unknown-st": _("the version does not know the system code (ST)"),
    "unknown-suffix": _("the version does not know a suffix of the factor"),
    "unknown-mark": _("the version does not know the data mark of the factor"),
    "crc-not-checked": _("the device profile does not check the checksum; it fits"),
    "not-encrypted": _("the data were sent in clear although a key was given"),
    "unknown-factor": _("the factor is not in the table of this version and was left out"),
    "no-figure": _("the figure is no plain number and was left out"),
    "hour-not-aligned": _("the time was not the begin of an hour; its hour was taken"),
}


def told(note: str) -> str:
    """A frame's notes in the reader's language, particulars kept."""
    parts = []
    for part in filter(None, note.split("; ")):
        word, __, rest = part.partition(" ")
        parts.append(" ".join(filter(None, [str(NOTES.get(word, word)), rest])))
    return "; ".join(parts)
