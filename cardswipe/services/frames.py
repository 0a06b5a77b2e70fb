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
from cardswipe.hj212.requests import Kind
from cardswipe.intake import ANSWERED, Meaning
from cardswipe.models import Controller, DeviceCommand
from cardswipe.offline_frames import batch_of
from cardswipe.queries.registry import Registry
from cardswipe.queries.swipes import answer_swipe, fields_of
from cardswipe.rules import AlarmKind, EventReport, Verdict
from parties.models import Membership
from shell import live
from shell.rules import RuleBroken

from . import (
    announcing,
    commands,
    device_wishes,
    joining,
    meters,
    offline,
    orders,
    sessions,
    strangers,
    telemetry,
    valves,
)
from .alarms import AlarmSpec, raise_alarms
from .events import book_events

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
}
# What a device asks the platform for by itself, and what then is asked of it.
WISHES = {"1013": device_wishes.calibrate_clocks, "1014": device_wishes.renew_keys}
# (number of the link, controller) → session
Held = Mapping[tuple[int, int], int]

EVENT_VERDICTS = {
    Verdict.REPEATED: intake.REPEATED,
    Verdict.CONFLICT: intake.OTHER_CONTENT,
    Verdict.INVALID: "C127",
}


@transaction.atomic
def take_frames(
    *,
    by: Membership,
    arrivals: Sequence[Arrival],
    registry: Registry,
    held: Held,
    gateway: int,
    now: datetime.datetime,
) -> list[Outcome]:
    """Keep every arrival with its verdict, book what the good ones mean; one outcome each.

    Of strangers the first of each address and hour are kept, the others are only counted.

    `held` names the sessions that this gateway process already has.
    """
    numbers = telemetry.frame_ids(len(arrivals))
    outcomes = [Outcome(arrived, number) for arrived, number in zip(arrivals, numbers, strict=True)]
    with live.gathered():
        good = _known(outcomes, registry, now)
        good = _in_session(good, held, gateway, now)
        _apply(by, good, registry, now)
        noted = registry.unnoted((o.known.id for o in good), now)
        telemetry.note_contact(controllers=noted, now=now)
        left_out = strangers.not_kept(outcomes, now)
        telemetry.store_raw([one for one in outcomes if one.frame_id not in left_out])
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


def _apply(
    by: Membership, outcomes: Sequence[Outcome], registry: Registry, now: datetime.datetime
) -> None:
    """Do what each frame's command asks; refusals become the frame's verdict."""
    readings: list[tuple[Outcome, intake.Reading]] = []
    discharges: list[tuple[Outcome, intake.Discharge]] = []
    parts: list[tuple[Outcome, intake.Reading]] = []
    replies: list[Outcome] = []
    states: list[Outcome] = []

    def read(outcome: Outcome) -> None:
        device, frame = outcome.known, outcome.frame
        reading = intake.reading_of(device, frame, registry.table, now=now, notes=outcome.notes)
        readings.append((outcome, reading))
        if frame.cn != "2061" or device.event_source != "HOUR":
            return
        if device.debits_own(reading.data_time):
            outcome.notes.append("own-integral")  # booked by the clock from the minutes
        elif frame.pnum > 1:
            parts.append((outcome, reading))
        else:
            hour = intake.hour_of(device, frame, registry.table, now=now, notes=outcome.notes)
            discharges.append((outcome, hour))

    def close_session(outcome: Outcome) -> None:
        session = intake.session_of(outcome.known, outcome.frame, registry.table, now=now)
        discharges.append((outcome, session))

    acts: dict[Meaning, Callable[[Outcome], None]] = {
        Meaning.READING: read,
        Meaning.SWIPE_EVENT: close_session,
        Meaning.SWIPE_OPEN: lambda outcome: _open_session(outcome, now),
        Meaning.OFFLINE_BATCH: lambda outcome: _take_batch(by, outcome, registry, now),
        Meaning.VALVE_STATE: states.append,  # after the replies: 9011 comes before the move
        Meaning.REPLY: replies.append,  # after the data: 9012 ends what they belong to
    }

    def act_on(outcome: Outcome) -> None:
        act = acts.get(intake.meaning_of(outcome.known, outcome.frame.cn))
        if act is not None:
            act(outcome)

    _each(outcomes, act_on)
    telemetry.store_readings(readings)
    meters.move(readings, table=registry.table)
    _book(by, discharges + joining.join_hours(parts, table=registry.table, now=now), now)
    _follow_commands(by, outcomes, replies, now)
    _each(states, lambda outcome: _note_valve(by, outcome, now))


