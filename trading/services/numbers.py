"""Numbers of documents: region, kind, year and a serial that no two documents share."""

import datetime

from django.db import connection, models


def next_number(
    model: type[models.Model], *, region_code: str, mark: str, day: datetime.date
) -> tuple[int, str]:
    """The id and the number of a new row: 339900-FD2026-000017."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        serial = cursor.fetchone()[0]
    return serial, f"{region_code}-{mark}{day.year}-{serial:06d}"
