"""Which warning step each quota and card has reached: alarms on the way up, closing valves."""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as said

from cardswipe.models import CardAccount, WarningLevel, WarningStep
from cardswipe.rules import AlarmKind, Step, StepBase, step_after, steps_passed
from parties.models import Membership, Region
from parties.services import record

from . import alarms, valves
from .alarms import AlarmSpec

Quota = tuple[int, str, int]  # enterprise, pollutant, quota period
Steps = dict[tuple[str, int], list[Step]]  # by region and base


@dataclass(frozen=True)
class Standing:
    """How much of a quota or a card's account is used, and the step reached before."""

    base: StepBase
    enterprise_id: int
    card_id: int | None
    pollutant: str
    period_id: int
    region_id: str
    used: int
    total: int
    percent: int
    month: datetime.date | None = None


@dataclass(frozen=True)
class Change:
    """A standing whose step has changed."""

    standing: Standing
    after: int
    passed: tuple[Step, ...]
    left: tuple[Step, ...]


CARD_STANDINGS = """
SELECT c.enterprise_id, ca.card_id, ca.pollutant_id, ca.period_id, e.region_id,
       ca.loaded - a.balance, ca.loaded, coalesce(l.percent, 0)
FROM cardswipe_cardaccount ca
JOIN ledger_account a ON a.id = ca.account_id
JOIN cardswipe_card c ON c.id = ca.card_id
JOIN parties_enterprise e ON e.id = c.enterprise_id
LEFT JOIN cardswipe_warninglevel l
  ON l.enterprise_id = c.enterprise_id AND l.card_id = ca.card_id AND l.month IS NULL
 AND l.pollutant_id = ca.pollutant_id AND l.period_id = ca.period_id
WHERE ca.id = ANY(%s)
ORDER BY ca.id
"""

# All of an enterprise's accounts of an asset add up to what was granted to it. One index look-up
# per quota, whatever the planner knows: a book filled in one transaction has no statistics yet.
QUOTA_STANDINGS = """
SELECT w.enterprise_id, NULL::bigint, w.pollutant_id, w.period_id, e.region_id,
       coalesce(a.used, 0), coalesce(a.total, 0),
       coalesce((
           SELECT l.percent FROM cardswipe_warninglevel l
           WHERE l.enterprise_id = w.enterprise_id AND l.card_id IS NULL AND l.month IS NULL
             AND l.pollutant_id = w.pollutant_id AND l.period_id = w.period_id
       ), 0)
FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS w (enterprise_id, pollutant_id, period_id)
JOIN parties_enterprise e ON e.id = w.enterprise_id
CROSS JOIN LATERAL (
    SELECT sum(balance) FILTER (WHERE purpose = 'DISCHARGED')::bigint AS used,
           sum(balance)::bigint AS total
    FROM ledger_account
    WHERE enterprise_id = w.enterprise_id
      AND asset_id = (SELECT s.id FROM ledger_asset s
                      WHERE s.pollutant_id = w.pollutant_id AND s.period_id = w.period_id)
      AND purpose IN ('AVAILABLE', 'CARD', 'FROZEN', 'DISCHARGED', 'OVERRUN')
) a
ORDER BY 1, 3, 4
"""


def refresh(
    *,
    by: Membership,
    now: datetime.datetime,
    card_accounts: Collection[CardAccount] = (),
    card_account_ids: Collection[int] = (),
    quotas: Collection[Quota] = (),
) -> None:
    """Compare the touched accounts with the region's steps; writes only where a step changed.

    The caller holds the accounts' locks, so two bookings never judge the same quota at once.
    """
    ids = {account.pk for account in card_accounts} | set(card_account_ids)
    judge(by=by, standings=standings_of(sorted(ids), sorted(set(quotas))), now=now)


def judge(*, by: Membership, standings: Sequence[Standing], now: datetime.datetime) -> None:
    """Keep the steps that changed; warn, settle, and order valves where a step says so."""
    steps = steps_in_force({s.region_id for s in standings}, timezone.localdate(now))
    changes = [change for s in standings if (change := _change(s, steps)) is not None]
    if changes:
        _keep(changes)
        _warn(by, changes, steps, now)


def standings_of(ids: Sequence[int], quotas: Sequence[Quota]) -> list[Standing]:
    """How card accounts and quotas stand, with the step each had reached."""
    found = []
    with connection.cursor() as cursor:
        if ids:
            cursor.execute(CARD_STANDINGS, [list(ids)])
            found += [Standing(StepBase.CARD, *row) for row in cursor.fetchall()]
        if quotas:
            cursor.execute(QUOTA_STANDINGS, [list(column) for column in zip(*quotas, strict=True)])
            found += [Standing(StepBase.QUOTA, *row) for row in cursor.fetchall()]
    return found


