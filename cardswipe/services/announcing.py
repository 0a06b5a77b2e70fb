"""Telling open pages, after commit, that something about an enterprise has changed."""

from collections.abc import Iterable

from shell import live

from .resolving import ControllerFacts


def tell(controllers: Iterable[ControllerFacts]) -> None:
    """One message per enterprise and per region prefix, however many events were booked."""
    enterprises = {controller.enterprise_id for controller in controllers}
    codes = {controller.region_id for controller in controllers}
    for enterprise_id in sorted(enterprises):
        live.notify(f"enterprise:{enterprise_id}", payload={"kind": "discharge"})
    for prefix in sorted({code[:digits] for code in codes for digits in (2, 4, 6)}):
        live.notify(f"controllers:{prefix}", payload={"kind": "discharge"})
