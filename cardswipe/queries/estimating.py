"""What substitution needs to know: which hours are missing, which hours and days before are valid.

Everything goes by the events' own unique index (controller, kind, begin) and looks back so many
rows as the rule says, so the cost does not grow with history.
"""

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from cardswipe.load_rules import CheckTerms
from cardswipe.models import Controller, LoadCheckRule, SubstitutionRule
from cardswipe.substitution import Cause, Gap, Method, Term, capture_rate, choose, value_of

ONE_HOUR = datetime.timedelta(hours=1)
MISSING = """
SELECT c.id, h FROM unnest(%(ids)s::bigint[]) AS c (id)
CROSS JOIN LATERAL (
    SELECT e.started_at FROM cardswipe_dischargeevent e
    WHERE e.controller_id = c.id AND e.kind = 'HOUR' ORDER BY e.started_at LIMIT 1) AS first
CROSS JOIN LATERAL generate_series(
    greatest(first.started_at, %(since)s), %(last)s, interval '1 hour') AS h
WHERE NOT EXISTS (
    SELECT 1 FROM cardswipe_dischargeevent e
    WHERE e.controller_id = c.id AND e.kind = 'HOUR' AND e.started_at = h)
"""
# An hour is valid that the device vouched for, whose minutes sufficed, and that nobody corrected.
IS_VALID = """
e.kind = 'HOUR' AND NOT e.is_estimate
AND NOT EXISTS (SELECT 1 FROM cardswipe_loadcheck k WHERE k.controller_id = e.controller_id
                AND k.started_at = e.started_at AND k.verdict = 'TOO_FEW')
AND NOT EXISTS (SELECT 1 FROM cardswipe_loadcorrection n WHERE n.event_id = e.id
                AND n.state = 'COUNTED')
"""
VALID_HOURS = f"""
SELECT l.pollutant_id, l.quantity FROM (
    SELECT e.id FROM cardswipe_dischargeevent e
    WHERE e.controller_id = %s AND e.started_at < %s AND {IS_VALID}
    ORDER BY e.started_at DESC LIMIT %s) AS hour
JOIN cardswipe_eventload l ON l.event_id = hour.id
"""
VALID_DAYS = """
SELECT pollutant_id, quantity FROM (
    SELECT d.pollutant_id, d.quantity,
           row_number() OVER (PARTITION BY d.pollutant_id ORDER BY d.day DESC) AS place
    FROM cardswipe_dailytotal d
    WHERE d.controller_id = %s AND d.day < %s AND d.estimated = 0 AND d.events >= %s) AS day
WHERE place <= %s
"""
COUNT_VALID = f"""
SELECT count(*) FILTER (WHERE {IS_VALID}), min(e.started_at)
FROM cardswipe_dischargeevent e
WHERE e.controller_id = %s AND e.kind = 'HOUR' AND e.started_at >= %s AND e.started_at < %s
"""


@dataclass(frozen=True)
class Suggestion:
    """What a rule gives for one hour of a gap: by pollutant (mg, water L), and from how much."""

    term: Term
    capture: int
    quantities: Mapping[str, int]
    looked_at: Mapping[str, int]


def missing_hours(
    controllers: Iterable[int], since: datetime.datetime, last: datetime.datetime
) -> dict[int, list[datetime.datetime]]:
    """By controller, the hours from its first report on that no event covers."""
    given: dict[str, Any] = {"ids": sorted(controllers), "since": since, "last": last}
    found: dict[int, list[datetime.datetime]] = {}
    with connection.cursor() as cursor:
        cursor.execute(MISSING, given)
        for controller, hour in cursor.fetchall():
            found.setdefault(controller, []).append(hour)
    return found


def quarter_begin(moment: datetime.datetime) -> datetime.datetime:
    """When the quarter of the moment began, by the local calendar."""
    local = timezone.localtime(moment)
    first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(month=(local.month - 1) // 3 * 3 + 1)


def capture_before(controller: int, moment: datetime.datetime) -> int:
    """The valid hours among those since the quarter (or the controller) began, in thousandths."""
    begin = quarter_begin(moment)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_VALID, [controller, begin, moment])
        valid, first = cursor.fetchone()
    due = (moment - max(begin, first)) // ONE_HOUR if first else 0
    return capture_rate(valid, due)


def terms_for(controllers: Collection[Controller], day: datetime.date) -> dict[int, list[Term]]:
    """By controller, the substitution rules at its outlet, switched on or not; one statement."""
    regions = {row.outlet.site.region_id for row in controllers}
    rules = SubstitutionRule.objects.nearest_each(regions, day)
    return {
        row.pk: [
            rule.term()
            for rule in rules[row.outlet.site.region_id]
            if rule.medium == row.outlet.medium
        ]
        for row in controllers
    }


def suggest(
    controller: Controller, gap: Gap, cause: Cause, terms: Iterable[Term]
) -> Suggestion | None:
    """What the rules give for each hour of the gap; None where they say nothing, or nothing
    valid lies before it."""
    capture = capture_before(controller.pk, gap.begin)
    term = choose(terms, cause=cause, gap_h=gap.hours, capture=capture)
    if term is None:
        return None
    figures = figures_before(controller, gap.begin, term)
    quantities = {code: value_of(term.method, found) for code, found in figures.items()}
    filled = {code: value for code, value in sorted(quantities.items()) if value is not None}
    if not filled:
        return None
    return Suggestion(term, capture, filled, {code: len(figures[code]) for code in filled})


def figures_before(
    controller: Controller, moment: datetime.datetime, term: Term
) -> dict[str, list[int]]:
    """By pollutant, the loads of the valid hours (or days) that the rule looks back at."""
    given: list[Any]
    if term.method == Method.MAX_HOURS:
        asked, given = VALID_HOURS, [controller.pk, moment, term.window]
    else:
        day, least = timezone.localdate(moment), least_hours(controller, moment)
        asked, given = VALID_DAYS, [controller.pk, day, least, term.window]
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(asked, given)
        for code, quantity in cursor.fetchall():
            found.setdefault(code, []).append(quantity)
    return found


def least_hours(controller: Controller, moment: datetime.datetime) -> int:
    """How many valid hours a valid day needs; all of them where no rule says."""
    terms = check_terms([controller], timezone.localdate(moment))[controller.pk]
    if terms is None:
        return 24
    return terms.least_hours(is_water_medium=controller.outlet.medium == "WATER")


def check_terms(
    controllers: Collection[Controller], day: datetime.date
) -> dict[int, CheckTerms | None]:
    """By controller, the rule of validity at its outlet; one statement."""
    regions = {row.outlet.site.region_id for row in controllers}
    rules = LoadCheckRule.objects.nearest_each(regions, day)
    terms = {region: rows[0].terms() if rows else None for region, rows in rules.items()}
    return {row.pk: terms[row.outlet.site.region_id] for row in controllers}