def _each(outcomes: Sequence[Outcome], act: Callable[[Outcome], None]) -> None:
    """Act on each frame; a refusal becomes the verdict of that one alone."""
    for outcome in outcomes:
        try:
            act(outcome)
        except RuleBroken as fault:
            outcome.refuse(fault)


def _follow_commands(
    by: Membership, outcomes: Sequence[Outcome], replies: Sequence[Outcome], now: datetime.datetime
) -> None:
    """Give data and replies to the commands they belong to; data first, for 9012 ends them."""
    for cn, wish in WISHES.items():
        if asking := {outcome.known.id for outcome in outcomes if outcome.frame.cn == cn}:
            wish(by=by, controllers=sorted(asking), now=now)
    running = commands.commands_of(outcome.known.id for outcome in outcomes)
    if running:
        commands.note_data(outcomes=outcomes, commands=running, now=now)

    def heed(outcome: Outcome) -> None:
        command = running.get(outcome.known.id)
        if not commands.note_reply(by=by, outcome=outcome, command=command, now=now):
            orders.note_reply(by=by, outcome=outcome, now=now)

    _each(replies, heed)
    if running:
        _note_secrets(by, outcomes, running, now)


def _note_secrets(
    by: Membership,
    outcomes: Sequence[Outcome],
    running: Mapping[int, DeviceCommand],
    now: datetime.datetime,
) -> None:
    """A device that already uses the password or key it is being given has taken it."""
    for outcome in outcomes:
        device, command = outcome.known, running.get(outcome.known.id)
        if outcome.frame.pw == device.next_password != device.password:
            commands.note_new_secret(by=by, command=command, kind=Kind.SET_PASSWORD, now=now)
        if outcome.has_new_key:
            commands.note_new_secret(by=by, command=command, kind=Kind.SET_KEY, now=now)


def _open_session(outcome: Outcome, now: datetime.datetime) -> None:
    """Answer a swipe: may the session open, and what is left."""
    device, frame = outcome.known, outcome.frame
    swipe = intake.swipe_of(device, frame, now=now)
    said = answer_swipe(device, swipe, today=timezone.localdate(now))
    parts = [
        f"CardNo={swipe.card_no};SwipeNo={swipe.sequence};SwipeRtn={said.result}",
        *fields_of(device, said),
    ]
    segment = encode.reply(frame, cn=device.swipe_answer_cn, cp=";".join(parts))
    outcome.answer = encode.frame_bytes(segment, device.crc)
    outcome.notes.append(f"SwipeRtn={said.result}")


def _take_batch(
    by: Membership, outcome: Outcome, registry: Registry, now: datetime.datetime
) -> None:
    """Keep what the controller says of its time off line; it debits nothing."""
    segment = (outcome.arrival.piece.segment or b"").decode()
    batch = batch_of(outcome.known, outcome.frame, segment, registry.table, now=now)
    controller = Controller.objects.select_related("outlet__site").get(pk=outcome.known.id)
    offline.take_batch(
        by=by, controller=controller, batch=batch, now=now, frame_id=outcome.frame_id
    )


def _note_valve(by: Membership, outcome: Outcome, now: datetime.datetime) -> None:
    """The valve's opening, as the controller reports it."""
    is_closed = intake.opening_of(outcome.frame) <= intake.SHUT_PER
    controller_id = outcome.known.id
    valves.note_valve_state(by=by, controller_id=controller_id, is_closed=is_closed, now=now)


def _book(
    by: Membership,
    discharges: Sequence[tuple[Outcome, intake.Discharge]],
    now: datetime.datetime,
) -> None:
    """Book the events; the verdict of a frame is what the booking says of its event."""
    if not discharges:
        return
    reports = [
        EventReport(controller_id=o.known.id, frame_id=o.frame_id, **event._asdict())
        for o, event in discharges
    ]
    for (outcome, _event), said in zip(
        discharges, book_events(by=by, reports=reports, now=now), strict=True
    ):
        outcome.verdict = EVENT_VERDICTS.get(said.verdict, intake.TAKEN)
        outcome.is_reported = True
        outcome.notes.append(f"event {said.event_id} {said.verdict} {said.fault}".strip())
    meters.restart(discharges)


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
    specs += [spec for outcome in outcomes for spec in _clock_shift(outcome, now)]
    if specs:
        raise_alarms(specs=specs, now=now)


def _clock_shift(outcome: Outcome, now: datetime.datetime) -> list[AlarmSpec]:
    """An alarm if a device's clock is off: its QN is the moment of sending (HJ 212-2017 6.3).

    Only real-time data are judged, as they are never sent later than at once.
    """
    device, frame = outcome.device, outcome.arrival.frame
    if device is None or frame is None or outcome.verdict != intake.TAKEN:
        return []
    if frame.cn != "2011" or not frame.qn or device.clock_shift is None:
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
