"""Dated rows, from `valid_from` to `valid_to` inclusive (empty: for ever): which hold on a day,
and the constraints that they end after they begin and never overlap.

The last is an exclusion constraint with built-in range types: PostgreSQL's btree_gist would
allow `=` beside `&&`, but is not everywhere at hand; a range that holds one whole number does
the same.
"""

import datetime
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db.models import BigIntegerField, CheckConstraint, F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce


def holds_on(day: datetime.date) -> Q:
    """That a dated row holds on the day."""
    return Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def ends_after_it_begins(name: str) -> CheckConstraint:
    """A dated row's last day is not before its first."""
    return CheckConstraint(
        name=name, condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
    )


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
