"""Amounts of money in models."""

from typing import Any

from django.db import models
from djmoney.models.fields import MoneyField
from djmoney.money import Money


def money_field(name: Any, **options: Any) -> "models.Field[Money, Money]":
    """A django-money field in yuan with two decimals, typed as what it gives back."""
    field: Any = MoneyField(
        name, max_digits=16, decimal_places=2, default_currency="CNY", **options
    )
    return field
