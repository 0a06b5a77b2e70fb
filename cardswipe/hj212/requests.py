"""What the platform asks of a device (HJ 212-2017 6.6, annex C): command numbers and fields.

Each request goes out with bit 0 of Flag set; the device says 9011 (taken or why not), sends the
data if any under QNs of its own, and ends with 9012. Notices (2012, 2022) are answered by 9013.
"""

import dataclasses
import datetime
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from cardswipe.hj212 import encode
from shell.rules import RuleBroken

SINCE_2017 = frozenset({2017, 2025})
SINCE_2025 = frozenset({2025})
EVERY_VERSION = frozenset({2005, 2017, 2025})
# HJ 212-2017 table C.1: the minute interval divides the hour.
MINUTE_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
LONGEST_HISTORY = datetime.timedelta(days=31)

is_code = re.compile(r"[A-Za-z0-9]{1,10}").fullmatch
is_secret = re.compile(r"[0-9A-Za-z]{6}").fullmatch
is_plain = re.compile(r"[0-9A-Za-z.\-]{1,40}").fullmatch

Params = Mapping[str, Any]


class Kind(StrEnum):
    """What may be asked of a device."""

    SET_TIME = "SET_TIME"
    GET_TIME = "GET_TIME"
    SET_LINK = "SET_LINK"
    SET_REALTIME = "SET_REALTIME"
    GET_REALTIME = "GET_REALTIME"
    SET_MINUTE = "SET_MINUTE"
    GET_MINUTE = "GET_MINUTE"
    SET_PASSWORD = "SET_PASSWORD"  # noqa: S105 - the name of a command
    START_REALTIME = "START_REALTIME"
    STOP_REALTIME = "STOP_REALTIME"
    START_STATE = "START_STATE"
    STOP_STATE = "STOP_STATE"
    MINUTE_HISTORY = "MINUTE_HISTORY"
    HOUR_HISTORY = "HOUR_HISTORY"
    DAY_HISTORY = "DAY_HISTORY"
    RUN_HISTORY = "RUN_HISTORY"
    CALIBRATE = "CALIBRATE"
    SAMPLE = "SAMPLE"
    CLEAN = "CLEAN"
    COMPARE = "COMPARE"
    KEEP_SAMPLE = "KEEP_SAMPLE"
    SET_SAMPLING = "SET_SAMPLING"
    GET_SAMPLING = "GET_SAMPLING"
    GET_DURATION = "GET_DURATION"
    DEVICE_ID = "DEVICE_ID"
    DEVICE_INFO = "DEVICE_INFO"
    SET_PARAMETER = "SET_PARAMETER"
    SET_KEY = "SET_KEY"
    SAMPLE_KEPT = "SAMPLE_KEPT"
    START_CHECK = "START_CHECK"
    PUSH_VOUCHER = "PUSH_VOUCHER"


@dataclasses.dataclass(frozen=True)
class Request:
    """A request: its number, the fields it takes, the data that may come back, its versions."""

    cn: str
    takes: tuple[str, ...] = ()
    gives: str = ""  # CN of the data frames, if any come
    versions: frozenset[int] = EVERY_VERSION
    is_notice: bool = False


REQUESTS: Mapping[Kind, Request] = {
    Kind.SET_TIME: Request("1012"),
    Kind.GET_TIME: Request("1011", gives="1011"),
    Kind.SET_LINK: Request("1000", ("over_time", "resend_count")),
    Kind.SET_REALTIME: Request("1062", ("interval",)),
    Kind.GET_REALTIME: Request("1061", gives="1061"),
    Kind.SET_MINUTE: Request("1064", ("interval",), versions=SINCE_2017),
    Kind.GET_MINUTE: Request("1063", gives="1063", versions=SINCE_2017),
    Kind.SET_PASSWORD: Request("1072", ("password",)),
    Kind.START_REALTIME: Request("2011"),
    Kind.STOP_REALTIME: Request("2012", is_notice=True),
    Kind.START_STATE: Request("2021"),
    Kind.STOP_STATE: Request("2022", is_notice=True),
    Kind.MINUTE_HISTORY: Request("2051", ("begin", "end"), gives="2051"),
    Kind.HOUR_HISTORY: Request("2061", ("begin", "end"), gives="2061"),
    Kind.DAY_HISTORY: Request("2031", ("begin", "end"), gives="2031"),
    Kind.RUN_HISTORY: Request("2041", ("begin", "end"), gives="2041"),
    Kind.CALIBRATE: Request("3011", ("factor",)),
    Kind.SAMPLE: Request("3012", ("factor",)),
    Kind.CLEAN: Request("3013", ("factor",)),
    # 3014 of 2005 sets sampling times, a different thing.
    Kind.COMPARE: Request("3014", ("factor",), versions=SINCE_2017),
    Kind.KEEP_SAMPLE: Request("3015", gives="3015", versions=SINCE_2017),
    Kind.SET_SAMPLING: Request("3016", ("factor", "start", "hours"), versions=SINCE_2017),
    Kind.GET_SAMPLING: Request("3017", ("factor",), gives="3017", versions=SINCE_2017),
    Kind.GET_DURATION: Request("3018", ("factor",), gives="3018", versions=SINCE_2017),
    Kind.DEVICE_ID: Request("3019", ("factor",), gives="3019", versions=SINCE_2017),
    Kind.DEVICE_INFO: Request(
        "3020", ("factor", "info", "begin", "end"), gives="3020", versions=SINCE_2017
    ),
    Kind.SET_PARAMETER: Request("3021", ("factor", "info", "value"), versions=SINCE_2017),
    # Of 2025, whose text was not at hand: numbers and fields from one open implementation.
    Kind.SET_KEY: Request("1014", ("key",), versions=SINCE_2025),
    Kind.SAMPLE_KEPT: Request("3022", ("factor",), versions=SINCE_2025),
    Kind.START_CHECK: Request("3024", ("factor",), versions=SINCE_2025),
    # Of our own profile: the number is the device profile's, the data those of the card.
    Kind.PUSH_VOUCHER: Request("3904"),
}


