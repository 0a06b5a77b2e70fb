"""`{% trails chain="lot_chain" history="lot_history" pk=lot.pk %}`: the ways from an object's page
to where it comes from and to its history, as far as the reader may go them."""

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from parties.access import open_address

register = template.Library()

# The words of each way, in the order in which the links stand.
WAYS = {
    "statement": _("Statement of account"),
    "chain": _("Origin and use"),
    "meters": _("Outlets and meters"),
    "outlet": _("Outlet"),
    "controller": _("Controller"),
    "readings": _("Readings"),
    "history": _("Whole history"),
}


@register.inclusion_tag("parties/_trails.html", takes_context=True)
def trails(context: template.Context, *, pk: int, **routes: str) -> dict[str, Any]:
    """The links, one for each way named with its route; nothing where none is open."""
    actor = context.get("actor")
    ways = [(word, open_address(routes.get(way, ""), pk, actor)) for way, word in WAYS.items()]
    return {"ways": [(word, url) for word, url in ways if url]}
