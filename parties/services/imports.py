"""Spreadsheets of registers: kept with their verdict, tried, taken over all or not at all."""

import dataclasses
import datetime
import hashlib
import io
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from parties.imports import KINDS, ImportKind, Outcome
from parties.models import Membership, SheetImport
from parties.models.imports import ImportState
from parties.refusals import ImportNeedsBureau, RowRepeats
from shell.refusals import Refusal, spoken
from shell.rules import RuleBroken
from shell.sheets import Sheet, SheetRow, read_sheet

from .records import record

FAULTS_KEPT = 200
ROWS_SHOWN = 200


@dataclasses.dataclass
class Verdict:
    """What a run over a file found."""

    faults: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    preview: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    counts: dict[Outcome, int] = dataclasses.field(
        default_factory=lambda: dict.fromkeys(Outcome, 0)
    )

    def blame(self, row: int | None, error: Refusal | RuleBroken) -> None:
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append({"row": row, "text": str(spoken(error))})


@transaction.atomic
def keep_import(
    *, by: Membership, kind: str, file_name: str, content: bytes, now: datetime.datetime
) -> SheetImport:
    """Keep the file and try it: its verdict stands, the registers are untouched.

    The same file again is the same import; it is tried anew until it has been taken over.
    """
    if by.bureau is None:
        raise ImportNeedsBureau
    digest = hashlib.sha256(content).digest()
    known = SheetImport.objects.select_for_update().filter(
        kind=kind, bureau=by.bureau, content_hash=digest
    )
    sheet_import = known.first() or SheetImport(
        kind=kind,
        bureau=by.bureau,
        file_name=file_name[:200],
        content=content,
        content_hash=digest,
        sent_by=by,
        sent_at=now,
    )
    if sheet_import.state == ImportState.APPLIED:
        return sheet_import
    verdict = run(by=by, sheet_import=sheet_import, for_real=False)
    return conclude(sheet_import, verdict, by=by)


@transaction.atomic
def apply_import(
    *, by: Membership, sheet_import: SheetImport, now: datetime.datetime
) -> SheetImport:
    """Take over every row in one transaction, or none: then the state says FAULTY and why.

    An import that was taken over is not taken over again.
    """
    locked = SheetImport.objects.select_for_update().get(pk=sheet_import.pk)
    if locked.state == ImportState.APPLIED:
        return locked
    verdict = run(by=by, sheet_import=locked, for_real=True)
    if not verdict.faults:
        locked.applied_at = now
    return conclude(locked, verdict, by=by)


def conclude(sheet_import: SheetImport, verdict: Verdict, *, by: Membership) -> SheetImport:
    """Write the verdict down."""
    if verdict.faults:
        sheet_import.state = ImportState.FAULTY
    else:
        sheet_import.state = ImportState.APPLIED if sheet_import.applied_at else ImportState.READY
    sheet_import.faults, sheet_import.preview = verdict.faults, verdict.preview
    sheet_import.new_count = verdict.counts[Outcome.NEW]
    sheet_import.changed_count = verdict.counts[Outcome.CHANGED]
    sheet_import.same_count = verdict.counts[Outcome.SAME]
    return record(sheet_import, by=by, reason=sheet_import.file_name)


def run(*, by: Membership, sheet_import: SheetImport, for_real: bool) -> Verdict:
    """Take every row over; all of it is taken back when one has a fault or it is but a trial."""
    kind = KINDS[sheet_import.kind]
    verdict = Verdict()
    try:
        sheet = read_sheet(io.BytesIO(bytes(sheet_import.content)), kind.columns)
    except Refusal as refusal:
        verdict.blame(None, refusal)
        return verdict
    if sheet.faults:
        blame_cells(verdict, sheet)
        return verdict
    with transaction.atomic():
        take_rows(by=by, kind=kind, rows=sheet.rows, verdict=verdict, source=sheet_import.file_name)
        if verdict.faults or not for_real:
            transaction.set_rollback(True)
    return verdict


def blame_cells(verdict: Verdict, sheet: Sheet) -> None:
    """What could not be read, cell by cell."""
    for fault in sheet.faults:
        verdict.blame(fault.params.get("row"), fault)


def take_rows(
    *,
    by: Membership,
    kind: ImportKind,
    rows: Sequence[SheetRow],
    verdict: Verdict,
    source: str,
) -> None:
    """Each row by its own service; a refusal is noted and the next row is tried."""
    reason = _("imported from %(file)s") % {"file": source}
    seen: dict[Any, int] = {}
    for row in rows:
        try:
            named = tuple(row.values[name] for name in kind.identity)
            first = seen.setdefault(named, row.number)
            if first != row.number:
                raise RowRepeats(first=first)
            with transaction.atomic():
                taken = kind.take(by, row.values, reason)
        except (Refusal, RuleBroken) as error:
            verdict.blame(row.number, error)
            continue
        verdict.counts[taken.outcome] += 1
        if len(verdict.preview) < ROWS_SHOWN:
            verdict.preview.append({"row": row.number, **dataclasses.asdict(taken)})
