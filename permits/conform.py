"""Checks for `manage.py conform`: permit numbers."""

from typing import Any

from permits.rules import parse_permit_no


def check_permit_no(asked: dict[str, Any]) -> dict[str, Any]:
    """`{"permit_no"}` → its parts by HJ 608-2017; the last letter is read, never computed."""
    text = asked["permit_no"]
    if not isinstance(text, str):
        raise TypeError("permit_no is not a text")
    number = parse_permit_no(text)
    return {
        "ok": number is not None,
        "uscc": number.uscc if number else None,
        "site": number.site if number else None,
        "mark": number.mark if number else None,
    }


CHECKS = {"permit-no": check_permit_no}
