"""Frames that belong to no controller cannot fill the disk; not one of them goes uncounted."""

import datetime

import pytest
from django.urls import reverse

from cardswipe.arrivals import Link
from cardswipe.models import Controller, KeepingRule, RawFrame, StrangerHour
from cardswipe.services import strangers
from tests.factories_cards import NOW, controller
from tests.factories_devices import frame, take
from tests.refused import broken

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
ELSEWHERE = Link(2, "10.0.0.9", 40002)


@pytest.fixture(autouse=True)
def _ten_are_kept():
    KeepingRule.objects.update(stranger_frames=10)


@pytest.fixture
def stored():
    """How many frames of no controller were stored since: those of other tests may be left."""
    first = RawFrame.objects.filter(controller=None).count()
    return lambda: RawFrame.objects.filter(controller=None).count() - first


def unknown(count: int, *, begin: int = 0) -> list[bytes]:
    """Frames with made-up MNs."""
    boxes = (Controller(mn=f"NOBODY{n:06d}", protocol_version=2017) for n in range(count))
    return [frame(box, pw="123456", mn=f"NOBODY{begin + n:06d}") for n, box in enumerate(boxes)]


def counted(address: str) -> tuple[int, int]:
    """Arrived and kept in the newest hour."""
    row = StrangerHour.objects.filter(address=address).first()
    return (row.frames, row.kept) if row else (0, 0)


def test_the_first_of_an_hour_are_kept_and_all_are_counted(stored):
    first, second = take(*unknown(7)), take(*unknown(18, begin=7))
    assert {one.verdict for one in first + second} == {"C110"}
    assert stored() == 10
    assert counted("10.0.0.8") == counted("") == (25, 10)
    take(*unknown(3), link=ELSEWHERE)
    assert counted("10.0.0.9") == (3, 3)
    take(*unknown(1), now=NOW + HOUR)
    assert counted("10.0.0.8") == (1, 1)


def test_bytes_that_are_no_frame_count_as_strangers_too(stored):
    take(*[b"GET / HTTP/1.1\r\n\r\n"] * 12)
    frames, kept = counted("10.0.0.8")
    assert frames == stored() + (frames - kept)
    assert frames >= 1


def test_many_addresses_together_have_a_limit_too(monkeypatch, stored):
    monkeypatch.setattr(strangers, "ALL_TIMES", 2)
    for host in range(5):
        take(*unknown(8), link=Link(host, f"10.1.0.{host}", 40000))
    assert stored() == 20
    assert counted("") == (40, 20)
    kept = StrangerHour.objects.exclude(address="").values_list("kept", flat=True)
    assert sum(kept) == 20


def test_one_subscriber_of_ipv6_is_one_sender():
    for host in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"):
        take(*unknown(8), link=Link(3, host, 40000))
    assert counted("2001:db8:1:2::/64") == (16, 10)


def test_what_a_registered_controller_sends_is_always_kept(enterprise):
    box = controller(enterprise)
    take(*[frame(box, pw="guess1") for _ in range(30)])
    assert RawFrame.objects.filter(controller=box).count() == 30
    assert not StrangerHour.objects.exists()


def test_an_engineer_sees_how_much_was_only_counted(desk, time_machine):
    time_machine.move_to(NOW, tick=False)
    take(*unknown(25))
    assert "其中 15 条仅计数" in desk.get(reverse("frames")).text
    text = desk.get(reverse("strangers")).text
    assert "10.0.0.8" in text
    assert "NOBODY000024" in text


def test_a_rule_keeps_ten_frames_at_least_and_never_all():
    for most in (9, 100_001):
        with broken("keeping_rule_keeps_ten_frames_of_a_stranger_or_more"):
            KeepingRule.objects.update(stranger_frames=most)


@pytest.mark.parametrize(("frames", "kept"), [(3, 4), (0, 0), (3, -1)])
def test_no_more_is_kept_than_came(frames, kept):
    with broken("stranger_hour_keeps_no_more_than_came"):
        StrangerHour.objects.create(
            address="10.0.0.8", hour=NOW, frames=frames, kept=kept, last_verdict="C110",
            last_at=NOW,
        )  # fmt: skip
