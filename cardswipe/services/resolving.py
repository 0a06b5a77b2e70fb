"""What a batch of reports means: whose discharge, which card, which period, what debits.

Every read is one statement for the whole batch. Cards and quota periods are locked in
share mode, so that a card is not replaced, nor a period closed, under a booking.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from cardswipe.models import Card
from cardswipe.queries.permitted import LimitTerm, outlet_limits
from cardswipe.rules import AlarmKind, BindingFacts, CardFacts, EventReport, card_of
from ledger.models import Pollutant

WATER = "WATER"


@dataclass(frozen=True)
class ControllerFacts:
    """A controller with its outlet and the enterprise it belongs to."""

    id: int
    outlet_id: int
    outlet_kind: str
    enterprise_id: int
    region_id: str

    @property
    def city_code(self) -> str:
        """The city whose quota periods count."""
        return f"{self.region_id[:4]}00"


@dataclass(frozen=True)
class PeriodFacts:
    """A quota period."""

    id: int
    city_code: str
    first_day: datetime.date
    last_day: datetime.date
    is_open: bool
    label: str


@dataclass(frozen=True)
class Load:
    """The load of a pollutant (mg, water L) and whether it debits."""

    pollutant: str
    quantity: int
    is_debited: bool


@dataclass(frozen=True)
class Case:
    """A report with everything its booking needs."""

    report: EventReport
    controller: ControllerFacts
    day: datetime.date
    card_id: int | None
    card_alarm: AlarmKind | None
    period: PeriodFacts | None  # that of its day, while it is open
    closed: PeriodFacts | None  # that of its day, once it is closed
    loads: tuple[Load, ...]
    has_permit: bool

    @property
    def debits(self) -> list[Load]:
        """What moves in the ledger."""
        return [load for load in self.loads if load.is_debited and load.quantity > 0]


def controllers_of(reports: Iterable[EventReport]) -> dict[int, ControllerFacts]:
    """The facts of every controller named in the reports."""
    with connection.cursor() as cursor:
        # One array instead of a parameter for each of thousands.
        cursor.execute(
            "SELECT c.id, o.id, o.kind, s.enterprise_id, e.region_id"
            " FROM cardswipe_controller c JOIN permits_outlet o ON o.id = c.outlet_id"
            " JOIN permits_site s ON s.id = o.site_id"
            " JOIN parties_enterprise e ON e.id = s.enterprise_id WHERE c.id = ANY(%s)",
            [sorted({report.controller_id for report in reports})],
        )
        return {row[0]: ControllerFacts(*row) for row in cursor.fetchall()}


def resolve(
    reports: Sequence[EventReport], controllers: Mapping[int, ControllerFacts]
) -> list[Case]:
    """A case for each report, in order."""
    if not reports:
        return []
    bindings = _bindings(controllers)
    cards = _cards(reports, bindings)
    successors = _successors(cards.values())
    periods = _periods(reports, controllers)
    limits = outlet_limits({c.outlet_id for c in controllers.values()})
    known = set(Pollutant.objects.values_list("code", flat=True))
    by_number = {row.card_no: row.facts for row in cards.values()}
    by_id = {pk: row.facts for pk, row in cards.items()}
    zone = timezone.get_current_timezone()
    cases = []
    for report in reports:
        controller = controllers[report.controller_id]
        day = report.started_at.astimezone(zone).date()
        card, alarm = card_of(
            report,
            enterprise_id=controller.enterprise_id,
            by_number=by_number,
            by_id=by_id,
            bindings=bindings.get(controller.id, ()),
        )
        period = _period_on(periods, controller, day)
        terms = [t for t in limits.get(controller.outlet_id, ()) if t.holds(day)]
        cases.append(
            Case(
                report=report,
                controller=controller,
                day=day,
                card_id=successors.get(card.id, card.id) if card else None,
                card_alarm=alarm,
                period=period if period and period.is_open else None,
                closed=period if period and not period.is_open else None,
                loads=_loads(report, controller, terms, known),
                has_permit=bool(terms) or controller.outlet_kind != "MAIN",
            )
        )
    return cases


def _bindings(controllers: Mapping[int, ControllerFacts]) -> dict[int, list[BindingFacts]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT controller_id, card_id, valid_from, valid_to FROM cardswipe_cardbinding"
            " WHERE controller_id = ANY(%s)",
            [sorted(controllers)],
        )
        rows = cursor.fetchall()
    found: dict[int, list[BindingFacts]] = {}
    for controller_id, card_id, valid_from, valid_to in rows:
        facts = BindingFacts(card_id, valid_from, valid_to)
        found.setdefault(controller_id, []).append(facts)
    return found


@dataclass(frozen=True)
class CardRow:
    """A card with the number it is reported by."""

    card_no: str
    facts: CardFacts


def _cards(
    reports: Iterable[EventReport], bindings: Mapping[int, Sequence[BindingFacts]]
) -> dict[int, CardRow]:
    """Every card that is bound or reported, locked in share mode in id order."""
    numbers = {report.card_no for report in reports if report.card_no}
    bound = {binding.card_id for found in bindings.values() for binding in found}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, card_no, enterprise_id, state, lost_at, closed_at FROM cardswipe_card"
            " WHERE id = ANY(%s) OR card_no = ANY(%s) ORDER BY id FOR SHARE",
            [sorted(bound), sorted(numbers)],
        )
        rows = cursor.fetchall()
    return {row[0]: CardRow(row[1], CardFacts(row[0], *row[2:])) for row in rows}


def _successors(cards: Iterable[CardRow]) -> dict[int, int]:
    """For each replaced card the card that holds its balance now."""
    replaced = [row.facts.id for row in cards if row.facts.state == "REPLACED"]
    heirs: dict[int, int] = {}
    step = {pk: pk for pk in replaced}  # card whose heir is looked for -> the card it began at
    while step:
        found = Card.objects.filter(replaces_id__in=list(step)).values_list("replaces_id", "pk")
        step = {heir: step[old] for old, heir in found}
        heirs |= {origin: heir for heir, origin in step.items()}
    return heirs


def _periods(
    reports: Sequence[EventReport], controllers: Mapping[int, ControllerFacts]
) -> list[PeriodFacts]:
    zone = timezone.get_current_timezone()
    days = [report.started_at.astimezone(zone).date() for report in reports]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, region_id, start_date, end_date, state = 'OPEN', label"
            " FROM ledger_quotaperiod"
            " WHERE region_id = ANY(%s) AND start_date <= %s AND end_date >= %s"
            " ORDER BY id FOR SHARE",
            [sorted({c.city_code for c in controllers.values()}), max(days), min(days)],
        )
        return [PeriodFacts(*row) for row in cursor.fetchall()]


def _period_on(
    periods: Sequence[PeriodFacts], controller: ControllerFacts, day: datetime.date
) -> PeriodFacts | None:
    """The period of the controller's city that holds the day."""
    return next(
        (
            p
            for p in periods
            if p.city_code == controller.city_code and p.first_day <= day <= p.last_day
        ),
        None,
    )


def _loads(
    report: EventReport,
    controller: ControllerFacts,
    terms: Sequence[LimitTerm],
    known: set[str],
) -> tuple[Load, ...]:
    """The loads of pollutants the ledger knows, marked by whether the permit makes them debit.

    Only main outlets carry quantities. A main outlet without any permit in force debits
    everything: discharge without a right to it is owed in full.
    """
    limited = {term.pollutant for term in terms if term.has_quantity}
    amounts = {code: amount for code, amount in report.loads if code in known}
    if WATER in limited and WATER not in amounts and report.volume_l is not None:
        amounts[WATER] = report.volume_l
    is_main = controller.outlet_kind == "MAIN"
    return tuple(
        Load(code, amount, is_main and (code in limited or not terms))
        for code, amount in sorted(amounts.items())
    )
