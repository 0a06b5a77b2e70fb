"""Business records against their own history: who changes a row past the services shows here."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from .faults import Fault, faults

# Reference data come in bulk and alarms in batches: their first version has no history row.
BULK = {"alarm", "factor", "operationtypemovement"}
COMPARED = """
SELECT coalesce('{noun} ' || m."{key}", '{noun} ' || h."{key}"), CASE
    WHEN m."{key}" IS NULL THEN 'is gone, and no history says so'
    WHEN h."{key}" IS NULL THEN 'has no history'
    WHEN h.history_type = '-' THEN 'was removed on ' || h.history_date || ', and stands again'
    ELSE concat_ws('; ', {differences}) END
FROM {table} m
FULL JOIN (
    SELECT DISTINCT ON ("{key}") * FROM {history} ORDER BY "{key}", history_id DESC
) h ON h."{key}" = m."{key}"
WHERE (m."{key}" IS NULL AND h.history_type <> '-') OR (h."{key}" IS NULL AND NOT {is_bulk})
   OR (m."{key}" IS NOT NULL AND h.history_type = '-')
   OR (m."{key}" = h."{key}" AND ({row}) IS DISTINCT FROM ({last}))
"""
DIFFERENCE = (
    'CASE WHEN m."{0}" IS DISTINCT FROM h."{0}" THEN \'{0} is \' ||'
    " coalesce(left(m.\"{0}\"::text, 60), 'empty') || ', last recorded '"
    " || coalesce(left(h.\"{0}\"::text, 60), 'empty') END"
)


def records_agree_with_their_history() -> Iterator[Fault]:
    """V13: each business record is what its last history row says."""
    for model in apps.get_models():
        if hasattr(model, "history") and not model._meta.label_lower.startswith("simple_history"):
            yield from faults("V13", comparison(model))


def comparison(model: type[models.Model]) -> str:
    """The query that names each record that differs from its last history row, and in what."""
    tracked: Any = model.history.model  # type: ignore[attr-defined]
    columns = [field.column for field in tracked.tracked_fields]
    key = model._meta.pk.column
    return COMPARED.format(
        noun=model._meta.model_name,
        key=key,
        table=model._meta.db_table,
        is_bulk=model._meta.model_name in BULK,
        history=tracked._meta.db_table,
        differences=", ".join(DIFFERENCE.format(name) for name in columns if name != key),
        row=", ".join(f'm."{name}"' for name in columns),
        last=", ".join(f'h."{name}"' for name in columns),
    )
