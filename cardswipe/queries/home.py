"""What the home pages show of card-swipe discharge, each as a template's context."""

import datetime
from typing import Any

from django.db.models import Case, When
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe.models import Alarm, Card, ValveOrder
from cardswipe.queries.board import LEVEL_TONES
from cardswipe.queries.cards import card_rows
from cardswipe.queries.late import waiting_count
from cardswipe.queries.quota import quota_bars, trend_chart
from cardswipe.rules import AlarmLevel, OrderState
from ledger.models import QuotaPeriod
from ledger.queries import positions
from parties.models import Enterprise, Membership
from parties.rules import Act

URGENT_FIRST = Case(
    When(level=AlarmLevel.RED, then=0), When(level=AlarmLevel.ORANGE, then=1), default=2
)
CARDS_SHOWN = 6
ALARMS_SHOWN = 5


def quota_home(enterprise: Enterprise, now: datetime.datetime, trend: str = "") -> dict[str, Any]:
    """For `_home_quota.html`: the enterprise's bars and trend in the present quota period."""
    today = timezone.localdate(now)
    period = QuotaPeriod.objects.on(enterprise.region, today).first()
    context = {
        "enterprise": enterprise,
        "topic": f"enterprise:{enterprise.pk}",
        "period": period,
        "bars": [],
        "chart": None,
        "pollutants": [],
        "trend": trend,
    }
    if period is not None:
        held = positions(enterprise, period)
        chosen = next((p for p in held if p.pollutant.code == trend), held[0] if held else None)
        context["bars"] = quota_bars(enterprise, period, held, today)
        context["chart"] = trend_chart(enterprise, period, chosen, today) if chosen else None
        context["pollutants"] = [(p.pollutant, p is chosen) for p in held]
    return context


def cards_home(enterprise: Enterprise, now: datetime.datetime) -> dict[str, Any]:
    """For `_home_cards.html`: the enterprise's cards in use, with what they hold."""
    live = Card.objects.filter(enterprise=enterprise).live()[:CARDS_SHOWN]
    rows = card_rows(live, timezone.localdate(now), now)
    return {"enterprise": enterprise, "topic": f"enterprise:{enterprise.pk}", "card_rows": rows}


def todos(actor: Membership) -> list[dict[str, Any]]:
    """For the list of to-dos: open alarms, and valve orders that wait for a second person."""
    alarms = Alarm.objects.for_actor(actor).open()
    found = [
        {
            "tone": LEVEL_TONES[AlarmLevel(alarm.level)],
            "words": alarm.sentence if actor.enterprise_id else f"{alarm.enterprise} · {alarm}",
            "route": "alarm",
            "id": alarm.pk,
        }
        for alarm in alarms.select_related(
            "enterprise", "pollutant", "controller__outlet"
        ).order_by(URGENT_FIRST, "-pk")[:ALARMS_SHOWN]
    ]
    more = alarms.count() - len(found)
    if more > 0:
        found.append(
            {
                "tone": "neutral",
                "words": _("%(count)s more open alarms") % {"count": more},
                "route": "alarms",
                "id": None,
            }
        )
    if not actor.enterprise_id:
        found += late_todo(actor)
        asked = ValveOrder.objects.for_actor(actor).filter(state=OrderState.ASKED)
        found += [
            {
                "tone": "waiting",
                "words": _("Valve order waits for a second person: %(order)s") % {"order": order},
                "route": "valve_order",
                "id": order.pk,
            }
            for order in asked.exclude(asked_by__user_id=actor.user_id)[:ALARMS_SHOWN]
        ]
    return found


def late_todo(actor: Membership) -> list[dict[str, Any]]:
    """One line for an officer on whose decision events wait."""
    if not actor.may(Act.ADJUST_LEDGER) or not (count := waiting_count(actor)):
        return []
    words = _("%(count)s discharge events wait for a decision: their quota period is not open")
    return [
        {"tone": "yellow", "words": words % {"count": count}, "route": "late_events", "id": None}
    ]
