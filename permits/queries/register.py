"""The public register: search and what anyone may see of a permit."""

import itertools

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.fields.array import (  # type: ignore[attr-defined]  # the stubs lack it
    ArrayContains,
)
from django.db.models import F, Func, Q, QuerySet, TextField

from parties.models import Region
from permits.models import Permit
from permits.models.names import spelt
from permits.rules import PERMIT_NO

LONGEST = 60
NAME_PARTS = Func(F("names"), function="permits_grams", output_field=ArrayField(TextField()))


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
    compact = text.replace(" ", "")
    for spelling in (compact, compact.upper()):
        if PERMIT_NO.fullmatch(spelling):
            return Q(permit_no=spelling)
    found = name_holds(text)
    if compact.isascii() and compact.isalnum():
        found |= Q(permit_no__startswith=compact.upper())
    return found


def name_holds(text: str) -> Q:
    """A present or former name holds the text; the pairs of its characters narrow by the index,
    the comparison decides."""
    sought = spelt(text)
    return Q(names__contains=sought) & Q(ArrayContains(NAME_PARTS, grams(sought)))


def grams(sought: str) -> list[str]:
    """What `permits_grams` gives of every text that holds this one: its pairs of neighbours."""
    pairs = (first + second for first, second in itertools.pairwise(sought))
    return sorted(set(pairs)) or [sought]
