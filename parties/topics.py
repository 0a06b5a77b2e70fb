"""Who may hear the live topics about an enterprise and a bureau's desk."""

from typing import Any

from shell import live
from shell.units import is_id


def may_hear_enterprise(actor: Any, key: str) -> bool:
    """Its own people, and bureaus whose region holds it."""
    from parties.models import Enterprise

    return is_id(key) and Enterprise.objects.for_actor(actor).filter(pk=int(key)).exists()


def may_hear_region(actor: Any, key: str) -> bool:
    """Bureaus, for their own region and those below it."""
    return bool(actor and actor.bureau_id and key.startswith(actor.region_prefix))


live.topic("enterprise", may_hear_enterprise)
live.topic("desk", may_hear_region)
