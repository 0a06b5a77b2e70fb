"""Why a decision on late events was refused, in words; one class per number (C250 to C259)."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class NoEventChosen(Refusal):
    code = "C250"
    field = "first_day"
    sentence = _("No waiting event lies in these days.")
    advice = _("Choose days in which events wait; the list shows the first and the last.")


class TooManyEvents(Refusal):
    code = "C251"
    field = "last_day"
    sentence = _("These days hold %(count)s events; one decision takes at most %(most)s.")
    advice = _("Choose fewer days, and decide the rest in a second decision.")


class EventNotInState(Refusal):
    code = "C252"
    sentence = _("An event was booked, dismissed or taken up again meanwhile.")
    advice = _("Open the list again and choose anew.")


class OtherController(Refusal):
    code = "C253"
    sentence = _("The events are not all of one controller and one enterprise.")
    advice = _("Decide the events of each controller by themselves.")


class WillBeBooked(Refusal):
    code = "C254"
    sentence = _("The quota period of an event is open, so it is booked by itself.")
    advice = _("Wait a few minutes, then open the list again.")


class NoOpenPeriod(Refusal):
    code = "C255"
    sentence = _("No open quota period holds %(day)s, so nothing can be booked today.")
    advice = _("Open the present quota period in the ledger first.")


class LateAsked(Refusal):
    code = "C256"
    sentence = _("A decision on one of these events already waits for its second person.")
    advice = _("Have that decision granted, refused or taken back first.")


class LateNotOpen(Refusal):
    code = "C257"
    sentence = _("This decision is already carried out, refused or taken back.")
    advice = _("Open it to see its state.")


class LatePeriodOver(Refusal):
    code = "C258"
    sentence = _("The quota period %(period)s, which the decision names, is over or closed.")
    advice = _("Refuse this decision and decide the events anew, in the present period.")


class LateActMissing(Refusal):
    code = "C259"
    status = 422
    sentence = _("It is not said whether the events are booked or dismissed.")
    advice = _("Open the page again and press one of the two buttons.")
