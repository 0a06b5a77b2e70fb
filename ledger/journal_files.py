"""The journal as rows of a file: one transfer each, both sides, in the reader's language."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ledger import documents
from ledger.figures import kind_of
from ledger.models import Asset, OperationType
from ledger.models.accounts import PURPOSE_NAMES
from ledger.queries.journal import Entry
from ledger.queries.statements import kind_names
from ledger.rules import DocumentRef, Purpose
from parties.models import Membership
from shell.sheets import SCALE_OF_KIND
from shell.streams import batches


def heads() -> list[str]:
    """The head row."""
    return [
        _("Operation"),
        _("Line"),
        _("Posted"),
        _("Effective on"),
        _("Kind"),
        _("Counts"),
        _("Amount"),
        _("Unit"),
        _("From"),
        _("From: holder"),
        _("From: account"),
        _("From: holds then"),
        _("To"),
        _("To: holder"),
        _("To: account"),
        _("To: holds then"),
        _("Document"),
        _("Reason"),
        _("By"),
        _("Approval"),
        _("Reverses"),
    ]


def rows(entries: Iterable[Entry], actor: Membership) -> Iterator[list[Any]]:
    """The entries as cells; of accounts out of the reader's reach only the purpose is told."""
    kinds, assets = kind_names(), Asset.objects.select_related("pollutant", "period").in_bulk()
    for batch in batches(entries):
        refs = {DocumentRef(one.document_type, one.document_id) for one in batch}
        papers = documents.links(refs, None)
        people = Membership.objects.select_related("user").in_bulk({one.by_id for one in batch})
        for one in batch:
            paper = papers[DocumentRef(one.document_type, one.document_id)].words
            asset = assets.get(one.asset_id) or asset_made_since(assets, one.asset_id)
            yield row(one, kinds, asset, paper, str(people[one.by_id]), actor)


def asset_made_since(assets: dict[int, Asset], pk: int) -> Asset:
    """An asset that was made after the export began."""
    assets[pk] = Asset.objects.select_related("pollutant", "period").get(pk=pk)
    return assets[pk]


def row(
    one: Entry,
    kinds: dict[str, OperationType],
    asset: Asset,
    paper: str,
    person: str,
    actor: Membership,
) -> list[Any]:
    """One transfer."""
    kind = kind_of(asset)
    scale = SCALE_OF_KIND[kind]
    source = side(one[13:19], scale, actor)
    target = side(one[19:25], scale, actor)
    return [
        one.operation_id,
        one.line,
        one.posted_at,
        one.effective_date,
        str(kinds[one.kind]),
        str(asset),
        Decimal(one.amount) / scale,
        {"t": "t", "m3": "m³"}.get(kind) or _("yuan"),
        *source,
        *target,
        paper,
        one.reason,
        person,
        one.approval_id,
        one.reverses_id,
    ]


def side(
    part: tuple[int, str, str | None, str, int | None, int], scale: int, actor: Membership
) -> list[Any]:
    """Purpose, holder, account and balance of one side."""
    pk, purpose, holder, region, enterprise_id, balance = part
    word = str(PURPOSE_NAMES[Purpose(purpose)])
    is_own = (
        enterprise_id == actor.enterprise_id
        if actor.enterprise_id
        else region.startswith(actor.region_prefix)
    )
    if not is_own:
        return [word, None, None, None]
    return [word, holder or region, pk, Decimal(balance) / scale]
