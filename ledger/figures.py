"""How amounts of an asset are shown: in t, m³ or yuan, whichever it counts."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ledger.models import Asset
from shell.figures import SHOW, quantity


def kind_of(asset: Asset) -> str:
    """The column kind of the asset's amounts: t, m3 or yuan."""
    if asset.pollutant is None:
        return "yuan"
    return "m3" if asset.pollutant.unit == "L" else "t"


def amount_of(value: int | None, asset: Asset) -> SafeString:
    """An amount with its unit."""
    return quantity(value, kind_of(asset))


def pollutant_amount(value: int | None, pollutant: Any) -> SafeString:
    """A quantity of a pollutant with its unit."""
    return quantity(value, "m3" if pollutant.unit == "L" else "t")


def pollutant_words(value: int, pollutant: Any) -> str:
    """A quantity of a pollutant with its unit, as plain text: for labels and sentences."""
    kind = "m3" if pollutant.unit == "L" else "t"
    return f"{SHOW[kind](value)} {'m³' if kind == 'm3' else 't'}"


def plain_amount(value: int, asset: Asset) -> str:
    """An amount with its unit for paper and files, where markup has no place."""
    kind = kind_of(asset)
    word = {"t": "t", "m3": "m³"}.get(kind) or _("yuan")
    return f"{SHOW[kind](value)} {word}"
