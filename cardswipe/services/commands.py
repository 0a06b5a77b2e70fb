"""Commands to devices: asked by a person, sent by the gateway, followed to their end."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_noop

from cardswipe import command_rules
from cardswipe.arrivals import Outcome
from cardswipe.command_rules import ON_THE_WIRE, CommandState
from cardswipe.hj212 import encode, requests, sm4
from cardswipe.hj212.requests import REQUESTS, Kind
from cardswipe.intake import ANSWERED, Device
from cardswipe.models import CommandAnswer, Controller, DeviceCommand
from cardswipe.queries.swipes import pushed
from parties.models import Membership
from parties.rules import Act
from parties.services import record
from shell.refusals import refusal
from shell.rules import RuleBroken

from . import announcing
from .devices import check_password

GONE_S = 60  # a command whose connection is gone is given so long to see it come back
SYSTEM_ST = {True: "32", False: "31"}
SAID = {
    CommandState.SENT: gettext_noop("command sent"),
    CommandState.ACCEPTED: gettext_noop("command accepted"),
    CommandState.DONE: gettext_noop("command done"),
    CommandState.REFUSED: gettext_noop("command refused"),
    CommandState.FAILED: gettext_noop("command failed"),
    CommandState.EXPIRED: gettext_noop("command without answer"),
    CommandState.WITHDRAWN: gettext_noop("command withdrawn"),
}


class Linked(NamedTuple):
    """A controller that this gateway process can reach, and the session it is reached by."""

    device: Device
    session_id: int


@transaction.atomic
def ask_command(
    *,
    by: Membership,
    controller: Controller,
    kind: Kind,
    params: Mapping[str, Any],
    reason: str,
    now: datetime.datetime,
    key: uuid.UUID | None = None,
) -> DeviceCommand:
    """Ask a device for something; the gateway sends it with the controller's connection.

    Moments in `params` are ISO texts with a zone; the same `key` twice is one command. Refuses
    settings from who is no device engineer (C164), what the device's version does not know
    (C160), fields that HJ 212 would not allow (C161, C162) and a password easily guessed (C154).
    A new SM4 key is made here and travels under the present one, so there must be one (C165). A
    voucher is told to makes that have a message for it (C166).
    """
    if key is not None and (known := DeviceCommand.objects.filter(key=key).first()):
        return known
    if kind in command_rules.CHANGES and not by.may(Act.MANAGE_DEVICES):
        raise refusal("C164")
    if kind == Kind.SET_KEY:
        params = {"key": key_for(controller)}
    check_request(controller, kind, params)
    secret = command_rules.SECRETS.get(kind, "")
    open_ = {name: value for name, value in params.items() if name != secret}
    command = DeviceCommand(
        controller=controller,
        kind=kind,
        params=open_,
        secret=params.get(secret, ""),
        key=key,
        reason=reason,
        asked_by=by,
        asked_at=now,
    )
    return kept(command, by, reason)


def kept(command: DeviceCommand, by: Membership, reason: str) -> DeviceCommand:
    """Save a command with its history, and tell the pages that show it."""
    announcing.tell_controllers([command.controller_id])
    return record(command, by=by, reason=reason)


def check_request(controller: Controller, kind: Kind, params: Mapping[str, Any]) -> None:
    """Refuse what the standard (C160 to C162) or the device's profile (C166) does not know, and a
    password easily guessed (C154)."""
    try:
        requests.check(kind, params, controller.protocol_version)
    except RuleBroken as fault:
        raise refusal(fault.code, **fault.params) from fault
    if kind == Kind.SET_PASSWORD:
        check_password(params["password"], controller.mn)
    if kind == Kind.PUSH_VOUCHER and not controller.profile.voucher_cn:
        raise refusal("C166", profile=controller.profile)


def key_for(controller: Controller) -> str:
    """A new key of sixteen letters and digits, as 1014 carries it, that nobody has seen."""
    if not controller.sm4_key:
        raise refusal("C165")
    return get_random_string(16)


@transaction.atomic
def withdraw_command(
    *, by: Membership, command: DeviceCommand, reason: str, now: datetime.datetime
) -> DeviceCommand:
    """Take a command back that was not sent yet; refuses (C163) one that was."""
    locked = DeviceCommand.objects.select_for_update(of=("self",)).get(pk=command.pk)
    try:
        command_rules.check_move(locked.state, CommandState.WITHDRAWN)
    except RuleBroken as fault:
        raise refusal(fault.code, **fault.params) from fault
    locked.state, locked.ended_at, locked.secret = CommandState.WITHDRAWN, now, ""
    return kept(locked, by, reason)


@transaction.atomic
def send_commands(
    *, by: Membership, links: Mapping[int, Linked], now: datetime.datetime
) -> list[tuple[int, bytes]]:
    """Send what waits, repeat what got no answer, end what is overdue: (controller, frame).

    The frames go out after the commit; a repeated command keeps its QN. One command at a time
    is on the wire of a controller.
    """
    unfinished = DeviceCommand.objects.unfinished()
    if not unfinished.exists():
        return []
    frames = []
    locked = unfinished.select_related("controller__profile").select_for_update(
        of=("self",), skip_locked=True
    )
    wire_first = sorted(locked, key=lambda command: command.state not in ON_THE_WIRE)
    busy = set(DeviceCommand.objects.on_the_wire().values_list("controller_id", flat=True))
    for command in wire_first:
        link = links.get(command.controller_id)
        frame = _step(by, command, link, now, is_busy=command.controller_id in busy)
        if frame is not None:
            busy.add(command.controller_id)
            frames.append((command.controller_id, frame))
    return frames


def _step(
    by: Membership,
    command: DeviceCommand,
    link: Linked | None,
    now: datetime.datetime,
    *,
    is_busy: bool,
) -> bytes | None:
    """The next step of one command, and the frame it sends if any."""
    patience = patience_of(command.controller)
    if command.state == CommandState.ASKED:
        if command.asked_at + patience.connection <= now:
            _end(by, command, CommandState.EXPIRED, now, "not connected")
        elif link is not None and not is_busy:
            return _send(by, command, link, patience, now)
        return None
    due = command.due_at or now
    if due > now:
        return None
    if command.state == CommandState.ACCEPTED:
        _end(by, command, CommandState.EXPIRED, now, "no result")
    elif link is not None and command.tries <= patience.resends:
        return _send(by, command, link, patience, now)
    elif link is not None or due + datetime.timedelta(seconds=GONE_S) <= now:
        _end(by, command, CommandState.EXPIRED, now, "no answer")
    return None


def patience_of(controller: Controller) -> command_rules.Patience:
    """How long the device profile lets a command wait."""
    profile = controller.profile
    return command_rules.Patience(
        answer=datetime.timedelta(seconds=profile.answer_within_s),
        resends=profile.resends,
        result=datetime.timedelta(seconds=profile.result_within_s),
        connection=datetime.timedelta(hours=profile.command_waits_h),
    )


def _send(
    by: Membership,
    command: DeviceCommand,
    link: Linked,
    patience: command_rules.Patience,
    now: datetime.datetime,
) -> bytes:
    """Note that the command goes out, and write its frame."""
    if command.state == CommandState.ASKED:
        command.state, command.sent_at = CommandState.SENT, now
        command.qn = _fresh_qn(command, now.astimezone(link.device.zone))
    command.session_id, command.tries = link.session_id, command.tries + 1
    command.due_at = now + patience.answer
    kept(command, by, SAID[CommandState.SENT])
    return command_frame(command, link.device, now)


def _fresh_qn(command: DeviceCommand, moment: datetime.datetime) -> str:
    """The QN of the moment, made unique for ever among the controller's commands.

    A millisecond behind the valve orders of the same moment, which carry it as their QN.
    """
    own = DeviceCommand.objects.filter(controller_id=command.controller_id)
    while True:
        moment += datetime.timedelta(milliseconds=1)
        qn = encode.qn_of(moment)
        if not own.filter(qn=qn).exists():
            return qn


def command_frame(command: DeviceCommand, device: Device, now: datetime.datetime) -> bytes:
    """The request as HJ 212 writes it, under SM4 where the device has a key."""
    kind = Kind(command.kind)
    params = dict(command.params)
    if command.secret:
        params[command_rules.SECRETS[kind]] = command.secret
    # Sent again, a new key keeps the moment it was made; a clock is set to the present one.
    moment = command.asked_at if kind == Kind.SET_KEY else now
    is_push = kind == Kind.PUSH_VOUCHER
    cn = device.voucher_cn if is_push else REQUESTS[kind].cn
    area = requests.data_area(kind, params, version=device.version, zone=device.zone, now=moment)
    segment = encode.upload(
        version=device.version,
        qn=command.qn,
        st=SYSTEM_ST[device.is_water],
        cn=cn,
        pw=device.password,
        mn=device.mn,
        cp=pushed(device, today=timezone.localdate(now)) if is_push else area,
    )
    key = device.key if cn in sm4.ENCRYPTED_COMMANDS else None
    return encode.frame_bytes(segment, device.crc, key)


def _end(
    by: Membership, command: DeviceCommand, to: CommandState, now: datetime.datetime, outcome: str
) -> None:
    command_rules.check_move(command.state, to)
    command.state, command.ended_at, command.outcome = to, now, outcome[:200]
    command.due_at, command.secret = None, ""
    kept(command, by, SAID[to])


def commands_of(controllers: Iterable[int]) -> dict[int, DeviceCommand]:
    """The command on the wire of each controller that has one, locked."""
    waiting = DeviceCommand.objects.on_the_wire()
    if not waiting.exists():
        return {}
    rows = waiting.filter(controller_id__in=set(controllers)).order_by("controller_id")
    locked = rows.select_related("controller__profile").select_for_update(of=("self",))
    return {row.controller_id: row for row in locked}


def note_reply(
    *, by: Membership, outcome: Outcome, command: DeviceCommand | None, now: datetime.datetime
) -> bool:
    """9011, 9012 or 9013 to a command: what it makes of it; False when it answers no command.

    A reply counts only under the command's QN, from its controller, in the session that the
    command was sent by: another session's word is refused (C131).
    """
    frame = outcome.frame
    qn = frame.cp.get("QN", frame.qn)  # in 2005 it stands inside CP
    if command is None or command.qn != qn:
        return False
    if command.session_id != outcome.session_id or command.state not in ON_THE_WIRE:
        raise RuleBroken("C131", qn=qn)
    to, words = command_rules.meant_by(Kind(command.kind), frame.cn, frame.cp)
    keep_answers([(command, outcome)], now)
    if to == command.state:
        return True  # said again
    if to == CommandState.ACCEPTED:
        command_rules.check_move(command.state, to)
        command.state, command.accepted_at = to, now
        command.due_at = now + patience_of(command.controller).result
        kept(command, by, SAID[to])
        return True
    if to == CommandState.DONE:
        words = _done(by, command, now)
    _end(by, command, to, now, words)
    return True


def _done(by: Membership, command: DeviceCommand, now: datetime.datetime) -> str:
    """What is left to do when a command has succeeded; the words of its outcome."""
    if command.kind in command_rules.SECRETS and command.secret:
        controller = Controller.objects.select_for_update().get(pk=command.controller_id)
        if command.kind == Kind.SET_PASSWORD:
            controller.password = command.secret
            record(controller, by=by, reason=gettext_noop("password changed at the device"))
        else:
            controller.sm4_key = command.secret.encode().hex()
            record(controller, by=by, reason=gettext_noop("SM4 key changed at the device"))
    if command.kind not in command_rules.HISTORIES:
        return ""
    lacking = command_rules.missing_parts(parts_of(command))
    return f"parts missing: {', '.join(lacking)}" if lacking else ""


def parts_of(command: DeviceCommand) -> dict[str, tuple[int, set[int]]]:
    """The data a history request has fetched: moment → (PNUM, PNOs that came)."""
    found: dict[str, tuple[int, set[int]]] = {}
    rows = command.answers.exclude(data_time="").values_list("data_time", "pnum", "pno")
    for moment, pnum, pno in rows:
        count, got = found.setdefault(moment, (pnum, set()))
        got.add(pno)
        found[moment] = (max(count, pnum), got)
    return found


def note_new_secret(
    *, by: Membership, command: DeviceCommand | None, kind: Kind, now: datetime.datetime
) -> None:
    """The device already uses its new password or key: the change is done, whatever became of
    9012."""
    if command is None or command.state not in ON_THE_WIRE:
        return
    if command.kind == kind and command.secret:
        _done(by, command, now)
        name = command_rules.SECRETS[kind]
        _end(by, command, CommandState.DONE, now, f"new {name} in use")


def note_data(
    *,
    outcomes: Sequence[Outcome],
    commands: Mapping[int, DeviceCommand],
    now: datetime.datetime,
) -> None:
    """Keep which stored frames are the data that a command on the wire has asked for."""
    keep_answers(
        [
            (command, outcome)
            for outcome in outcomes
            if outcome.verdict in ANSWERED
            and (command := commands.get(outcome.known.id)) is not None
            and command.session_id == outcome.session_id
            and gave(command, outcome)
        ],
        now,
    )


def gave(command: DeviceCommand, outcome: Outcome) -> bool:
    """Whether a frame is what the command fetches: its number, and for history its span."""
    frame, device = outcome.frame, outcome.known
    if frame.cn != REQUESTS[Kind(command.kind)].gives:
        return False
    if command.kind not in command_rules.HISTORIES:
        return True
    span = [
        f"{datetime.datetime.fromisoformat(command.params[name]).astimezone(device.zone):%Y%m%d%H%M%S}"
        for name in ("begin", "end")
    ]
    return span[0] <= frame.cp.get("DataTime", "") <= span[1]


def keep_answers(pairs: Sequence[tuple[DeviceCommand, Outcome]], now: datetime.datetime) -> None:
    """Keep which frames belong to which command, each once."""
    rows = [
        CommandAnswer(
            command=command,
            frame_id=outcome.frame_id,
            cn=outcome.frame.cn,
            data_time=outcome.frame.cp.get("DataTime", "")[:14],
            pnum=outcome.frame.pnum,
            pno=outcome.frame.pno,
            received_at=now,
        )
        for command, outcome in pairs
    ]
    CommandAnswer.objects.bulk_create(rows, ignore_conflicts=True)
