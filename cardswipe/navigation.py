"""What card-swipe discharge adds to the navigation."""

from django.utils.translation import gettext_lazy as _

from parties.rules import Act
from shell.navigation import Entry, Group

ENTRIES = [
    Entry(Group.DISCHARGE, _("Quota"), "quota", Act.SEE_CARDS, order=10),
    Entry(Group.DISCHARGE, _("Cards"), "cards", Act.SEE_CARDS, order=20),
    Entry(Group.DISCHARGE, _("Reallocations"), "reallocations", Act.SEE_CARDS, order=30),
    Entry(Group.DISCHARGE, _("Discharge events"), "discharges", Act.SEE_CARDS, order=40),
    Entry(Group.DISCHARGE, _("Off-line batches"), "offline_batches", Act.SEE_CARDS, order=50),
    Entry(Group.DISCHARGE, _("Discharge rules"), "discharge_rules", Act.SEE_CONTROLLERS, order=90),
    Entry(
        Group.MONITORING, _("Board of controllers"), "controllers_board", Act.SEE_CONTROLLERS, 10
    ),
    Entry(Group.MONITORING, _("Outlets and meters"), "outlets", Act.SEE_READINGS, order=20),
    Entry(Group.MONITORING, _("Alarms"), "alarms", Act.SEE_ALARMS, order=30),
    Entry(Group.MONITORING, _("Valve orders"), "valve_orders", Act.SEE_CONTROLLERS, order=40),
    Entry(Group.MONITORING, _("Controllers"), "controllers", Act.SEE_CONTROLLERS, order=50),
    Entry(Group.MONITORING, _("Raw frames"), "frames", Act.SEE_CONTROLLERS, order=60),
]
