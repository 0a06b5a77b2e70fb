"""What card-swipe discharge adds to the navigation."""

from django.utils.translation import gettext_lazy as _

from parties.rules import Act
from shell.navigation import Entry, Group

ENTRIES = [
    Entry(Group.DISCHARGE, _("Quota"), "quota", Act.SEE_CARDS, order=10),
    Entry(Group.DISCHARGE, _("Outlets and meters"), "outlets", Act.SEE_READINGS, order=15),
    Entry(Group.DISCHARGE, _("Board of controllers"), "controllers_board", Act.SEE_CONTROLLERS, 20),
    Entry(Group.DISCHARGE, _("Cards"), "cards", Act.SEE_CARDS, order=30),
    Entry(Group.DISCHARGE, _("Reallocations"), "reallocations", Act.SEE_CARDS, order=35),
    Entry(Group.DISCHARGE, _("Discharge events"), "discharges", Act.SEE_CARDS, order=40),
    Entry(Group.DISCHARGE, _("Off-line batches"), "offline_batches", Act.SEE_CARDS, order=45),
    Entry(Group.DISCHARGE, _("Alarms"), "alarms", Act.SEE_ALARMS, order=50),
    Entry(Group.DISCHARGE, _("Valve orders"), "valve_orders", Act.SEE_CONTROLLERS, order=60),
    Entry(Group.DISCHARGE, _("Controllers"), "controllers", Act.SEE_CONTROLLERS, order=70),
    Entry(Group.DISCHARGE, _("Raw frames"), "frames", Act.SEE_CONTROLLERS, order=80),
    Entry(Group.DISCHARGE, _("Discharge rules"), "discharge_rules", Act.SEE_CONTROLLERS, order=90),
]
