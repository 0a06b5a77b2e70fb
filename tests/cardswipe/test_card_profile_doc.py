"""docs/card-profile.md: every example is a frame whose checksum is right, and it works."""

import datetime
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from cardswipe.hj212 import crc
from cardswipe.hj212.frame import read_segment
from cardswipe.hj212.stream import FrameBuffer
from cardswipe.models import DeviceProfile, DischargeEvent, OfflineBatch
from cardswipe.offline import mac_of, signed_part
from cardswipe.queries.swipes import SwipeAnswer, fields_of
from cardswipe.services.reference import OUR_NUMBERS
from tests import factories_cards as cards
from tests.factories_devices import take

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "card-profile.md").read_text()
EXAMPLES = [
    line for block in re.findall(r"```hj212\n(.*?)```", PAGE, re.S) for line in block.splitlines()
]


def read(example: str):
    (piece,) = FrameBuffer().feed(f"{example}\r\n".encode())
    assert crc.which(piece.segment, piece.crc) == "hj"
    return read_segment(piece.segment)


def test_the_examples_are_frames_without_any_tolerated_misprint():
    assert len(EXAMPLES) == 15
    assert [frame.notes for frame in map(read, EXAMPLES)] == [()] * 15


def test_the_numbers_are_those_of_the_default_profile():
    profile = DeviceProfile(voucher_cn=OUR_NUMBERS["voucher_cn"])
    for label, number in {
        "swipe opens a session": profile.swipe_open_cn,
        "answer to a swipe": profile.swipe_answer_cn,
        "session closed: discharge event": profile.swipe_event_cn,
        "the card's last voucher": profile.voucher_cn,
        "off-line batch": profile.offline_batch_cn,
        "valve order": profile.valve_order_cn,
        "valve state": profile.valve_state_cn,
    }.items():
        assert f"| {label} | {number} |" in PAGE


def is_ours(example: str) -> bool:
    """Whether the platform sends it."""
    return ";CN=3911;" in example or ";CN=3904;" in example


@pytest.mark.django_db
def test_the_platform_takes_what_the_page_shows(enterprise):
    box = cards.controller(enterprise, mn="010000A8900016F000169DC0", password="a1b2c3")
    sent = [example for example in EXAMPLES if read(example).flag == 5]
    now = datetime.datetime(2026, 11, 20, 1, 16, tzinfo=datetime.UTC)
    outcomes = take(*(f"{e}\r\n".encode() for e in sent if not is_ours(e)), now=now)
    assert [outcome.verdict for outcome in outcomes] == ["C100"] * 4
    answers = [outcome.answer.decode().strip() for outcome in outcomes]
    assert answers[1:] == [example for example in EXAMPLES if ";CN=9014;" in example]
    event = DischargeEvent.objects.get(controller=box)
    loads = dict(event.loads.values_list("pollutant_id", "quantity"))
    assert loads == {"WATER": 31_640, "COD": 1_268_764, "NH3N": 74_354}
    assert OfflineBatch.objects.get().totals == {"COD": 2_500_000, "NH3N": 150_000, "WATER": 62_000}


def test_the_signature_of_the_batch_is_made_as_the_page_says():
    (example,) = (one for one in EXAMPLES if ";CN=3905;" in one)
    segment = FrameBuffer().feed(f"{example}\r\n".encode())[0].segment.decode()
    signed, mac = signed_part("010000A8900016F000169DC0", segment)
    assert mac == mac_of("6b" * 32, signed)


def test_an_answer_to_a_swipe_has_the_fields_of_the_page():
    """What the code writes is, field by field, what the example shows."""
    names = {"w01018": "COD", "w21003": "NH3N", "w00000": "WATER"}
    device = SimpleNamespace(pollutants=names)
    left = {"COD": 182_400_000, "NH3N": 18_250_000, "WATER": 5_120_000}
    allowed = {"COD": 10_000_000, "NH3N": 1_000_000, "WATER": 300_000}
    written = fields_of(device, SwipeAnswer(1, left, allowed, 72, 23))
    (shown, _used_up) = (one for one in EXAMPLES if ";CN=3902;" in one)
    assert f"SwipeRtn=1;{';'.join(written)}&&" in shown
