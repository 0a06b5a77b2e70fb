"""What a second person approves, as people read it: names for keys, words for codes, units.

The content is the JSON that an app has written; nothing in it is left out, and what no app
has named stands as it is. An app names its keys and codes in its `urls.py`:

    contents.name({"permit_no": _("Permit number")}, business_type=KIND_NAMES)
"""

import datetime
import json
from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from shell.figures import NOTHING, m3, second, t3, with_unit
from shell.refusals import Text

NAMES: dict[str, Text] = {}
WORDS: dict[str, Mapping[Any, Text]] = {}


def name(names: Mapping[str, Text], **words: Mapping[Any, Text]) -> None:
    """Make keys known by their names, and the codes that stand under a key by their words."""
    NAMES.update(names)
    WORDS.update(words)


def lines(content: bytes) -> list[tuple[str, Any]]:
    """The content line by line when it is a JSON object; else nothing."""
    try:
        values = json.loads(content)
    except ValueError:
        return []
    return _pairs(values) if isinstance(values, dict) else []


def _pairs(values: dict[str, Any]) -> list[tuple[str, Any]]:
    """Label and value of each entry; a unit stands beside its figure, not on a line of its own."""
    unit_keys = {key: _unit_key(key, values) for key in values if not key.endswith("_unit")}
    return [
        (str(NAMES.get(key, key)), _spoken(key, value, str(values.get(unit_keys.get(key, ""), ""))))
        for key, value in values.items()
        if key not in unit_keys.values()
    ]


def _unit_key(key: str, values: dict[str, Any]) -> str:
    """Where the unit of an entry stands: `quantity_unit` serves `quantity_per_year`."""
    asked = (f"{key}_unit", f"{key.split('_', maxsplit=1)[0]}_unit")
    return next((found for found in asked if found in values), "")


def _spoken(key: str, value: Any, unit: str) -> Any:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, dict):
        return _listed([format_html("{}: {}", *pair) for pair in _pairs(value)])
    if isinstance(value, list):
        return _listed([_spoken(key, each, unit) for each in value])
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if unit:
        return _figure(value, unit)
    return _word(key, str(value))


def _listed(items: list[Any]) -> Any:
    rows = format_html_join("", "<li>{}</li>", ((item,) for item in items))
    return format_html('<ul class="content-list">{}</ul>', rows)


def _figure(value: Any, unit: str) -> Any:
    """Quantities are kept in mg and litres; people read t and m³."""
    if unit == "MG":
        return with_unit(t3(value), "t")
    return with_unit(m3(value), "m³") if unit == "L" else with_unit(str(value), unit)


def _word(key: str, text: str) -> str:
    if text in WORDS.get(key, {}):
        return str(WORDS[key][text])
    try:
        instant = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    return second(instant) if instant.tzinfo else text
