"""What good frames mean: readings kept, discharges booked, swipes answered, commands followed."""

import datetime
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from cardswipe import intake
from cardswipe.arrivals import Outcome
from cardswipe.hj212 import encode
from cardswipe.hj212.frame import decode
from cardswipe.hj212.requests import Kind
from cardswipe.intake import Meaning
from cardswipe.models import Controller, DeviceCommand
from cardswipe.offline_frames import batch_of
from cardswipe.queries.registry import Registry
from cardswipe.queries.swipes import answer_swipe, fields_of
from cardswipe.rules import EventReport, Verdict
from parties.models import Membership
from shell.rules import RuleBroken

from . import commands, device_wishes, joining, meters, offline, orders, telemetry, valves
from .session_reports import take_reports

# What a device asks the platform for by itself, and what then is asked of it.
WISHES = {"1013": device_wishes.calibrate_clocks, "1014": device_wishes.renew_keys}
EVENT_VERDICTS = {
    Verdict.REPEATED: intake.REPEATED,
    Verdict.CONFLICT: intake.OTHER_CONTENT,
    Verdict.INVALID: "C127",
}


@dataclass
class _Batch:
    """What the frames of a batch bring, gathered to be stored and booked together."""

    by: Membership
    registry: Registry
    now: datetime.datetime
    readings: list[tuple[Outcome, intake.Reading]] = field(default_factory=list)
    discharges: list[tuple[Outcome, intake.Discharge]] = field(default_factory=list)
    parts: list[tuple[Outcome, intake.Reading]] = field(default_factory=list)
    replies: list[Outcome] = field(default_factory=list)
    states: list[Outcome] = field(default_factory=list)
    spans: dict[object, tuple[str, str]] = field(default_factory=dict)

    def act_on(self, outcome: Outcome) -> None:
        """Do what the frame's command asks, or gather it."""
        meaning = intake.meaning_of(outcome.known, outcome.frame.cn)
        if meaning in intake.SENT_NOW:
            self._check_sending(outcome)
        match meaning:
            case Meaning.READING:
                self._read(outcome)
            case Meaning.SWIPE_EVENT:
                table = self.registry.table
                session = intake.session_of(outcome.known, outcome.frame, table, now=self.now)
                self.discharges.append((outcome, session))
            case Meaning.SWIPE_OPEN:
                _open_session(outcome, self.now)
            case Meaning.OFFLINE_BATCH:
                _take_batch(self.by, outcome, self.registry, self.now)
            case Meaning.VALVE_STATE:
                self.states.append(outcome)  # after the replies: 9011 comes before the move
            case Meaning.REPLY:
                self.replies.append(outcome)  # after the data: 9012 ends what they belong to

    def _check_sending(self, outcome: Outcome) -> None:
        """QN is the moment of sending; the bounds are the same for all devices of a profile."""
        device = outcome.known
        terms = (device.clock_ahead, device.backfill, device.zone)
        if terms not in self.spans:
            self.spans[terms] = intake.sending_span(device, self.now)
        intake.check_sending(outcome.frame.qn, self.spans[terms])

    def _read(self, outcome: Outcome) -> None:
        device, frame, table = outcome.known, outcome.frame, self.registry.table
        reading = intake.reading_of(device, frame, table, now=self.now, notes=outcome.notes)
        self.readings.append((outcome, reading))
        if frame.cn != "2061" or device.event_source != "HOUR":
            return
        if device.debits_own(reading.data_time):
            outcome.notes.append("own-integral")  # booked by the clock from the minutes
        elif frame.pnum > 1:
            self.parts.append((outcome, reading))
        else:
            hour = intake.hour_of(device, frame, table, now=self.now, notes=outcome.notes)
            self.discharges.append((outcome, hour))


def act_on(
    *,
    by: Membership,
    outcomes: Sequence[Outcome],
    registry: Registry,
    now: datetime.datetime,
    meanwhile: Callable[[int], None] = telemetry.idle,
) -> None:
    """Do what each frame's command asks; refusals become the frame's verdict."""
    batch = _Batch(by, registry, now)
    _each(outcomes, batch.act_on)
    telemetry.store_readings(batch.readings, meanwhile)
    meters.move(batch.readings, table=registry.table)
    hours = joining.join_hours(batch.parts, table=registry.table, now=now)
    _book(by, batch.discharges + hours, now)
    _follow_commands(by, outcomes, batch.replies, now)
    _each(batch.states, lambda outcome: _note_valve(by, outcome, now))


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
    for cn in WISHES.keys() & {outcome.frame.cn for outcome in outcomes}:
        asking = {outcome.known.id for outcome in outcomes if outcome.frame.cn == cn}
        WISHES[cn](by=by, controllers=sorted(asking), now=now)
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
    segment = decode(outcome.arrival.piece.segment or b"", [])  # noted when it was read
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
    own = [e.kind == "SESSION" and o.known.debits_own(e.started_at) for o, e in discharges]
    verdicts = take_reports(by=by, reports=reports, own=own, now=now)
    for (outcome, _event), said in zip(discharges, verdicts, strict=True):
        outcome.verdict = EVENT_VERDICTS.get(said.verdict, intake.TAKEN)
        outcome.is_reported = True
        outcome.notes.append(f"event {said.event_id} {said.verdict} {said.fault}".strip())
    booked = (v.verdict != Verdict.KEPT for v in verdicts)  # the meter goes on until it is
    meters.restart(list(itertools.compress(discharges, booked)))
