"""Taking frames: one transaction stores them, books what they mean, and only then answers.

`take_frames` is the gateway's only way into the database. Called again with the same frames
(after a crash before the answer) it changes nothing and answers again.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from cardswipe import intake
from cardswipe.arrivals import Arrival, Outcome, deciphered, is_sound, sealed_sender
from cardswipe.hj212 import crc, encode, fields, sm4
from cardswipe.intake import ANSWERED, Meaning
from cardswipe.queries.registry import Registry
from cardswipe.rules import AlarmKind
from parties.models import Membership
from shell import live
from shell.rules import RuleBroken

from . import (
    announcing,
    frame_acts,
    sessions,
    strangers,
    telemetry,
)
from .alarms import AlarmSpec, raise_alarms

VERDICT_ALARMS = {
    "C112": AlarmKind.BAD_ACCESS,
    "C113": AlarmKind.BAD_ACCESS,
    "C116": AlarmKind.BAD_ACCESS,
    "C117": AlarmKind.BAD_ACCESS,
    "C115": AlarmKind.SECOND_LINK,
    "C122": AlarmKind.BAD_REPORT,
    "C124": AlarmKind.CLOCK_AHEAD,
    "C127": AlarmKind.BAD_REPORT,
    "C128": AlarmKind.BAD_REPORT,
    "C129": AlarmKind.BAD_REPORT,
    "C130": AlarmKind.HELD,
    "C132": AlarmKind.HELD,
    "C133": AlarmKind.HELD,
}
# (number of the link, controller) → session
Held = Mapping[tuple[int, int], int]


@transaction.atomic
def take_frames(
    *,
    by: Membership,
    arrivals: Sequence[Arrival],
    registry: Registry,
    held: Held,
    gateway: int,
    now: datetime.datetime,
    meanwhile: Callable[[int], None] = telemetry.idle,
) -> list[Outcome]:
    """Keep every arrival with its verdict, book what the good ones mean; one outcome each.

    Of strangers the first of each address and hour are kept, the others are only counted.

    `held` names the sessions that this gateway process already has. `meanwhile` is called while
    PostgreSQL takes in the rows, with how many frames the caller may read in that time.
    """
    numbers = telemetry.frame_ids(len(arrivals))
    outcomes = [Outcome(arrived, number) for arrived, number in zip(arrivals, numbers, strict=True)]
    with live.gathered():
        good = _known(outcomes, registry, now)
        good = _in_session(good, held, gateway, now)
        frame_acts.act_on(by=by, outcomes=good, registry=registry, now=now, meanwhile=meanwhile)
        noted = registry.unnoted((o.known.id for o in good), now)
        telemetry.note_contact(controllers=noted, now=now)
        left_out = strangers.not_kept(outcomes, now)
        kept = [one for one in outcomes if one.frame_id not in left_out]
        telemetry.store_raw(kept, meanwhile)
        for outcome in good:
            _answer(outcome)
        _raise_alarms(outcomes, now)
        announcing.tell_frames(outcomes, noted)
    return outcomes


def _known(
    outcomes: Sequence[Outcome], registry: Registry, now: datetime.datetime
) -> list[Outcome]:
    """The readable frames of registered controllers in use; the others get their verdict."""
    senders = [sender_of(outcome.arrival) for outcome in outcomes]
    devices = registry.find(set(senders) - {""}, now=now)
    today = timezone.localdate(now)
    good = []
    for outcome, mn in zip(outcomes, senders, strict=True):
        if mn:
            _at, outcome.device = devices[mn]
            _decipher(outcome)
        arrived = outcome.arrival
        if arrived.frame is None:
            outcome.refuse(arrived.fault or RuleBroken("C101"))
            continue
        try:
            _check(outcome, today)
        except RuleBroken as fault:
            outcome.refuse(fault)
        else:
            good.append(outcome)
    return good


def sender_of(arrived: Arrival) -> str:
    """The MN a frame names, also of one that cannot be read before it is deciphered."""
    return arrived.frame.mn if arrived.frame is not None else sealed_sender(arrived)


def _decipher(outcome: Outcome) -> None:
    """Under a key the data of some commands travel encrypted (HJ 212-2025)."""
    device, arrived = outcome.device, outcome.arrival
    if device is None or device.key is None:
        return
    if arrived.frame is None or arrived.frame.cn in sm4.ENCRYPTED_COMMANDS:
        outcome.arrival = deciphered(arrived, device.key)
        if device.next_key and not is_sound(outcome.arrival):
            renewed = deciphered(arrived, device.next_key)
            outcome.has_new_key = is_sound(renewed)
            outcome.arrival = renewed if outcome.has_new_key else outcome.arrival


def _check(outcome: Outcome, today: datetime.date) -> None:
    piece, device = outcome.arrival.piece, outcome.device
    segment = piece.segment or b""
    if device is None:
        if not crc.holds(segment, piece.crc, "hj"):
            raise RuleBroken("C102", fits=crc.which(segment, piece.crc))
        raise RuleBroken("C110")
    link = outcome.arrival.link
    if link.certified and link.certified != outcome.frame.mn:
        raise RuleBroken("C117", certified=link.certified[:40])
    address = link.address
    intake.check_sender(device, outcome.frame, address, segment=segment, sent=piece.crc)
    intake.check_service(device, today)
    if device.crc == "off" and (fits := crc.which(segment, piece.crc)) != "hj":
        outcome.notes.append(f"crc-not-checked {fits}")


def _in_session(
    outcomes: Sequence[Outcome], held: Held, gateway: int, now: datetime.datetime
) -> list[Outcome]:
    """Claim sessions for links that have none; frames of a second session are refused (C115)."""
    new = [o for o in outcomes if (o.arrival.link.number, o.known.id) not in held]
    # Ten thousand sessions are only looked through when somebody comes without one.
    taken = {controller for _link, controller in held} if new else set()
    first: dict[int, Outcome] = {}
    for outcome in new:
        if outcome.known.id not in taken:
            first.setdefault(outcome.known.id, outcome)
    wanted = {key: first[key].arrival.link.peer for key in sorted(first)}
    claimed = sessions.claim_sessions(wanted=wanted, gateway=gateway, now=now) if wanted else {}
    own = {(first[key].arrival.link.number, key): claimed[key] for key in claimed}
    good = []
    for outcome in outcomes:
        key = (outcome.arrival.link.number, outcome.known.id)
        outcome.session_id = held.get(key) or own.get(key)
        if outcome.session_id is None:
            outcome.refuse(RuleBroken("C115"))
        else:
            good.append(outcome)
    return good


def _raise_alarms(outcomes: Sequence[Outcome], now: datetime.datetime) -> None:
    """Tell people of verdicts that a device or an intruder will not mend by itself."""
    specs = []
    for outcome in outcomes:
        kind = VERDICT_ALARMS.get(outcome.verdict)
        # What the booking of the event has already told is not told twice.
        if kind is None or outcome.device is None or outcome.is_reported:
            continue
        device = outcome.device
        params = {"address": outcome.arrival.link.address, "fault": outcome.verdict}
        specs.append(AlarmSpec(kind, device.enterprise_id, device.id, params=params))
    timely = [one for one in outcomes if one.verdict == intake.TAKEN and one.frame.cn == "2011"]
    specs += [spec for outcome in timely for spec in _clock_shift(outcome, now)]
    if specs:
        raise_alarms(specs=specs, now=now)


def _clock_shift(outcome: Outcome, now: datetime.datetime) -> list[AlarmSpec]:
    """An alarm if a device's clock is off: its QN is the moment of sending (HJ 212-2017 6.3).

    Only real-time data are judged, as they are never sent later than at once.
    """
    device, frame = outcome.known, outcome.frame
    if not frame.qn or device.clock_shift is None:
        return []
    off = fields.moment(frame.qn[:14], device.zone) - now
    if abs(off) <= device.clock_shift:
        return []
    params = {"seconds": int(off.total_seconds())}
    kind = AlarmKind.CLOCK_SHIFT
    return [AlarmSpec(kind, device.enterprise_id, device.id, params=params)]


def _answer(outcome: Outcome) -> None:
    """9014 (a notice: 9013) for what is stored, if the device wants an answer."""
    frame, device = outcome.frame, outcome.known
    if outcome.answer is not None or outcome.verdict not in ANSWERED or not frame.wants_answer:
        return
    meaning = intake.meaning_of(device, frame.cn)
    if meaning == Meaning.REPLY:
        return
    write = encode.notice_answer if meaning == Meaning.NOTICE else encode.data_answer
    outcome.answer = encode.frame_bytes(write(frame), device.crc)


@transaction.atomic
def quarantine(*, arrived: Arrival, reason: str) -> Outcome:
    """Keep a frame that could not be processed; it gets no answer and debits nothing."""
    outcome = Outcome(arrived, telemetry.frame_ids(1)[0])
    outcome.refuse(RuleBroken("C190", reason=reason[:500]))
    telemetry.store_raw([outcome])
    return outcome
