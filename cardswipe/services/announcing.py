"""Telling open pages, on commit, what has changed; which page hears what is said here.

| topic | says | heard by |
| --- | --- | --- |
| `enterprise:<id>` | something was booked, an alarm or a valve order has changed | quota, cards |
| `meters:<enterprise id>` | a controller of the enterprise has sent something | outlets, meters |
| `outlet:<id>` | the same for one outlet | its public sign |
| `controller:<id>` | frames, sessions, commands of a controller | the engineer's pages |
| `controllers:<region prefix>` | a tile has changed, or contact was noted | the bureau's board |
"""

from collections.abc import Collection, Iterable
from typing import Protocol

from cardswipe.arrivals import Outcome
from cardswipe.models import Controller
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
    tell_enterprises({enterprise})


def tell_enterprises(enterprises: Collection[Enterprise]) -> None:
    """The same for several at once."""
    _tell({one.pk for one in enterprises}, {one.region_id for one in enterprises})


def _tell(enterprise_ids: set[int], codes: set[str]) -> None:
    topics = [f"enterprise:{enterprise_id}" for enterprise_id in sorted(enterprise_ids)]
    live.notify_all([*topics, *boards(codes)], payload={"kind": "discharge"})


def boards(codes: Iterable[str]) -> set[str]:
    """The boards on which controllers of these regions stand: county, city, province."""
    return {f"controllers:{code[:digits]}" for code in codes for digits in (2, 4, 6)}


def tell_frames(outcomes: Iterable[Outcome], noted: Collection[int]) -> None:
    """What a group of frames changes: meters and signs of those who may speak, the page of each
    controller that is named, the boards of those whose contact was `noted`."""
    named, heard = {}, {}
    for outcome in outcomes:
        if (device := outcome.device) is not None:
            named[device.id] = device
            if outcome.session_id is not None:
                heard[device.id] = device
    topics = {f"controller:{controller_id}" for controller_id in named}
    for device in heard.values():
        topics.add(f"meters:{device.enterprise_id}")
        topics.add(f"outlet:{device.outlet_id}")
    topics |= boards({named[controller_id].region_id for controller_id in noted})
    live.notify_all(topics)


def tell_controllers(controller_ids: Iterable[int]) -> None:
    """Sessions or commands of these controllers have changed."""
    live.notify_all({f"controller:{controller_id}" for controller_id in controller_ids})


def tell_device(controller: Controller) -> None:
    """A controller's registration or valve has changed: wherever it is shown."""
    site = controller.outlet.site
    tell_enterprise(site.enterprise)
    tell_controllers([controller.pk])
    live.notify_all([f"meters:{site.enterprise_id}", f"outlet:{controller.outlet_id}"])
