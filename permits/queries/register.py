"""The public register: search and what anyone may see of a permit."""

from django.db.models import Q, QuerySet

from parties.models import Region
from permits.models import Permit
from permits.rules import PERMIT_NO

LONGEST = 60


def search(
    permits: QuerySet[Permit], *, text: str = "", region: Region | None = None, state: str = ""
) -> QuerySet[Permit]:
    """Narrow by part of the name or the beginning of the number, by region and state."""
    text = text.strip()[:LONGEST]
    if text:
        permits = permits.filter(name_or_number(text))
    if region:
        permits = permits.filter(site__region__code__startswith=region.prefix)
    if state:
        permits = permits.filter(state=state)
    return permits.select_related("site__enterprise", "site__region").order_by("-id")


def name_or_number(text: str) -> Q:
    """A whole number finds one permit by its index; else the name, or how the number begins."""
    number = text.upper().replace(" ", "")
    if PERMIT_NO.fullmatch(number):
        return Q(permit_no=number)
    found = Q(holder_name__contains=text)
    if number.isascii() and number.isalnum():
        found |= Q(permit_no__startswith=number)
    return found