def steps_in_force(regions: Iterable[str], day: datetime.date) -> Steps:
    """The steps in force by region and base."""
    found: dict[tuple[str, int], list[Step]] = {}
    for region, rows in WarningStep.objects.nearest_each(regions, day).items():
        for row in rows:
            step = Step(row.percent, row.hysteresis, row.level, row.closes_valve)
            found.setdefault((region, row.base), []).append(step)
    return found


def _change(s: Standing, steps: dict[tuple[str, int], list[Step]]) -> Change | None:
    own = steps.get((s.region_id, s.base), [])
    after = step_after(s.used, s.total, s.percent, own)
    if after == s.percent:
        return None
    left = tuple(step for step in own if after < step.percent <= s.percent)
    return Change(s, after, tuple(steps_passed(s.percent, after, own)), left)


KEEP = """
INSERT INTO cardswipe_warninglevel
    (enterprise_id, card_id, pollutant_id, period_id, month, percent)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::date[],
                     %s::smallint[])
ON CONFLICT (enterprise_id, card_id, pollutant_id, period_id, month)
DO UPDATE SET percent = excluded.percent
"""


def _keep(changes: Sequence[Change]) -> None:
    rows = [
        (c.standing.enterprise_id, c.standing.card_id, c.standing.pollutant, c.standing.period_id,
         c.standing.month, c.after)
        for c in changes
    ]  # fmt: skip
    rows.sort(key=lambda row: (row[0], row[1] or 0, row[2], row[3], row[4] or datetime.date.min))
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [list(column) for column in zip(*rows, strict=True)])


def _warn(by: Membership, changes: Sequence[Change], steps: Steps, now: datetime.datetime) -> None:
    """Alarms for the steps passed and, where a step says so, orders to the valves."""
    specs = [_spec(c.standing, step) for c in changes for step in c.passed]
    raised = alarms.raise_alarms(specs=specs, now=now)
    for change in changes:
        s = change.standing
        closing = [step for step in change.passed if step.closes_valve]
        if closing:
            alarm_id = raised[_spec(s, closing[-1])].alarm_id
            valves.close_by_rule(by=by, standing=s, alarm_id=alarm_id, now=now)
        if change.left:
            kind, month = _kind(s), s.month
            like = AlarmSpec(
                kind, s.enterprise_id, None, s.card_id, s.pollutant, s.period_id, change.after
            )
            alarms.settle_steps(by=by, like=like, month=month, now=now)
        if any(step.closes_valve for step in change.left):
            held = still_closing(s.enterprise_id, s.region_id, steps)
            valves.open_by_rule(by=by, standing=s, still_closed=held, now=now)


def still_closing(enterprise_id: int, region_id: str, steps: Steps) -> set[int | None]:
    """The cards whose step keeps valves closed; None among them: the whole enterprise's."""
    found: set[int | None] = set()
    rows = WarningLevel.objects.filter(enterprise_id=enterprise_id, percent__gt=0)
    for card_id, month, percent in rows.values_list("card_id", "month", "percent"):
        base = StepBase.CARD if card_id else StepBase.MONTH if month else StepBase.QUOTA
        own = steps.get((region_id, base), [])
        if any(step.closes_valve and step.percent <= percent for step in own):
            found.add(card_id)
    return found


def _kind(s: Standing) -> AlarmKind:
    return AlarmKind.MONTH if s.base == StepBase.MONTH else AlarmKind.STEP


def _spec(s: Standing, step: Step) -> AlarmSpec:
    params: dict[str, object] = {"used": s.used, "total": s.total, "percent": step.percent}
    if s.month:
        params["month"] = f"{s.month:%Y-%m}"
    return AlarmSpec(
        kind=_kind(s),
        enterprise_id=s.enterprise_id,
        card_id=s.card_id,
        pollutant=s.pollutant,
        period_id=s.period_id,
        percent=step.percent,
        params=params,
        level=step.level,
    )


@transaction.atomic
def set_default_steps(
    *, by: Membership, region: Region, valid_from: datetime.date, legal_basis: str, note: str = ""
) -> list[WarningStep]:
    """Give a region the usual steps: 80 % yellow, 90 % red of the quota, a month's plan used
    up yellow; an empty card closes.

    Zhejiang practice (Tongxiang 2009: 80 %; Hangzhou 2014: 80 % and 90 %), no national text:
    the rows are there to be changed. A region that has steps keeps its own.
    """
    if WarningStep.objects.filter(region=region).exists():
        return []
    usual = (
        (StepBase.QUOTA, 80, "YELLOW", False),
        (StepBase.QUOTA, 90, "RED", False),
        (StepBase.CARD, 100, "RED", True),
        (StepBase.MONTH, 100, "YELLOW", False),
    )
    return [
        record(
            WarningStep(
                region=region,
                base=base,
                percent=percent,
                level=level,
                closes_valve=closes,
                valid_from=valid_from,
                legal_basis=legal_basis,
                note=note,
            ),
            by=by,
            reason=said("warning steps"),
        )
        for base, percent, level, closes in usual
    ]
