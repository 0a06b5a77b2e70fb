"""Who may hear the live topics of controllers and outlets, and where approvals lead."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cardswipe.models import Controller
from cardswipe.queries.outlets import public_outlets
from parties import subjects
from parties.rules import Act
from parties.topics import may_hear_enterprise, may_hear_region
from shell import live
from shell.units import is_id


def may_hear_controller(actor: Any, key: str) -> bool:
    """Whoever may open the controller's page."""
    own = Controller.objects.for_actor(actor)
    return bool(
        actor and actor.may(Act.SEE_CONTROLLERS) and is_id(key) and own.filter(pk=int(key)).exists()
    )


# Devices speak all the time; a page need not be drawn for every word.
live.topic(
    "controllers",
    lambda actor, key: may_hear_region(actor, key) and actor.may(Act.SEE_CONTROLLERS),
    pause_s=2,
)
live.topic(
    "meters",
    lambda actor, key: (
        bool(actor) and actor.may(Act.SEE_READINGS) and may_hear_enterprise(actor, key)
    ),
    pause_s=1,
)
live.topic("controller", may_hear_controller, pause_s=1)
live.topic(
    "outlet",
    lambda _actor, key: is_id(key) and public_outlets().filter(pk=int(key)).exists(),
    pause_s=2,
)
subjects.register("valve_order", name=_("valve order"), url_name="valve_order", argument="order_id")
