"""How every app shows rows of regulation: where they hold, from when to when, and whether now."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from shell.tables import Column, Status


def place(row: Any) -> Any:
    """The region a row holds in; a row without one holds everywhere."""
    return row.region or _("the whole country")


def standing(row: Any) -> Status:
    """Whether the row holds today, will, or did."""
    today = timezone.localdate()
    if row.valid_from > today:
        return Status("waiting", _("to come"))
    if row.valid_to is not None and row.valid_to < today:
        return Status("neutral", _("ended"))
    return Status("normal", _("in force"))


def term_columns() -> list[Column]:
    """First day, last day, and what that means today."""
    return [
        Column("valid_from", _("Valid from"), kind="date"),
        Column("valid_to", _("Valid to"), kind="date"),
        Column("standing", _("State"), kind="status", value=standing),
    ]
