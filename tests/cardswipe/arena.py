"""A gateway over TCP on committed data, once for a module: cheap enough for a test per attack."""

import datetime
import itertools
import socket
import time
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from cardswipe.models import Alarm, Controller, DischargeEvent, RawFrame, Reading
from parties.models import Enterprise
from tests import factories
from tests import factories_cards as cards
from tests.conftest import _load_reference_data
from tests.factories_devices import frame, local
from tests.gateway_thread import GatewayThread

ACK = b";CN=9014;"
LIMITS = {"frame_s": 1, "unknown_s": 4, "bytes_per_s": 40_000, "connections_per_address": 400}


class Arena:
    """Controllers made beforehand, each to be used by one test, and a gateway that knows them."""

    def __init__(self, enterprise: Enterprise, count: int) -> None:
        made = [cards.controller(enterprise, code=f"DW{n + 1:03d}") for n in range(count)]
        Controller.objects.filter(pk__in=[box.pk for box in made]).update(event_source="HOUR")
        self._boxes = iter(Controller.objects.filter(pk__in=[box.pk for box in made]))
        self._seconds = itertools.count(1)
        self.enterprise = enterprise
        self.gateway: GatewayThread

    def box(self) -> Controller:
        """A controller that no test has used."""
        return next(self._boxes)

    def reading(self, box: Controller, **given: object) -> bytes:
        """Real-time data of a moment that was not used before."""
        moment = timezone.now() - datetime.timedelta(seconds=next(self._seconds))
        cp = f"DataTime={local(moment)};w01018-Rtd=40.1,w01018-Flag=N"
        return frame(box, cp=cp, qn=f"{local(moment)}000", **given)

    def hour(self, box: Controller, kg: str = "12.5", *, back: int = 2, **given: object) -> bytes:
        """An hour that ended some hours ago: what debits."""
        begin = timezone.now() - datetime.timedelta(hours=back)
        cp = f"DataTime={local(begin)[:10]}0000;w00000-Cou=36.0;w01018-Cou={kg},w01018-Flag=N"
        return frame(box, "2061", cp, qn=f"{local(timezone.now())}000", **given)

    def tell(self, data: bytes, *, answers: int = 0, seconds: float = 8) -> bytes:
        """Send over a connection of its own; what is answered until so many, or the end."""
        with self.gateway.connect() as link:
            link.sendall(data)
            return hear(link, answers, seconds=seconds)

    def verdicts(self, box: Controller) -> list[str]:
        """The verdicts of the frames in the controller's name, in their order."""
        return list(
            RawFrame.objects.filter(mn=box.mn).order_by("id").values_list("verdict", flat=True)
        )

    def waits_for(self, box: Controller, count: int, seconds: float = 8) -> list[str]:
        """The verdicts once so many frames are judged."""
        until = time.monotonic() + seconds
        while len(found := self.verdicts(box)) < count and time.monotonic() < until:
            time.sleep(0.05)
        return found

    def is_untouched(self, box: Controller) -> bool:
        """Whether nothing was booked or believed of what this controller is said to have sent."""
        return not (
            DischargeEvent.objects.filter(controller=box).exists()
            or Reading.objects.filter(controller=box).exists()
        )

    def alarms(self, box: Controller) -> set[str]:
        return set(Alarm.objects.filter(controller=box).values_list("kind", flat=True))


def hear(link: socket.socket, count: int, *, seconds: float = 8) -> bytes:
    """What comes until so many acknowledgements are in, the end, or time is out."""
    link.settimeout(seconds if count else 1)
    heard = b""
    try:
        while (not count or heard.count(ACK) < count) and (data := link.recv(65536)):
            heard += data
    except (TimeoutError, ConnectionResetError):
        pass
    return heard


def is_ended(link: socket.socket, *, seconds: float = 8) -> bool:
    """Whether the gateway has ended this connection."""
    link.settimeout(seconds)
    try:
        while link.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.fixture(scope="module")
def arena(django_db_setup, django_db_blocker) -> Iterator[Arena]:
    """Committed once, emptied once; each test runs in a transaction that only looks."""
    with django_db_blocker.unblock():
        city = factories.city()
        enterprise = factories.enterprise(factories.county(city))
        made = Arena(enterprise, 170)
        with GatewayThread(**LIMITS) as made.gateway:
            yield made
        # Numbers go on: frames and readings stay, for Django does not manage their tables.
        call_command(
            "flush",
            interactive=False,
            verbosity=0,
            inhibit_post_migrate=True,
            reset_sequences=False,
        )
        _load_reference_data()
        connection.close()