def check(kind: Kind, params: Params, version: int) -> None:
    """Refuse a request that the version does not know (C160) or whose fields are wrong (C161)."""
    request = REQUESTS[kind]
    if version not in request.versions:
        raise RuleBroken("C160", version=version)
    if set(params) != set(request.takes):
        raise RuleBroken("C161", field=", ".join(sorted(set(params) ^ set(request.takes))))
    for name in request.takes:
        if not IS_RIGHT[name](params[name]):
            raise RuleBroken("C161", field=name)
    if kind == Kind.SET_REALTIME and not 30 <= params["interval"] <= 3600:
        raise RuleBroken("C161", field="interval")
    if kind == Kind.SET_MINUTE and params["interval"] not in MINUTE_INTERVALS:
        raise RuleBroken("C161", field="interval")
    if "begin" in params and not _is_span(params["begin"], params["end"]):
        raise RuleBroken("C162", days=LONGEST_HISTORY.days)


def _is_span(begin: str, end: str) -> bool:
    first, last = datetime.datetime.fromisoformat(begin), datetime.datetime.fromisoformat(end)
    return first <= last <= first + LONGEST_HISTORY


def _is_count(value: object) -> bool:
    return type(value) is int and 1 <= value <= 99


def _is_moment(value: object) -> bool:
    try:
        return datetime.datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


def _fits(pattern: Callable[[str], object]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern(value) is not None


IS_RIGHT: Mapping[str, Callable[[Any], bool]] = {
    "over_time": _is_count,
    "resend_count": _is_count,
    "interval": lambda value: type(value) is int,
    "password": _fits(is_secret),
    "key": _fits(re.compile(r"[0-9A-Za-z]{16}").fullmatch),
    "begin": _is_moment,
    "end": _is_moment,
    "factor": _fits(is_code),
    "info": _fits(is_code),
    "value": _fits(is_plain),
    "start": _fits(re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]").fullmatch),
    "hours": lambda value: type(value) is int and 1 <= value <= 24,
}
# How each field is named on the wire; times are written apart, in the zone of the site.
FIELD_NAMES: Mapping[str, str] = {
    "over_time": "OverTime",
    "resend_count": "ReCount",
    "factor": "PolId",
    "info": "InfoId",
    "start": "CstartTime",
    "hours": "Ctime",
}


def data_area(
    kind: Kind, params: Params, *, version: int, zone: datetime.tzinfo, now: datetime.datetime
) -> str:
    """What stands between `CP=&&` and `&&`; `now` is the time a new clock or key carries."""
    if kind == Kind.SET_TIME:
        return f"SystemTime={now.astimezone(zone):%Y%m%d%H%M%S}"
    if kind == Kind.SET_KEY:
        # A key of 128 bits travels as its sixteen characters, beside the moment it was made.
        return f"SKCreateTime={encode.qn_of(now.astimezone(zone))},NewSK={params['key']}"
    fields = [
        f"{FIELD_NAMES[name]}={params[name]}"
        for name in REQUESTS[kind].takes
        if name in FIELD_NAMES
    ]
    if "begin" in params:
        span = [f"{name}={_digits(params[key], zone)}" for name, key in SPAN]
        # 2005 joins the two with a comma, 2017 and 2025 with a semicolon.
        fields += [",".join(span)] if version == 2005 else span
    if "interval" in params:
        name = "RtdInterval" if kind == Kind.SET_REALTIME else "MinInterval"
        fields.append(f"{name}={params['interval']}")
    if "password" in params:
        # The name of 2005 is from recollection of its annex, not from the text itself.
        fields.append(f"{'PW' if version == 2005 else 'NewPW'}={params['password']}")
    if "value" in params:
        fields.append(f"{params['info']}-Info={params['value']}")
    return ";".join(fields)


SPAN = (("BeginTime", "begin"), ("EndTime", "end"))


def _digits(moment: str, zone: datetime.tzinfo) -> str:
    return f"{datetime.datetime.fromisoformat(moment).astimezone(zone):%Y%m%d%H%M%S}"
