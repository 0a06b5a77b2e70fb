"""The clock knows every task, and every task it names exists."""

from config.celery import app
from config.timetable import TIMETABLE

# Started by a person or by another task, never by the clock.
ON_DEMAND: set[str] = set()


def test_clock_calls_every_task_of_ours_and_no_other():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if ".tasks." in name and not name.startswith("celery.")}
    assert {entry["task"] for entry in TIMETABLE.values()} == ours - ON_DEMAND
