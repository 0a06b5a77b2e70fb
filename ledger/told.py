"""The lines of a statement in words: kind, document, own and other side; few look-ups for many."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger import documents
from ledger.documents import Link
from ledger.figures import plain_amount
from ledger.models import Account, Asset
from ledger.queries.statements import Line, kind_names
from ledger.rules import DocumentRef
from parties.models import Membership
from shell.streams import batches

SIDES = ("account_id", "other_account_id")


@dataclass(frozen=True)
class ToldLine:
    """A line and what its reader may be told of it."""

    line: Line
    kind: str
    document: Link
    account: str
    other: str


def told(lines: Sequence[Line], actor: Membership) -> list[ToldLine]:
    """The lines in the reader's language; of accounts out of his reach only the purpose."""
    kinds = kind_names()
    papers = documents.links((paper_of(line) for line in lines), actor)
    own, other = ([getattr(one, name) for one in lines] for name in SIDES)
    sides = side_words(own, other, actor)
    return [
        ToldLine(
            line=line,
            kind=kind_word(kinds, line),
            document=papers[paper_of(line)],
            account=sides.get(line.account_id, ""),
            other=sides.get(line.other_account_id, ""),
        )
        for line in lines
    ]


def told_all(lines: Iterable[Line], actor: Membership) -> Iterator[ToldLine]:
    """The same for any number of lines, a batch at a time."""
    for batch in batches(lines):
        yield from told(batch, actor)


def kind_word(kinds: Any, line: Line) -> str:
    """The kind of operation; a counter-operation says what it undoes."""
    word = str(kinds[line.kind])
    return f"{word} → {line.reverses_id}" if line.reverses_id else word


def paper_of(line: Line) -> DocumentRef:
    """The document behind a line."""
    return DocumentRef(line.document_type, line.document_id)


def side_words(own: Iterable[int], other: Iterable[int], actor: Membership) -> dict[int, str]:
    """Accounts in words: purpose, and for those within reach the lot or card and the holder,
    unless that is the holder of the book itself."""
    own = set(own)
    accounts = Account.objects.filter(pk__in=own.union(other)).select_related("enterprise")
    found = list(accounts)
    within = set(accounts.for_actor(actor).values_list("pk", flat=True))
    homes = {one.enterprise_id for one in found if one.pk in own}
    references = documents.links(
        (reference_of(one) for one in found if one.reference_id and one.pk in within), None
    )
    return {
        one.pk: " · ".join(side_parts(one, references, homes))
        if one.pk in within
        else str(one.get_purpose_display())
        for one in found
    }


def side_parts(
    account: Account, references: dict[DocumentRef, Link], homes: set[int | None]
) -> Iterator[str]:
    """Purpose, number of the lot or card, holder where it is another."""
    yield str(account.get_purpose_display())
    reference = references.get(reference_of(account))
    if reference:
        yield reference.number
    if account.enterprise and account.enterprise_id not in homes:
        yield str(account.enterprise)


def reference_of(account: Account) -> DocumentRef:
    """What the account is for, as a document."""
    return DocumentRef(account.reference_type, account.reference_id or 0)


def linked(link: Link) -> Any:
    """A document's words, as a link where it can be opened."""
    return format_html('<a href="{}">{}</a>', link.url, link.words) if link.url else link.words


def direction(told: ToldLine, asset: Asset) -> str:
    """The other side with an arrow: whence it came or where it went; inside, how much moved."""
    if told.line.is_inner:
        words = {"side": told.other, "amount": plain_amount(told.line.amount, asset)}
        return _("inside: %(amount)s to %(side)s") % words
    return f"{'→' if told.line.delta < 0 else '←'} {told.other}"
