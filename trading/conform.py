"""Conformance checks of this app, for `manage.py conform`."""

from collections.abc import Callable
from typing import Any

from trading import formats
from trading.rules import fee_from_text


def check_fee(asked: dict[str, Any]) -> dict[str, Any]:
    """quantity_t, price, years, discount → the amount in yuan."""
    return {
        "amount": fee_from_text(
            quantity_t=asked["quantity_t"],
            price=asked["price"],
            years=asked["years"],
            discount=asked.get("discount", "1"),
        )
    }


CHECKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "auction": formats.run,
    "fee": check_fee,
}
