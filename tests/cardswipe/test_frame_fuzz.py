"""Twenty thousand mutated frames: no exception, no debit, nothing lost, bounded memory."""

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from cardswipe.arrivals import Link, arrival
from cardswipe.hj212.stream import JUNK_MAX, FrameBuffer, Piece
from cardswipe.models import DischargeEvent, RawFrame, StrangerHour
from cardswipe.queries.registry import Registry
from cardswipe.services import take_frames
from parties.services import system_actor
from shell.refusals import REGISTER
from tests import factories_cards as cards
from tests.factories_devices import NOW, frame, hour, session, take

COUNT, LONG = 20_000, 1_000_000
TOKENS = (b"##", b"&&", b"\r\n", b";", b",", b"=", b"MN=", b"CP=&&", b"Flag=", b"\x00", b"\xff",
          b"0101", b"9999", "水".encode(), b"-Cou=", b"1e9", b"-", b"PNO=")  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """One frame with one to four wounds."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        act = chance.randrange(5)
        if act == 0:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        elif act == 1:
            data = data[:at] + chance.choice(TOKENS) + data[at:]
        elif act == 2:
            data = data[:at] + data[at + chance.randint(1, 30) :]
        elif act == 3:
            data = data[:at] + data[at - min(at, 40) : at] + data[at:]
        else:
            data = data[:at]
    return data


@pytest.mark.django_db
@pytest.mark.parametrize("count", [COUNT, pytest.param(LONG, marks=pytest.mark.slow)])
def test_mutated_frames_raise_nothing_and_debit_nothing(enterprise, count):
    card, box = cards.ready(enterprise)
    hourly = cards.controller(enterprise, code="DW002", event_source="HOUR")
    seed = random.randrange(10**9)
    chance = random.Random(seed)
    good = [session(box, card.card_no), hour(hourly), frame(box), frame(hourly)]
    # What the good ones mean is booked first; a mutant that is still good is a repetition.
    take(*good)
    events, balance = DischargeEvent.objects.count(), cards.balance(card)
    registry, link = Registry(), Link(2, "10.0.0.9", 9)
    known = {(2, box.pk): 1, (2, hourly.pk): 2}
    codes: Counter[str] = Counter()
    booked = 0
    memory = 0
    for round_ in range(count // 500):
        if round_ == 40:  # the first twenty thousand have filled what is kept
            memory = resident_kb()
        outcomes = take_frames(
            by=system_actor("gateway"), registry=registry, held=known, gateway=7, now=NOW,
            arrivals=[arrival(link, NOW, piece) for piece in stream(good, chance, 500)],
        )  # fmt: skip
        codes.update(outcome.verdict for outcome in outcomes)
        booked += sum(
            outcome.verdict == "C100" and outcome.frame.cn in {"2061", "3903"}
            for outcome in outcomes
        )
    assert {"C101", "C102"} <= set(codes) <= set(REGISTER), seed
    # The standard's CRC lets one wound in 256 pass; nothing else may ever be booked.
    assert DischargeEvent.objects.count() - events == booked <= count / 256, (seed, codes)
    assert booked or cards.balance(card) == balance, seed
    # What no controller sent is kept in part only, but counted whole.
    strangers = StrangerHour.objects.get(address=link.address)
    kept = RawFrame.objects.filter(peer=link.peer).count()
    assert kept + strangers.frames - strangers.kept == codes.total()
    assert not memory or resident_kb() < memory + 50_000, seed


def resident_kb() -> int:
    """The memory this process holds."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def stream(good: list[bytes], chance: random.Random, count: int) -> list[Piece]:
    """The pieces of so many wounded frames; now and then the connection ends in between."""
    buffer, pieces = FrameBuffer(), []
    for _ in range(count):
        pieces += buffer.feed(mutated(chance.choice(good), chance))
        assert len(buffer) < 10_100 + JUNK_MAX
        if chance.random() < 0.7:
            pieces += buffer.flush()
    return pieces + buffer.flush()
