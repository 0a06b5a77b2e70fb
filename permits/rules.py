"""Pure rules of permits: states, numbers, terms, limits. Each refusal has its number."""

import dataclasses
import datetime
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shell.rules import RuleBroken


class Kind(StrEnum):
    """What is asked for (Regulation art. 14, 15; Measures: re-issue of a lost permit)."""

    APPLY = "APPLY"
    CHANGE = "CHANGE"
    RENEW = "RENEW"
    REAPPLY = "REAPPLY"
    REISSUE = "REISSUE"
    CANCEL = "CANCEL"


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    CORRECTION = "CORRECTION"
    REJECTED_INTAKE = "REJECTED_INTAKE"
    ACCEPTED = "ACCEPTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    PANEL = "PANEL"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    ISSUED = "ISSUED"
    WITHDRAWN = "WITHDRAWN"


class Step(StrEnum):
    """What moves an application on, or is noted in its file."""

    SUBMIT = "SUBMIT"
    ASK_CORRECTION = "ASK_CORRECTION"
    RESUBMIT = "RESUBMIT"
    ACCEPT = "ACCEPT"
    NOT_ACCEPT = "NOT_ACCEPT"
    START_REVIEW = "START_REVIEW"
    STOP_CLOCK = "STOP_CLOCK"
    RUN_CLOCK = "RUN_CLOCK"
    CALL_PANEL = "CALL_PANEL"
    CLOSE_PANEL = "CLOSE_PANEL"
    PROPOSE = "PROPOSE"
    RETURN = "RETURN"
    REFUSE = "REFUSE"
    ISSUE = "ISSUE"
    WITHDRAW = "WITHDRAW"
    ASSIGN = "ASSIGN"
    ENQUIRE = "ENQUIRE"
    ANSWER = "ANSWER"


class Nature(StrEnum):
    """What stands behind an application: a unit that runs already, or something to be built."""

    EXISTING = "EXISTING"
    NEW = "NEW"
    EXTENSION = "EXTENSION"
    ALTERATION = "ALTERATION"


class Inquiry(StrEnum):
    """What must or may be put on file between acceptance and decision."""

    SITE_CHECK = "SITE_CHECK"
    ASSESSMENT = "ASSESSMENT"
    INFORMATION = "INFORMATION"
    PEER_REVIEW = "PEER_REVIEW"
    PANEL = "PANEL"
    VERIFICATION = "VERIFICATION"


# A day of the year, as special periods name it.
MONTH_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

CLOSED_STATES = frozenset({State.REJECTED_INTAKE, State.REFUSED, State.ISSUED, State.WITHDRAWN})
DRAFT_STATES = frozenset({State.DRAFT, State.CORRECTION})
REVIEW_STATES = frozenset({State.ACCEPTED, State.UNDER_REVIEW, State.PANEL})

# Step → (states it may start from, state it leads to; None leaves the state as it is).
# What follows what in a permit's life; an ended one becomes valid again by a new issue.
ENDED_AS = frozenset({"EXPIRED", "REVOKED", "WITHDRAWN", "CANCELLED"})
PERMIT_STEPS: dict[str, frozenset[str]] = {
    "VALID": ENDED_AS,
    **{ended: frozenset({"VALID"}) for ended in sorted(ENDED_AS)},
}

STEPS: dict[Step, tuple[frozenset[State], State | None]] = {
    Step.SUBMIT: (frozenset({State.DRAFT}), State.SUBMITTED),
    Step.ASK_CORRECTION: (frozenset({State.SUBMITTED}), State.CORRECTION),
    Step.RESUBMIT: (frozenset({State.CORRECTION}), State.SUBMITTED),
    Step.ACCEPT: (frozenset({State.SUBMITTED}), State.ACCEPTED),
    Step.NOT_ACCEPT: (frozenset({State.SUBMITTED}), State.REJECTED_INTAKE),
    Step.START_REVIEW: (frozenset({State.ACCEPTED}), State.UNDER_REVIEW),
    Step.STOP_CLOCK: (REVIEW_STATES, None),
    Step.RUN_CLOCK: (REVIEW_STATES, None),
    Step.CALL_PANEL: (frozenset({State.UNDER_REVIEW}), State.PANEL),
    Step.CLOSE_PANEL: (frozenset({State.PANEL}), State.UNDER_REVIEW),
    Step.PROPOSE: (frozenset({State.UNDER_REVIEW}), State.APPROVED),
    Step.RETURN: (frozenset({State.APPROVED}), State.UNDER_REVIEW),
    Step.REFUSE: (frozenset({State.UNDER_REVIEW}), State.REFUSED),
    Step.ISSUE: (frozenset({State.APPROVED}), State.ISSUED),
    Step.WITHDRAW: (DRAFT_STATES | {State.SUBMITTED} | REVIEW_STATES, State.WITHDRAWN),
    Step.ASSIGN: (frozenset({State.SUBMITTED, State.APPROVED}) | REVIEW_STATES, None),
    Step.ENQUIRE: (REVIEW_STATES, None),
    Step.ANSWER: (REVIEW_STATES, None),
}

