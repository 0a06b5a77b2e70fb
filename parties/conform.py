"""Checks for `manage.py conform`: credit codes and working days."""

import datetime
import re
from typing import Any

from parties.rules import has_good_check_character, is_uscc_form
from shell.workdays import due_date

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_DAYS = 10_000


def check_uscc(asked: dict[str, Any]) -> dict[str, Any]:
    """`{"uscc"}` → form and check character (GB 32100-2015); a bad check only warns."""
    uscc = asked["uscc"]
    if not isinstance(uscc, str):
        raise TypeError("uscc is not a text")
    ok, check_ok = is_uscc_form(uscc), has_good_check_character(uscc)
    doubtful = "the check character does not fit; early legal codes exist, compare with the licence"
    return {"ok": ok, "check_ok": check_ok, "warning": doubtful if ok and not check_ok else None}


def a_day(value: object) -> datetime.date:
    """The day written as YYYY-MM-DD, in no other of ISO 8601's forms."""
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError(f"{value!r} is not a day written YYYY-MM-DD")
    return datetime.date.fromisoformat(value)


def check_workdays(asked: dict[str, Any]) -> dict[str, Any]:
    """`{"start", "days", "holidays", "workdays"}` → `{"due"}`, counted from the day after."""
    days = asked["days"]
    if type(days) is not int or not 0 <= days <= MOST_DAYS:
        raise ValueError(f"days is not a whole number from 0 to {MOST_DAYS}")
    due = due_date(
        a_day(asked["start"]),
        days,
        holidays={a_day(day) for day in asked.get("holidays", [])},
        make_up_days={a_day(day) for day in asked.get("workdays", [])},
    )
    return {"due": due.isoformat()}


CHECKS = {"uscc": check_uscc, "workdays": check_workdays}
