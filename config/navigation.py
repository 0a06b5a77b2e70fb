"""The navigation of the person who looks: every app's entries, narrowed by what the role may do."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.urls import reverse

from parties.access import PUBLIC, SIGNED_IN
from parties.rules import Act
from shell.navigation import Entry, Group

APPS = ("config", "permits", "cardswipe", "trading", "ledger", "parties")


@cache
def entries() -> tuple[Entry, ...]:
    """All apps' entries in the order of the groups."""
    found: list[Entry] = []
    for app in APPS:
        place = "config.pages" if app == "config" else f"{app}.navigation"
        if find_spec(place):
            found += import_module(place).ENTRIES
    groups = list(Group)
    return tuple(sorted(found, key=lambda entry: (groups.index(entry.group), entry.order)))


def is_shown(entry: Entry, actor: Any) -> bool:
    """Whether the entry leads this person to a page that opens."""
    if entry.need == PUBLIC:
        return actor is None
    if actor is None:
        return False
    return entry.need == SIGNED_IN or actor.may(Act(entry.need))


def is_above(url: str, path: str) -> bool:
    """Whether the page lies at or below the entry's address; the site's root is above nothing."""
    return path == url or (url != "/" and path.startswith(url))


def navigation(request: Any) -> dict[str, Any]:
    """For the page frame: groups of entries, the one that holds this page marked."""
    actor = getattr(request, "actor", None)
    shown = [(entry, reverse(entry.route)) for entry in entries() if is_shown(entry, actor)]
    above = [url for _, url in shown if is_above(url, request.path)]
    here = max(above, key=len, default="")
    groups: dict[Group, list[dict[str, Any]]] = {}
    for entry, url in shown:
        line = {"label": entry.label, "url": url, "is_here": url == here}
        groups.setdefault(entry.group, []).append(line)
    return {"navigation": [(group.value, lines) for group, lines in groups.items()]}
