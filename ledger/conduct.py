"""Whether a kind of operation may be booked here, now, by this person: pure, all facts given.

The facts come from the tables of operation types (models/operations.py), which each bureau
may change; nothing here asks for a particular kind.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.rules import Posting
from parties.rules import region_level, region_prefix
from shell.rules import RuleBroken
from shell.workdays import due_date

EVERYWHERE = ""
ONE_DAY = datetime.timedelta(days=1)

Movements = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class KindRule:
    """How a kind is handled: a dated row of a region, in force today."""

    needs_approval: bool = False
    cool_off_workdays: int = 0
    backdate_days: int | None = None


@dataclass(frozen=True)
class KindTable:
    """A kind of operation as its tables describe it; `rules` by region code."""

    movements: Movements
    starters: frozenset[str] = frozenset()
    document_types: frozenset[str] = frozenset()
    must_correct: bool = False
    rules: Mapping[str, KindRule] = field(default_factory=dict)

    def rule_of(self, region_id: str) -> KindRule | None:
        """The rule of the nearest region: the county's, its city's, its province's, the common."""
        for code in (region_id, f"{region_id[:4]}00", f"{region_id[:2]}0000", EVERYWHERE):
            if code in self.rules:
                return self.rules[code]
        return None


@dataclass(frozen=True)
class Consent:
    """What is known of an approval: whether a second person gave it, and when it was asked."""

    is_granted: bool
    asked_on: datetime.date


@dataclass(frozen=True)
class ClosedSpan:
    """A closed quota period of a city."""

    region_id: str
    first: datetime.date
    last: datetime.date

    def holds(self, region_id: str, day: datetime.date) -> bool:
        """Whether the day in this region falls into the closed period."""
        prefix = region_prefix(self.region_id, region_level(self.region_id))
        return region_id.startswith(prefix) and self.first <= day <= self.last


@dataclass
class Tables:
    """The facts of one batch; `check` is what `ledger.rules.plan` calls for each posting."""

    kinds: Mapping[str, KindTable]
    acts: frozenset[str]
    is_process: bool
    today: datetime.date
    closed: Sequence[ClosedSpan] = ()
    consents: Mapping[int, Consent] = field(default_factory=dict)
    days_off: frozenset[datetime.date] = frozenset()
    make_up_days: frozenset[datetime.date] = frozenset()
    _passed: dict[tuple[object, ...], Movements] = field(default_factory=dict)

    def check(self, posting: Posting, region_id: str) -> Movements:
        """The movements allowed to the posting, or its refusal: L113 to L121.

        Thousands of postings of a batch are alike in all that is looked at here, so each
        likeness is looked at once.
        """
        likeness = (
            posting.kind,
            posting.document.type,
            posting.effective_date,
            posting.approval_id,
            posting.corrects_id,
            region_id,
        )
        if likeness not in self._passed:
            self._passed[likeness] = self._look(posting, region_id)
        return self._passed[likeness]

    def _look(self, posting: Posting, region_id: str) -> Movements:
        kind = self.kinds.get(posting.kind)
        rule = kind.rule_of(region_id) if kind else None
        if kind is None or rule is None:
            raise RuleBroken("L113", kind=posting.kind)
        self._check_kind(posting, kind)
        self._check_day(posting, rule, region_id)
        self._check_consent(posting, rule)
        return kind.movements

    def _check_kind(self, posting: Posting, kind: KindTable) -> None:
        """L115 who starts it, L116 its document, L121 what it corrects. A process of the system
        starts only what its own code makes it start, so it is not asked."""
        if not self.is_process and not self.acts & kind.starters:
            raise RuleBroken("L115", kind=posting.kind)
        if kind.document_types and posting.document.type not in kind.document_types:
            raise RuleBroken("L116", kind=posting.kind, document=posting.document.type)
        if kind.must_correct and posting.corrects_id is None:
            raise RuleBroken("L121", kind=posting.kind)

    def _check_day(self, posting: Posting, rule: KindRule, region_id: str) -> None:
        """L119 not effective too long ago, L120 not effective in a closed quota period."""
        day = posting.effective_date
        if rule.backdate_days is not None:
            earliest = self.today - datetime.timedelta(days=rule.backdate_days)
            if day < earliest:
                raise RuleBroken("L119", day=day, earliest=earliest)
        if any(span.holds(region_id, day) for span in self.closed):
            raise RuleBroken("L120", day=day)

    def _check_consent(self, posting: Posting, rule: KindRule) -> None:
        """L114 an approval, L118 that was given, L117 so many working days after it was asked."""
        if posting.approval_id is None:
            if rule.needs_approval or rule.cool_off_workdays:
                raise RuleBroken("L114", kind=posting.kind)
            return
        consent = self.consents.get(posting.approval_id)
        if consent is None or not consent.is_granted:
            raise RuleBroken("L118", approval=posting.approval_id)
        first_day = self.bookable_from(consent.asked_on, rule.cool_off_workdays)
        if self.today < first_day:
            raise RuleBroken("L117", kind=posting.kind, day=first_day)

    def bookable_from(self, asked_on: datetime.date, workdays: int) -> datetime.date:
        """The first day on which a request may be booked: when its working days are over."""
        if not workdays:
            return asked_on
        over = due_date(
            asked_on,
            workdays,
            holidays=self.days_off,
            make_up_days=self.make_up_days,
        )
        return over + ONE_DAY
