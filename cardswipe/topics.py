"""Who may hear the live topic of the board of controllers, and where approvals lead."""

from django.utils.translation import gettext_lazy as _

from parties import subjects
from parties.rules import Act
from parties.topics import may_hear_region
from shell import live

live.topic(
    "controllers",
    lambda actor, key: may_hear_region(actor, key) and actor.may(Act.SEE_CONTROLLERS),
)
subjects.register("valve_order", name=_("valve order"), url_name="valve_order", argument="order_id")
