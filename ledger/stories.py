"""What belongs to the history of an object: whose records, approvals, acts and operations.

Each app says so for its objects in its own `stories.py`; an app above may add to a story of one
below (`contribute`), as the cards do to the enterprise's. `ledger.queries.history` reads a story
in a fixed number of queries, whatever its length.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, Lot
from shell.refusals import Text

Ids = Callable[[Any], Iterable[int]]


@dataclass(frozen=True)
class Records:
    """The history rows of a model: those whose column `where` is the object (its `of`).

    `is_inner`: not for the enterprise.
    """

    label: str
    where: str
    of: Callable[[Any], Any] = lambda obj: obj.pk
    is_inner: bool = False


@dataclass(frozen=True)
class Acts:
    """Rows that are never changed, each an act: when, by whom, what, why.

    `is_inner`: not for the enterprise.
    """

    label: str
    where: str
    at: str
    what: Callable[[Any], str]
    by: str = ""
    why: Callable[[Any], str] | None = None
    is_inner: bool = False


@dataclass(frozen=True)
class Approvals:
    """The approvals of a kind of subject: of the object itself, or of what belongs to it."""

    subject_type: str
    ids: Ids = lambda obj: [obj.pk]


@dataclass(frozen=True)
class Documents:
    """The operations behind a kind of document: the object itself, or what belongs to it."""

    document_type: str
    ids: Ids = lambda obj: [obj.pk]


@dataclass(frozen=True)
class Accounts:
    """The operations that touched some accounts."""

    of: Callable[[Any], "models.QuerySet[Account]"]


Source = Records | Acts | Approvals | Documents | Accounts


@dataclass(frozen=True)
class Story:
    """A kind of object with the sources of its history."""

    kind: str
    name: Text
    sources: tuple[Source, ...]

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """Its own sources and those that apps above contributed."""
        return (*self.sources, *CONTRIBUTED.get(self.kind, ()))


CONTRIBUTED: dict[str, tuple[Source, ...]] = {}


def contribute(kind: str, *sources: Source) -> None:
    """Add sources to a story of an app below; called once, when Django is ready."""
    CONTRIBUTED[kind] = (*CONTRIBUTED.get(kind, ()), *sources)


def related(label: str, **where: str) -> Ids:
    """The ids of what belongs to the object: `related("permits.Ending", permit="pk")`."""

    def ids(obj: Any) -> Iterable[int]:
        found = {column: getattr(obj, name) for column, name in where.items()}
        rows = apps.get_model(label)._default_manager.filter(**found)
        return list(rows.values_list("pk", flat=True))

    return ids


def accounts_of_lot(lot: Lot) -> "models.QuerySet[Account]":
    """Where the lot's shares lie."""
    return Account.objects.filter(reference_type="lot", reference_id=lot.pk)


LOT = Story(
    "lot",
    _("lot"),
    (
        Records("ledger.Lot", "id"),
        Records("ledger.Lot", "parent_id"),
        Records("ledger.Hold", "account__in", accounts_of_lot),
        Accounts(accounts_of_lot),
    ),
)
ACCOUNT = Story(
    "account",
    _("ledger account"),
    (
        Records("ledger.Hold", "account_id"),
        Accounts(lambda account: Account.objects.filter(pk=account.pk)),
    ),
)
ENTERPRISE = Story(
    "enterprise",
    _("enterprise"),
    (
        Records("parties.Enterprise", "id"),
        Records("parties.Membership", "enterprise_id"),
        Records("ledger.Lot", "enterprise_id"),
        Accounts(lambda enterprise: Account.objects.filter(enterprise=enterprise)),
    ),
)
PERSON = Story(
    "person",
    _("person"),
    (Records("parties.User", "id"), Records("parties.Membership", "user_id")),
)
