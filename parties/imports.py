"""Registers that come as spreadsheets: which columns they have and how a row is taken over.

An app makes its kind known and gives it to `views.imports.urls` in its `urls.py`:

    OUTLETS = register(ImportKind("outlets", name=_("Outlets"), identity=("uscc", "code"), …))

A row is taken over by the very service that its form calls, so a file can do nothing that a
person cannot. The preview is the same run, taken back at its end.
"""

import dataclasses
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.models import Membership
from shell.names import check_name
from shell.refusals import Text
from shell.sheets import SheetColumn


class Outcome(StrEnum):
    """What taking over a row does."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    SAME = "SAME"


OUTCOMES: dict[str, Text] = {
    Outcome.NEW: gettext_lazy("new"),
    Outcome.CHANGED: gettext_lazy("changed"),
    Outcome.SAME: gettext_lazy("unchanged"),
}


@dataclasses.dataclass(frozen=True)
class Taken:
    """What became of a row: its name for the reader, and what he should look at twice."""

    outcome: Outcome
    name: str
    warning: str = ""


@dataclasses.dataclass(frozen=True)
class Explained:
    """A column and what the reader of the template must know of it."""

    column: SheetColumn
    note: Text


@dataclasses.dataclass(frozen=True)
class ImportKind:
    """A register that can be imported; `identity` are the keys of the
    columns that together name a row."""

    key: str
    name: Text
    identity: tuple[str, ...]
    explained: tuple[Explained, ...]
    take: Callable[[Membership, dict[str, Any], str], Taken]

    @property
    def columns(self) -> list[SheetColumn]:
        return [one.column for one in self.explained]


KINDS: dict[str, ImportKind] = {}


def register(kind: ImportKind) -> ImportKind:
    """Make a kind of file known."""
    KINDS[kind.key] = kind
    return kind


def words(most: int) -> Callable[[str], str]:
    """Reads a text of at most so many characters that must not be missing."""

    def read(text: str) -> str:
        if not text:
            raise ValueError(_("is missing"))
        if len(text) > most:
            raise ValueError(_("has more than %(most)s characters") % {"most": most})
        return check_name(text)

    return read


def code(text: str) -> str:
    """Reads a code typed from paper: capitals, no spaces between groups."""
    return words(18)(text.replace(" ", "").upper())
