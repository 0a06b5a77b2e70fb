"""`manage.py conform`: one answer per line, never a traceback."""

import io
import json
import sys

import pytest
from django.core.management import call_command


def conform(check, *lines, monkeypatch):
    sent = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent)))
    out = io.StringIO()
    call_command("conform", check, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_credit_codes_are_judged_by_form_and_check(monkeypatch):
    good, early, bad = conform(
        "uscc",
        '{"uscc": "91350100M000100Y43"}',
        '{"uscc": "91350100M0001TGQXM"}',
        '{"uscc": "9135"}',
        monkeypatch=monkeypatch,
    )
    assert good == {"ok": True, "check_ok": True, "warning": None}
    assert (early["ok"], early["check_ok"], bool(early["warning"])) == (True, False, True)
    assert (bad["ok"], bad["check_ok"]) == (False, False)


def test_permit_numbers_are_taken_apart(monkeypatch):
    found, none = conform(
        "permit-no",
        '{"permit_no": "91350100M000100Y43001P"}',
        '{"permit_no": "91350100M000100Y43001"}',
        monkeypatch=monkeypatch,
    )
    assert found == {"ok": True, "uscc": "91350100M000100Y43", "site": "001", "mark": "P"}
    assert none == {"ok": False, "uscc": None, "site": None, "mark": None}


def test_workdays_count_from_the_day_after_with_holidays_and_make_up_days(monkeypatch):
    asked = {
        "start": "2026-09-30",
        "days": 2,
        "holidays": [f"2026-10-0{n}" for n in range(1, 9)],
        "workdays": ["2026-10-10"],
    }
    none, due = conform(
        "workdays",
        json.dumps(asked | {"days": 0}),
        json.dumps(asked),
        monkeypatch=monkeypatch,
    )
    assert (none, due) == ({"due": "2026-09-30"}, {"due": "2026-10-10"})


@pytest.mark.parametrize("check", ["uscc", "permit-no", "workdays"])
@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\xff",
        "null",
        "[]",
        "{",
        "{}",
        '{"uscc": 1, "permit_no": [], "start": "2026-13-01", "days": 1}',
        '{"start": "2026-W01-1", "days": 1}',
        '{"start": "2026-01-01", "days": true}',
        '{"start": "2026-01-01", "days": NaN}',
        '{"start": "2026-01-01", "days": 1e99}',
        '{"start": "9999-12-30", "days": 9}',
        "[" * 100_000,
    ],
)
def test_line_that_cannot_be_used_gives_an_error_line(check, line, monkeypatch):
    (found,) = conform(
        check, line + (b"\n" if isinstance(line, bytes) else "\n"), monkeypatch=monkeypatch
    )
    assert "error" in found
