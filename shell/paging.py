"""Turning the pages of very long lists: by the last row shown, never by counting rows over.

The cost of a page is that of its rows, wherever it lies. A page number would have the database
walk all rows before it.
"""

from typing import Any

from django.db.models import Q, QuerySet, Subquery

from shell.units import is_id

MOST_COUNTED = 1001  # "more than 1000" is all that somebody wants to know of a longer list


def cursor(text: str) -> int | None:
    """The key of the last row shown, as an address carries it; None when it is no such key."""
    return int(text) if is_id(text) else None


def after_number(rows: "QuerySet[Any]", order: str, last: int) -> "QuerySet[Any]":
    """The rows that follow a number in the order of a unique number, such as the key."""
    side = "lt" if order.startswith("-") else "gt"
    return rows.filter(**{f"{order.removeprefix('-')}__{side}": last})


def after_row(rows: "QuerySet[Any]", order: str, last: int) -> "QuerySet[Any]":
    """The rows that follow the row with this key, in any column's order with ties by the key.

    The column's present value in that row says where the page begins.
    """
    name, side = order.removeprefix("-"), "lt" if order.startswith("-") else "gt"
    there = Subquery(rows.model._default_manager.filter(pk=last).values(name)[:1])
    later = Q(**{f"{name}__{side}": there}) | Q(**{name: there, "pk__gt": last})
    # Said twice: the first part alone lets the index begin at the page.
    return rows.filter(Q(**{f"{name}__{side}e": there}) & later)


def count(rows: "QuerySet[Any]") -> int:
    """How many rows there are, up to `MOST_COUNTED`."""
    return rows.order_by()[:MOST_COUNTED].count()
