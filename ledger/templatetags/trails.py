"""`{% trails chain="lot_chain" history="lot_history" pk=lot.pk %}`: the ways from an object's page
to where it comes from and to its history, as far as the reader may go them."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from ledger.documents import Document, address

register = template.Library()


@register.inclusion_tag("ledger/_trails.html", takes_context=True)
def trails(
    context: template.Context, *, pk: int, chain: str = "", history: str = ""
) -> dict[str, Any]:
    """The links; nothing where none is open to the reader."""
    named = ((chain, _("Origin and use")), (history, _("History")))
    ways = [(word, address(Document("", route), pk, context.get("actor"))) for route, word in named]
    return {"ways": [(word, url) for word, url in ways if url]}