# Steps whose reason the applicant must be told in writing (Regulation art. 9, 12; Licensing
# Law art. 45), or that end or delay something.
REASONED_STEPS = frozenset(
    {
        Step.ASK_CORRECTION,
        Step.NOT_ACCEPT,
        Step.STOP_CLOCK,
        Step.RETURN,
        Step.REFUSE,
        Step.WITHDRAW,
    }
)


def next_state(state: str, step: Step) -> State:
    """The state the step leads to; P101 when it may not be taken now."""
    sources, target = STEPS[step]
    if state not in sources:
        raise RuleBroken("P101", state=state, step=step.value)
    return target or State(state)


def open_steps(state: str) -> list[Step]:
    """The steps that may be taken in this state, in the order of the table."""
    return [step for step, (sources, _) in STEPS.items() if state in sources]


def check_reason(step: Step, reason: str) -> None:
    """P116: whoever stops, sends back or refuses something says why."""
    if step in REASONED_STEPS and not reason.strip():
        raise RuleBroken("P116", step=step.value)


# --- numbers --------------------------------------------------------------------------------

# 18 characters of the credit code, or the substitute of a unit without one (H9, region,
# organisation code or 0000 + serial, lower-case letter); then the site and the mark.
# The mark is never computed: practice knows letters that no published formula gives.
PERMIT_NO = re.compile(
    r"(?P<uscc>[0-9A-HJ-NPQRTUWXY]{18}|H9[0-9]{6}[0-9A-Z]{8}[0-9X][a-hj-np-z])"
    r"(?P<site>[0-9]{3})(?P<mark>[0-9A-Z])"
)


@dataclasses.dataclass(frozen=True)
class PermitNo:
    """The parts of a permit number (HJ 608-2017): credit code, site, identification mark."""

    uscc: str
    site: str
    mark: str

    def __str__(self) -> str:
        return f"{self.uscc}{self.site}{self.mark}"


def parse_permit_no(text: str) -> PermitNo | None:
    """The parts of the number, or None when it does not have the form."""
    found = PERMIT_NO.fullmatch(text)
    return PermitNo(**found.groupdict()) if found else None


def permit_no_for(*, uscc: str, site_no: str, mark: str) -> str:
    """The number of a site's permit with the mark the officer entered; P110 without its form."""
    number = f"{uscc}{site_no}{mark}"
    if parse_permit_no(number) is None:
        raise RuleBroken("P110", permit_no=number)
    return number


# --- limits ---------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class LimitLine:
    """A limit as asked for or granted: concentration in mg/L (water) or mg/m³ (air);
    yearly quantity in the pollutant's ledger unit (mg, or litres of waste water)."""

    outlet: str
    outlet_kind: str
    outlet_medium: str
    pollutant: str
    pollutant_medium: str
    concentration: Decimal | None
    quantity_per_year: int | None
    years: tuple[int, ...] = ()  # one quantity per year of the term, where years differ


MOST_PER_YEAR = 10**17  # 100 million t: far beyond any site, far below bigint


def is_concentration(value: Decimal) -> bool:
    """Whether the number can be a concentration; NaN and infinity cannot."""
    return value.is_finite() and 0 < value < 10**8


def check_place(line: LimitLine) -> None:
    """Whether such a limit may be written at this outlet at all (HJ 942-2018)."""
    where = {"outlet": line.outlet, "pollutant": line.pollutant}
    if line.outlet_medium != line.pollutant_medium:
        raise RuleBroken("P106", **where)
    if line.outlet_kind != "MAIN" and line.quantity_per_year is not None:
        raise RuleBroken("P104", **where)


