"""Telling open pages, after commit, that something about an enterprise has changed."""

from collections.abc import Iterable
from typing import Protocol

from parties.models import Enterprise
from shell import live


class Placed(Protocol):
    """What has an enterprise in a region."""

    @property
    def enterprise_id(self) -> int: ...
    @property
    def region_id(self) -> str: ...


def tell(controllers: Iterable[Placed]) -> None:
    """One message per enterprise and per region prefix, however many events were booked."""
    places = {(one.enterprise_id, one.region_id) for one in controllers}
    _tell({enterprise_id for enterprise_id, _code in places}, {code for _id, code in places})


def tell_enterprise(enterprise: Enterprise) -> None:
    """One message about one enterprise: a voucher, an alarm handled, a valve order moved on."""
    _tell({enterprise.pk}, {enterprise.region_id})


def _tell(enterprise_ids: set[int], codes: set[str]) -> None:
    prefixes = {code[:digits] for code in codes for digits in (2, 4, 6)}
    topics = [f"enterprise:{enterprise_id}" for enterprise_id in sorted(enterprise_ids)]
    topics += [f"controllers:{prefix}" for prefix in sorted(prefixes)]
    live.notify_all(topics, payload={"kind": "discharge"})
