"""The board of controllers: one tile each, what needs a person first."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cardswipe.models import Alarm, CardBinding, ContactRule, Controller
from cardswipe.models.devices import ControllerState, ValveState
from cardswipe.rules import AlarmLevel
from parties.models import Region

TONES = ("closed", "red", "yellow", "unknown", "normal", "neutral")
LEVEL_TONES = {
    AlarmLevel.YELLOW: "yellow",
    AlarmLevel.ORANGE: "red",
    AlarmLevel.RED: "red",
}


@dataclass(frozen=True)
class Tile:
    """A controller as the board shows it."""

    controller: Controller
    tone: str
    word: str
    alarms: int
    card_no: str
    is_silent: bool

    @property
    def rank(self) -> tuple[int, str, str]:
        """Alarms first, then by enterprise and outlet."""
        outlet = self.controller.outlet
        return (TONES.index(self.tone), outlet.site.enterprise.name, outlet.code)


def board(
    controllers: "QuerySet[Controller]", now: datetime.datetime, county: str = ""
) -> list[Tile]:
    """The tiles of the controllers, in five statements whatever their number."""
    if county:
        controllers = controllers.filter(outlet__site__region_id=county)
    bound = CardBinding.objects.at(now).select_related("card")
    rows = list(
        controllers.select_related("outlet__site__enterprise", "outlet__site__region")
        .prefetch_related(Prefetch("bindings", queryset=bound, to_attr="present_bindings"))
        .order_by("pk")
    )
    levels, limits = _alarm_levels(rows), silences(rows, now)
    tiles = (_tile(row, levels, is_silent=is_silent(row, now, limits)) for row in rows)
    return sorted(tiles, key=lambda tile: tile.rank)


def silences(rows: Iterable[Controller], now: datetime.datetime) -> dict[str, datetime.timedelta]:
    """Per region of the controllers, how long silence still counts as contact."""
    regions = {row.outlet.site.region_id for row in rows}
    return ContactRule.objects.silent_after(regions, timezone.localdate(now))


def silences_below(prefix: str, now: datetime.datetime) -> dict[str, datetime.timedelta]:
    """The same for every region of a bureau's area."""
    regions = Region.objects.filter(code__startswith=prefix).values_list("code", flat=True)
    return ContactRule.objects.silent_after(regions, timezone.localdate(now))


def is_silent(
    row: Controller, now: datetime.datetime, limits: dict[str, datetime.timedelta]
) -> bool:
    """Whether so little was heard that the controller is off line: unknown, never zero."""
    limit = limits[row.outlet.site.region_id]
    return row.last_seen_at is None or now - row.last_seen_at > limit


def _alarm_levels(rows: Iterable[Controller]) -> dict[tuple[str, int], list[str]]:
    """Open alarms by what they are about: a controller, a card, or a whole enterprise."""
    enterprises = {row.outlet.site.enterprise_id for row in rows}
    found: dict[tuple[str, int], list[str]] = {}
    alarms = Alarm.objects.open().filter(enterprise_id__in=enterprises)
    for level, controller_id, card_id, enterprise_id in alarms.values_list(
        "level", "controller_id", "card_id", "enterprise_id"
    ):
        if controller_id:
            found.setdefault(("controller", controller_id), []).append(level)
        elif card_id:
            found.setdefault(("card", card_id), []).append(level)
        else:
            found.setdefault(("enterprise", enterprise_id), []).append(level)
    return found


def _tile(row: Controller, levels: dict[tuple[str, int], list[str]], *, is_silent: bool) -> Tile:
    bindings: list[CardBinding] = getattr(row, "present_bindings", [])
    cards = [binding.card for binding in bindings]
    keys = [
        ("controller", row.pk),
        *(("card", card.pk) for card in cards),
        ("enterprise", row.outlet.site.enterprise_id),
    ]
    own = [level for key in keys for level in levels.get(key, ())]
    tone, word = _state(row, own, is_silent=is_silent)
    return Tile(row, tone, word, len(own), cards[0].card_no if cards else "", is_silent)


def _state(row: Controller, levels: list[str], *, is_silent: bool) -> tuple[str, str]:
    """The tone and the word of a tile; what needs a person outranks what is quiet."""
    tones = {LEVEL_TONES[AlarmLevel(level)] for level in levels}
    if row.state != ControllerState.IN_USE:
        return "neutral", row.get_state_display()
    if row.valve_state == ValveState.CLOSED:
        return "closed", _("valve closed")
    if "red" in tones:
        return "red", _("alarm")
    if "yellow" in tones:
        return "yellow", _("warning")
    return ("unknown", _("off-line: unknown")) if is_silent else ("normal", _("normal"))


def tally(tiles: Iterable[Tile]) -> list[tuple[str, str, int]]:
    """How many tiles each tone has, for the board's head."""
    words = {
        "closed": _("valve closed"),
        "red": _("alarm"),
        "yellow": _("warning"),
        "unknown": _("off-line: unknown"),
        "normal": _("normal"),
        "neutral": _("not in use"),
    }
    tiles = list(tiles)
    return [(tone, words[tone], sum(tile.tone == tone for tile in tiles)) for tone in TONES]
