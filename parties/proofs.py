"""The proof of a record, from whoever keeps the proof log: parties itself knows of none.

proofs.register(facts)    # facts(approval) gives label and value pairs for its page
"""

from collections.abc import Callable
from typing import Any

from parties.models import Approval

Source = Callable[[Approval], list[tuple[Any, Any]]]
SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Make a source of proofs known."""
    if source not in SOURCES:
        SOURCES.append(source)


def of_approval(approval: Approval) -> list[tuple[Any, Any]]:
    """Where the approval stands in the log, and its receipt."""
    return [fact for source in SOURCES for fact in source(approval)]
