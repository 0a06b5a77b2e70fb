"""`{% trails chain="lot_chain" history="lot_history" pk=lot.pk %}`: the ways from an object's page
to where it comes from and to its history, as far as the reader may go them."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from parties.access import open_address

register = template.Library()


@register.inclusion_tag("parties/_trails.html", takes_context=True)
def trails(
    context: template.Context, *, pk: int, chain: str = "", history: str = "", statement: str = ""
) -> dict[str, Any]:
    """The links; nothing where none is open to the reader."""
    named = (
        (statement, _("Statement of account")),
        (chain, _("Origin and use")),
        (history, _("Whole history")),
    )
    ways = [(word, open_address(route, pk, context.get("actor"))) for route, word in named]
    return {"ways": [(word, url) for word, url in ways if url]}
