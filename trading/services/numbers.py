"""Numbers of documents: region, kind, year and a serial that no two documents share."""

import datetime

from django.db import models

from parties.services import reserve_id


def next_number(
    model: type[models.Model], *, region_code: str, mark: str, day: datetime.date
) -> tuple[int, str]:
    """The id and the number of a new row: 339900-FD2026-000017."""
    serial = reserve_id(model)
    return serial, f"{region_code}-{mark}{day.year}-{serial:06d}"
