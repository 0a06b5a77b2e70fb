"""What others saved in an application since a person opened it, in words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from parties.queries import changes_of
from permits.models import (
    Application,
    BasicChange,
    ClassAnswer,
    Classification,
    Duty,
    MonitoringItem,
    Project,
    RequestedLimit,
    RequestedYear,
    SpecialPeriod,
)
from permits.tables import shown_concentration, shown_quantity

# What an application consists of, and how each part finds its application.
PARTS: list[tuple[Any, str]] = [
    (RequestedLimit, "application_id"),
    (Project, "application_id"),
    (BasicChange, "application_id"),
    (MonitoringItem, "application_id"),
    (Duty, "application_id"),
    (Classification, "application_id"),
    (ClassAnswer, "application_id"),
    (RequestedYear, "limit__application_id"),
    (SpecialPeriod, "limit__application_id"),
]
MOST = 12  # lines; the history page has the rest
COUNTED = {"revision"}


def changes_since(application: Application, revision: int) -> tuple[str, str]:
    """Who saved last, and every difference since the revision; empty when nothing is known."""
    rows = list(application.history.order_by("history_id"))  # type: ignore[attr-defined]
    seen = [row for row in rows if row.revision <= revision]
    if not seen or len(seen) == len(rows):
        return "–", "…"
    since = seen[-1]
    said = [told for row in rows[len(seen) :] if (told := own_change(row))]
    for model, field in PARTS:
        parts = model.history.filter(**{field: application.pk}, history_date__gt=since.history_date)
        said += [part_change(row) for row in parts.order_by("history_id")]
    last = rows[-1].history_user
    return str(last or "–"), "; ".join(tidy(said))


def own_change(row: Any) -> str:
    """What one saving changed in the application itself, apart from its counter."""
    return "; ".join(
        part
        for part in changes_of(row, row.prev_record).split("; ")
        if part and not part.startswith(str(_("revision")))
    )


def part_change(row: Any) -> str:
    """What one saving changed in a part: which, from what to what."""
    if isinstance(row.instance, RequestedLimit):
        return limit_change(row)
    name = row.instance_type._meta.verbose_name
    told = _("added") if row.history_type == "+" else changes_of(row, row.prev_record)
    return f"{name} {row.instance}: {told}"


def figures(row: Any) -> str:
    limit = row.instance
    return " ".join(
        [
            shown_concentration(limit.concentration, limit.outlet.medium),
            shown_quantity(limit.quantity_per_year, limit.pollutant.unit),
        ]
    )


def limit_change(row: Any) -> str:
    """A requested limit: its figures before and after."""
    where = f"{row.instance.outlet.code} {row.instance.pollutant}"
    if row.history_type == "-":
        return f"{where}: {figures(row)} → –"
    before = figures(row.prev_record) if row.prev_record else "–"
    return f"{where}: {before} → {figures(row)}"


def tidy(said: Iterable[str]) -> list[str]:
    """Each line once, and no more than a person reads."""
    lines = list(dict.fromkeys(said))
    more = len(lines) - MOST
    return lines[:MOST] + ([_("and %(count)s more") % {"count": more}] if more > 0 else [])
