"""How the documents behind operations are called and where they are shown.

The ledger itself sees only a type and a number. Who knows the documents registers them:

    documents.register("voucher", Document(_("voucher"), "voucher"))
    numbers = documents.named("trading.Bill", "bill_no")
    documents.register("bill", Document(_("bill"), "bill", numbers=numbers))
"""

import dataclasses
import datetime
from collections.abc import Callable, Iterable

from django.apps import apps

from ledger.rules import DocumentRef
from parties.access import open_address
from parties.models import Membership
from shell.figures import moment
from shell.refusals import Text

# Ids to the numbers that stand on paper, in one query.
Numbers = Callable[[set[int]], dict[int, str]]


@dataclasses.dataclass(frozen=True)
class Document:
    """A kind of document: its name, the route of its page, whose page it is, and its numbers.

    `via` (model, column) leads from the document to the object that the page shows; without
    it the page is the document's own. An empty route means that it has no page. `numbers` gives
    the number that people know it by; without it that is its id.
    """

    name: Text
    route: str = ""
    via: tuple[str, str] | None = None
    numbers: Numbers | None = None


def named(label: str, *columns: str, form: str = "{}") -> Numbers:
    """Numbers read from columns of a model and put into a form: `"{} v{}"`."""

    def read(ids: set[int]) -> dict[int, str]:
        rows = apps.get_model(label)._default_manager.filter(pk__in=ids)
        return {
            pk: form.format(*(_shown(value) for value in values))
            for pk, *values in rows.values_list("pk", *columns)
        }

    return read


def _shown(value: object) -> object:
    return moment(value) if isinstance(value, datetime.datetime) else value


@dataclasses.dataclass(frozen=True)
class Link:
    """A document in words, with its address where this person may open it, and its number."""

    words: str
    url: str = ""
    number: str = dataclasses.field(default="", compare=False)


DOCUMENTS: dict[str, Document] = {}


def register(document_type: str, document: Document) -> None:
    """Make a kind of document known to statements."""
    DOCUMENTS[document_type] = document


def links(refs: Iterable[DocumentRef], actor: Membership | None) -> dict[DocumentRef, Link]:
    """Words and address of each document: one look-up per kind, however many there are."""
    by_type: dict[str, set[int]] = {}
    for ref in refs:
        by_type.setdefault(ref.type, set()).add(ref.id)
    found = {}
    for kind, ids in by_type.items():
        document = DOCUMENTS.get(kind, Document(kind))
        targets = targets_of(document, ids)
        numbers = document.numbers(ids) if document.numbers else {}
        for pk in ids:
            url = open_address(document.route, targets.get(pk), actor)
            number = numbers.get(pk, str(pk))
            found[DocumentRef(kind, pk)] = Link(f"{document.name} {number}", url, number)
    return found


def targets_of(document: Document, ids: set[int]) -> dict[int, int]:
    """The number in the page's address for each document."""
    if document.via is None:
        return {number: number for number in ids}
    label, column = document.via
    rows = apps.get_model(label)._default_manager.filter(pk__in=ids).values_list("pk", column)
    return {pk: target for pk, target in rows if target is not None}
