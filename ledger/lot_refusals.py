"""Why something may not be done with a lot, in words; see `refusals`."""

from django.utils.translation import gettext_lazy as _

from shell.refusals import Refusal


class LotTermOver(Refusal):
    code = "L213"
    sentence = _("The term of lot %(lot)s ended on %(day)s.")
    advice = _("Choose a lot that is in force.")


class ReserveIsSold(Refusal):
    code = "L214"
    sentence = _("The lot %(lot)s lies in the government's reserve, which has no other holder.")
    advice = _("A right of the reserve goes out by a sale or by release at a fixed price.")


class LeasedIsNotGiven(Refusal):
    code = "L215"
    sentence = _("The lot %(lot)s is leased: whoever leases has no right to give it on.")
    advice = _("Let the lease be given back first, or use the lessor's lot.")


class NothingHeld(Refusal):
    code = "L216"
    sentence = _("Nothing of lot %(lot)s is pledged or frozen.")
    advice = _("There is nothing to release.")


class NothingToMerge(Refusal):
    code = "L217"
    sentence = _(
        "No other lot agrees with %(lot)s in holder, region, pollutant, basin, end and payment."
    )
    advice = _("Only lots that agree in all of these, nothing of them held or leased, become one.")


class RetiredAlready(Refusal):
    code = "L218"
    sentence = _("What the replacement ratio demands of lot %(lot)s is retired already.")
    advice = _("The history of the lot shows when and by whom.")


class NothingToRetire(Refusal):
    code = "L219"
    sentence = _("The ratio in force for lot %(lot)s is 1:1: nothing is retired.")
    advice = _("Enter another ratio with its legal basis if a stricter one holds.")


class SplitLeavesNothing(Refusal):
    code = "L220"
    field = "quantity"
    sentence = _("Splitting off all of lot %(lot)s leaves nothing of it.")
    advice = _("Enter less than %(all)s.")


class LesseeIsHolder(Refusal):
    code = "L221"
    field = "to"
    sentence = _("The lot is held by %(name)s itself.")
    advice = _("Enter the enterprise that leases the right.")


class PeriodOverForRule(Refusal):
    code = "L222"
    sentence = _("The quota period %(period)s is over since %(day)s: its rule stands.")
    advice = _("Enter the rule of a period that still runs or has not begun.")


class PeriodShort(Refusal):
    code = "L223"
    field = "quantity"
    sentence = _(
        "In the quota period %(period)s only %(free)s are free; %(wanted)s would be needed."
    )
    advice = _("Enter a smaller quantity, have loads on cards taken back, or release what is held.")


class BeginsInPast(Refusal):
    code = "L224"
    field = "first"
    sentence = _("The term would begin on %(day)s, before today.")
    advice = _("Enter today or a later day.")


class PreviewIsStale(Refusal):
    code = "L225"
    sentence = _("What would happen is no longer what you were shown.")
    advice = _("Look at it again below, then confirm it.")


class LotActUnknown(Refusal):
    code = "L226"
    status = 404
    sentence = _("There is no such act on a lot.")
    advice = _("Open the lot: its page lists what can be done with it.")


class TermIsLonger(Refusal):
    code = "L227"
    field = "last"
    sentence = _("The term would end on %(day)s; the lot itself ends on %(end)s.")
    advice = _("Enter a day up to the end of the lot.")


class ReleaseTooLarge(Refusal):
    code = "L305"
    field = "quantity"
    sentence = _("Of this pledge or freeze only %(left)s are still held.")
    advice = _("Enter at most this, or leave the quantity empty to release all.")


class NotYoursToRelease(Refusal):
    code = "L309"
    field = "of"
    status = 403
    sentence = _("Your role may not release what is held as “%(purpose)s”.")
    advice = _("Whoever may place such a hold releases it; ask a person of that role.")
