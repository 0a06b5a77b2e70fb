"""A controller at the far end of a real TCP line, moved by the test step by step."""

import datetime
import itertools
import time

from django.utils import timezone

from cardswipe.hj212 import encode
from cardswipe.hj212.frame import Frame, read_segment
from cardswipe.hj212.stream import FrameBuffer
from cardswipe.models import Controller
from tests.cardswipe.arena import hear
from tests.factories_devices import frame, local
from tests.gateway_thread import GatewayThread

PATIENCE_S = 20


class Outpost:
    """One controller with its connection; every message is acknowledged before the next."""

    def __init__(self, gateway: GatewayThread, box: Controller) -> None:
        self.box, self.link = box, gateway.connect()
        self._serial = itertools.count(1)

    def __enter__(self) -> "Outpost":
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    def say(self, cn: str, cp: str) -> None:
        """Upload something and wait for its acknowledgement, which comes after the commit."""
        qn = f"{local(timezone.now())}{next(self._serial):03d}"
        self.link.sendall(frame(self.box, cn, cp, qn=qn))
        assert hear(self.link, 1), f"{cn} was not acknowledged"

    def measures(self, cod: str, flow: str = "12.5", *, ago: int = 0) -> None:
        """Real-time data of this second, or of so many seconds ago."""
        moment = local(timezone.now() - datetime.timedelta(seconds=ago))
        self.say("2011", f"DataTime={moment};w01018-Rtd={cod},w01018-Flag=N;w00000-Rtd={flow}")

    def ends_hour(self, kg: str, mean: str, *, back: int = 2) -> None:
        """The data of an hour that began so many hours ago: what debits."""
        begin = timezone.localtime(timezone.now() - datetime.timedelta(hours=back))
        cp = f"DataTime={begin:%Y%m%d%H}0000;w00000-Cou=36.0"
        self.say("2061", f"{cp};w01018-Avg={mean},w01018-Cou={kg},w01018-Flag=N")

    def awaits(self, cn: str) -> Frame:
        """The next request of this number from the platform."""
        buffer, ends_at = FrameBuffer(), time.monotonic() + PATIENCE_S
        self.link.settimeout(PATIENCE_S)
        while time.monotonic() < ends_at:
            for piece in buffer.feed(self.link.recv(65536)):
                request = read_segment(piece.segment)
                if request.cn == cn:
                    return request
        raise AssertionError(f"{cn} did not come")

    def replies(self, request: Frame, cn: str, cp: str) -> None:
        """Answer a request; replies are not acknowledged themselves."""
        self.link.sendall(encode.frame_bytes(encode.reply(request, cn=cn, cp=cp)))
