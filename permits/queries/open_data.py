"""Reads of the open data: the permits to publish, the days there are, where their files lie."""

import datetime
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from permits.models import OpenDataDay, PermitVersion
from permits.open_data import Row, rows_of

CHUNK = 200


def folder() -> Path:
    """Where the days lie, a folder each."""
    return Path(settings.MEDIA_ROOT) / "open-data"


def published() -> Iterator[dict[str, list[Row]]]:
    """The rows of each permit in turn, in the order of permit numbers; one snapshot, read by a
    cursor, so that memory does not grow with the register."""
    versions: Any = (
        PermitVersion.objects.select_related("permit")
        .order_by("permit__permit_no", "number")
        .iterator(chunk_size=CHUNK)
    )
    for _key, group in itertools.groupby(versions, key=lambda one: one.permit_id):
        own = list(group)
        yield rows_of(own[0].permit, own)


def file_of(day: datetime.date, name: str) -> Path | None:
    """A published file that is still kept; None for any other name."""
    if not OpenDataDay.objects.filter(day=day).exists():
        return None
    here = folder() / day.isoformat()
    # Compared with the folder's own entries: no name given from outside becomes a path.
    found = {one.name: one for one in here.iterdir()} if here.is_dir() else {}
    return found.get(name)


def is_kept(day: datetime.date) -> bool:
    """Whether the day's files are still there."""
    return (folder() / day.isoformat()).is_dir()