def check_limit(line: LimitLine) -> None:
    """Whether one limit is complete: main outlets carry concentration and quantity, general
    outlets concentration only (HJ 942-2018); waste water itself has no concentration."""
    check_place(line)
    where = {"outlet": line.outlet, "pollutant": line.pollutant}
    if line.outlet_kind == "MAIN" and line.quantity_per_year is None:
        raise RuleBroken("P105", **where)
    if line.concentration is None and line.pollutant != "WATER":
        raise RuleBroken("P109", **where)
    if line.concentration is not None and not is_concentration(line.concentration):
        raise RuleBroken("P109", **where)
    if line.quantity_per_year is not None and not 0 < line.quantity_per_year <= MOST_PER_YEAR:
        raise RuleBroken("P118", **where)


def check_limits(lines: Sequence[LimitLine]) -> None:
    """Whether the limits can stand together: some, each fit, none twice."""
    if not lines:
        raise RuleBroken("P108")
    seen: set[tuple[str, str]] = set()
    for line in lines:
        check_limit(line)
        if (line.outlet, line.pollutant) in seen:
            raise RuleBroken("P107", outlet=line.outlet, pollutant=line.pollutant)
        seen.add((line.outlet, line.pollutant))


def totals(lines: Iterable[LimitLine]) -> dict[str, int]:
    """Per pollutant the site's yearly quantity: the sum over its main outlets."""
    sums: dict[str, int] = {}
    for line in lines:
        if line.quantity_per_year is not None:
            sums[line.pollutant] = sums.get(line.pollutant, 0) + line.quantity_per_year
    return sums


def check_years(years: Mapping[int, int], per_year: int, *, outlet: str, pollutant: str) -> None:
    """P168: years are named from the first on without gap; P167: none is above the yearly
    quantity, which is the most in any running twelve months (HJ 942-2018)."""
    where = {"outlet": outlet, "pollutant": pollutant}
    if sorted(years) != list(range(1, len(years) + 1)):
        raise RuleBroken("P168", **where)
    for year, quantity in sorted(years.items()):
        if not 0 < quantity <= per_year:
            raise RuleBroken("P167", year=year, **where)


def check_period_days(starts: str, ends: str, *, outlet: str, pollutant: str) -> None:
    """P169: days as MM-DD, in the order of the year."""
    is_days = bool(re.match(MONTH_DAY, starts) and re.match(MONTH_DAY, ends))
    if not is_days or starts > ends:
        raise RuleBroken("P169", outlet=outlet, pollutant=pollutant, days=f"{starts}–{ends}")


def same_limits(old: Iterable[LimitLine], new: Iterable[LimitLine]) -> bool:
    """Whether both say the same about every outlet and pollutant."""
    return set(old) == set(new)


# --- terms and grants -----------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Term:
    """The days a permit is good for, both included."""

    start: datetime.date
    end: datetime.date


def add_years(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years on; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def term_for(kind: str, *, today: datetime.date, years: int, old: Term | None) -> Term:
    """The term of the new version: a renewal follows the old term without gap, a change or
    re-issue keeps it, everything else runs from the day of issue."""
    day = datetime.timedelta(days=1)
    if old and kind in (Kind.CHANGE, Kind.REISSUE):
        return old
    start = old.end + day if old and kind == Kind.RENEW and old.end >= today else today
    return Term(start, add_years(start, years) - day)


def decision_clock(kind: str, management_class: str, *, has_site_check: bool) -> str:
    """Which legal clock runs from acceptance to decision (Regulation art. 12, 14)."""
    if kind == Kind.RENEW:
        return "DECIDE_RENEWAL"
    if management_class == "SIMPLIFIED":
        return "DECIDE_SIMPLIFIED"
    return "DECIDE_KEY_SITE_CHECK" if has_site_check else "DECIDE_KEY"


def panel_result(votes: Mapping[int, str]) -> str:
    """FOR when more than half of the members called voted for it, else AGAINST.

    P121 while someone has not voted. The majority rule is local practice, not law.
    """
    if not votes or not all(votes.values()):
        raise RuleBroken("P121")
    return "FOR" if 2 * sum(vote == "FOR" for vote in votes.values()) > len(votes) else "AGAINST"


# --- content --------------------------------------------------------------------------------


def canonical(content: Mapping[str, Any]) -> bytes:
    """The one way content is written when it is hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()
