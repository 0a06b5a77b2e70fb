"""Controllers at the outlets: registered, accepted, stopped with the permit."""

import datetime
from functools import partial

from cardswipe.models import Controller, DeviceProfile
from cardswipe.services import devices, note_valve_state, telemetry
from parties.services import system_actor

from .stage import DAY, Plant, Stage, at

SILENT = (14, 31)  # places in the table whose boxes are off line
MAKERS = ("聚光科技", "雪迪龙", "先河环保", "力合科技")


def plan_devices(stage: Stage) -> None:
    """A controller for each main outlet, a fortnight before cards are introduced."""
    stage.agenda.add(at(stage.first_day - 14 * DAY, 10), partial(register_all, stage))
    stage.agenda.add(stage.now, partial(note_contacts, stage))
    for plant in stage.plants:
        last = stage.ends.get(plant.place)
        if last and last <= stage.today:
            stage.agenda.add(at(last + 4 * DAY, 16, 30), partial(stop_all, stage, plant))


def register_all(stage: Stage, now: datetime.datetime) -> None:
    """Register and put in use; MN by region and a running number, as makers do."""
    profile = DeviceProfile.objects.filter(protocol_version=2017).order_by("pk").first()
    assert profile, "the reference data hold a profile"
    serial = 0
    for plant in stage.plants:
        for outlet in () if plant.is_new else plant.outlets:
            serial += 1
            controller = devices.register_controller(
                by=stage.people["engineer"],
                outlet=stage.outlets[plant.place, outlet.code],
                profile=profile,
                mn=f"QY{plant.county}{outlet.code[:2]}{serial:06d}",
                password=password_of(serial),
                valid_from=now.date(),
                now=now,
                maker=MAKERS[plant.place % len(MAKERS)],
                serial_no=f"ZK{now.year}{serial:05d}",
            )
            stage.controllers[plant.place, outlet.code] = devices.put_in_use(
                by=stage.people["engineer"], controller=controller, reason="验收合格", now=now
            )
            note_valve_state(
                by=system_actor("gateway"), controller_id=controller.pk, is_closed=False, now=now
            )


def password_of(serial: int) -> str:
    """A password (PW) of its own for each box, as a platform asks for at acceptance."""
    return f"q{serial * 7919 % 9973:04d}w"


def stop_all(stage: Stage, plant: Plant, now: datetime.datetime) -> None:
    """The permit has ended: its controllers count no longer."""
    for controller in controllers_of(stage, plant):
        devices.stop_controller(
            by=stage.people["engineer"], controller=controller, reason="许可证终止", now=now
        )


def note_contacts(stage: Stage, now: datetime.datetime) -> None:
    """Most boxes were heard a moment ago; a few have been silent for days."""
    heard: dict[bool, list[int]] = {True: [], False: []}
    for (place, _code), controller in sorted(stage.controllers.items()):
        is_stopped = place in stage.ends and stage.ends[place] <= stage.today
        heard[is_stopped or place in SILENT].append(controller.pk)
    telemetry.note_contact(controllers=heard[True], now=now - 3 * DAY)
    telemetry.note_contact(controllers=heard[False], now=now)


def controllers_of(stage: Stage, plant: Plant) -> list[Controller]:
    """The plant's controllers in the order of its outlets."""
    return [stage.controllers[plant.place, outlet.code] for outlet in plant.outlets]
