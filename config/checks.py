"""Django's system checks of the database, run by `migrate` and `check --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core import checks

from config import requirements
from config.requirements import State

LEVELS = {State.FAULT: checks.ERROR, State.NOTE: checks.WARNING}


@checks.register(checks.Tags.database)
def database_keeps_what_it_acknowledged(
    *, databases: Sequence[str] | None = None, **others: Any
) -> list[checks.CheckMessage]:
    """The findings on PostgreSQL as Django's messages."""
    return [
        checks.CheckMessage(
            LEVELS[found.state], found.said, hint=found.advice, id=f"yizheng.{found.state}"
        )
        for found in (requirements.database() if databases else [])
        if found.state in LEVELS
    ]
