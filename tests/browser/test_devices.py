"""The device engineer's pages, looked at in both languages and widths."""

import pytest

from cardswipe import services
from parties.rules import Role
from parties.services import record
from tests import factories
from tests.browser import stage
from tests.factories_cards import NOW, controller
from tests.factories_devices import frame, session, take


@pytest.fixture
def engineer(city):
    return factories.bureau_member(city, Role.DEVICE_ENGINEER, "engineer")


@pytest.fixture
def box(enterprise, engineer):
    made = controller(enterprise, maker="清源仪器", serial_no="TC-2026-017", password="q7Zr4xW2")
    record(made, by=engineer, reason="验收单 2026-17")
    services.stop_controller(by=engineer, controller=made, reason="检修", now=NOW)
    made = services.put_in_use(by=engineer, controller=made, reason="检修完毕", now=NOW)
    return made


@pytest.fixture
def arrived(box):
    """Frames of every colour; the first is a good one."""
    return take(
        frame(box),
        frame(box, pw="guess1"),
        session(box, "NOCARD")[:-6] + b"0000\r\n",
        frame(box, "3999"),
        b"GET / HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n",
        frame(box, mn="SOMEBODYELSE"),
    )


def test_device_pages_are_readable_by_everyone(page, address, engineer, box, arrived):
    stage.sign_in(page, engineer)
    places = {
        "devices": "devices/",
        "device": f"devices/{box.pk}/",
        "device-edit": f"devices/{box.pk}/edit/",
        "frames": "frames/",
        "frame": f"frames/{arrived[0].frame_id}/",
        "frame-refused": f"frames/{arrived[1].frame_id}/",
        "frame-junk": f"frames/{arrived[4].frame_id}/",
        "frames-empty": "frames/?mn=NOTHING",
    }
    for name, place in places.items():
        page.goto(f"{address}/{place}")
        stage.shoot(page, name)
