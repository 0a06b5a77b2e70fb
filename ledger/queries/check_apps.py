"""V17: what the apps above know of their documents agrees with the journal.

The ledger sees a document's type and number only. Who owns documents registers a check:

    check_apps.register(queries.events_are_accounted_for)
"""

from collections.abc import Callable, Iterator

from .faults import Fault, faults

CODE = "V17"
REGISTERED: list[Callable[[], str]] = []


def register(sql: Callable[[], str]) -> None:
    """Add a query; each row it gives is a fault: the faulty row's name, and what is wrong."""
    REGISTERED.append(sql)


def what_apps_say_holds() -> Iterator[Fault]:
    """Every registered check, one after the other."""
    for sql in REGISTERED:
        yield from faults(CODE, sql())
