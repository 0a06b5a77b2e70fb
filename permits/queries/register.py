"""The public register: search and what anyone may see of a permit."""

from django.db.models import Q, QuerySet

from parties.models import Region
from permits.models import Permit
from permits.rules import PERMIT_NO

LONGEST = 60


def search(
    permits: QuerySet[Permit],
    *,
    text: str = "",
    region: Region | None = None,
    industry: str = "",
    state: str = "",
) -> QuerySet[Permit]:
    """Narrow by part of a present or former name or the beginning of the number (which begins
    with the credit code), by region, by how the industry code begins (GB/T 4754), by state."""
    text = text.strip()[:LONGEST]
    if text:
        permits = permits.filter(name_or_number(text))
    if region:
        permits = permits.filter(site__region__code__startswith=region.prefix)
    if industry:
        permits = permits.filter(site__enterprise__industry_code__startswith=industry.strip())
    if state:
        permits = permits.filter(state=state)
    return permits.select_related("site__enterprise", "site__region").order_by("-id")


def name_or_number(text: str) -> Q:
    """A whole number finds one permit by its index; else a name that the holder has or had, or
    how the number begins."""
    number = text.upper().replace(" ", "")
    if PERMIT_NO.fullmatch(number):
        return Q(permit_no=number)
    former = Permit.history.filter(holder_name__contains=text)
    found = Q(holder_name__contains=text) | Q(pk__in=former.values("id"))
    if number.isascii() and number.isalnum():
        found |= Q(permit_no__startswith=number)
    return found
