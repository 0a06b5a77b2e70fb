"""Dated rows that must not overlap: one exclusion constraint, with built-in range types.

PostgreSQL's btree_gist would allow `=` beside `&&`, but is not everywhere at hand; a range
that holds one whole number does the same.
"""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import BigIntegerField, F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce


def _one(number: str | Combinable) -> Func:
    """The range that holds just this number."""
    expression = F(number) if isinstance(number, str) else number
    return Func(expression, expression, Value("[]"), function="int8range")


def digits(field: str) -> Combinable:
    """A field of digits (a region code) as a number; null counts as 0, the whole country."""
    return Cast(Coalesce(F(field), Value("0")), BigIntegerField())


def no_overlap(
    name: str,
    *,
    same: list[str | Combinable],
    start: str,
    end: str,
    bounds: str = "[]",
    condition: Q | None = None,
) -> ExclusionConstraint:
    """No two rows with the same numbers hold on one day; an empty end date means for ever."""
    days: Any = Func(F(start), F(end), Value(bounds), function="daterange")
    overlaps = RangeOperators.OVERLAPS
    return ExclusionConstraint(
        name=name,
        expressions=[*((_one(number), overlaps) for number in same), (days, overlaps)],
        condition=condition,
    )
