"""Raw frames, readings and live meters: written in sets, a few statements per commit."""

import datetime
import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction

from cardswipe.arrivals import Outcome
from cardswipe.intake import OTHER_CONTENT, REPEATED, Reading

RAW_FRAMES, READINGS = "cardswipe_rawframe", "cardswipe_reading"
SLICE = 100  # rows: less than what the socket holds, so that sending never waits
NULL = "\\N"
UNIQUE_VIOLATION = "23505"
SEEN_EVERY = datetime.timedelta(seconds=10)


def ensure_partitions(
    *, months: Iterable[datetime.date], tables: Sequence[str] = (RAW_FRAMES, READINGS)
) -> None:
    """Make the months' partitions of raw frames and readings, where they are missing."""
    with connection.cursor() as cursor:
        for month in months:
            for table in tables:
                cursor.execute("SELECT cardswipe_make_partition(%s, %s)", [table, month])


def months_ahead(today: datetime.date, count: int) -> list[datetime.date]:
    """The first days of last month, this one and `count` more."""
    first = today.year * 12 + today.month - 2
    return [datetime.date(at // 12, at % 12 + 1, 1) for at in range(first, first + count + 2)]


def frame_ids(count: int) -> list[int]:
    """So many fresh numbers for raw frames."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('cardswipe_rawframe_id_seq') FROM generate_series(1, %s)", [count]
        )
        return [row[0] for row in cursor.fetchall()]


@functools.lru_cache(maxsize=4096)  # the same moments come from all devices
def written(value: object) -> str:
    """A number or moment as PostgreSQL reads it."""
    return str(value)


RAW_COLUMNS = "id, received_at, session_id, controller_id, peer, mn, cn, verdict, note, body"


def idle(_count: int) -> None:
    """Nothing to do while PostgreSQL works."""


def store_raw(outcomes: Sequence[Outcome], meanwhile: Callable[[int], None] = idle) -> None:
    """Keep every frame byte for byte with its verdict."""
    _copy(f"COPY {RAW_FRAMES} ({RAW_COLUMNS}) FROM STDIN", _raw_line, outcomes, meanwhile)


def _copy(
    command: str,
    line: Callable[[Any], str],
    rows: Sequence[Any],
    meanwhile: Callable[[int], None],
) -> None:
    """Send the rows as lines of text: a third of the cost of typed values.

    They go in slices, and PostgreSQL works on each while we do something else.
    """
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for start in range(0, len(rows), SLICE):
            copy.write("".join(map(line, rows[start : start + SLICE])))
            meanwhile(SLICE // 2)  # a group is sent twice: its readings, its frames


def escaped(text: str) -> str:
    """Text as COPY wants it; what PostgreSQL cannot hold (NUL, lone surrogates) is shown as ?."""
    text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return text.replace("\r", "\\r").replace("\0", "?").encode("utf-8", "replace").decode()


def _raw_line(outcome: Outcome) -> str:
    arrived, frame = outcome.arrival, outcome.arrival.frame
    note, mn, cn = outcome.notes, "", ""
    if frame is not None:
        mn, cn = frame.mn, frame.cn
        note = [*frame.notes, *note] if frame.notes else note
    noted = escaped("; ".join(note)[:2000]) if note else ""
    if not mn.isalnum():
        mn = escaped(mn)
    device = outcome.device
    return (
        f"{outcome.frame_id}\t{written(arrived.received_at)}\t{outcome.session_id or NULL}\t"
        f"{device.id if device else NULL}\t{arrived.link.peer}\t{mn}\t{cn}\t"
        f"{outcome.verdict}\t{noted}\t\\\\x{arrived.piece.raw.hex()}\n"
    )


READING_COLUMNS = (
    ("frame_id", "bigint"),
    ("controller_id", "bigint"),
    ("cn", "smallint"),
    ("data_time", "timestamptz"),
    ("pno", "smallint"),
    ("factor_ids", "smallint[]"),
    ("values", "numeric[]"),
    ("minima", "numeric[]"),
    ("maxima", "numeric[]"),
    ("amounts", "numeric[]"),
    ("converted", "numeric[]"),
    ("marks", "text"),
)
NAMES = ", ".join(f'"{name}"' for name, _kind in READING_COLUMNS)
# Arrays of unequal length cannot go through unnest, so they travel as literals.
SENT = ", ".join(
    f"%s::{'text' if kind.endswith('[]') else kind}[]" for _name, kind in READING_COLUMNS
)
CASTS = ", ".join(f'n."{name}"::{kind}' for name, kind in READING_COLUMNS)
STORE_READINGS = (
    f"INSERT INTO cardswipe_reading ({NAMES}) SELECT {CASTS} FROM unnest({SENT}) AS n ({NAMES})"  # noqa: S608
    " ON CONFLICT (controller_id, cn, data_time, pno) DO NOTHING RETURNING frame_id"
)
COMPARE_READINGS = (
    "SELECT n.frame_id, (r.factor_ids, r.values, r.minima, r.maxima, r.amounts, r.converted,"  # noqa: S608
    " r.marks) IS NOT DISTINCT FROM (n.factor_ids::smallint[], n.values::numeric[],"
    " n.minima::numeric[], n.maxima::numeric[], n.amounts::numeric[], n.converted::numeric[],"
    f" n.marks) FROM unnest({SENT}) AS n ({NAMES}) JOIN cardswipe_reading r"
    " USING (controller_id, cn, data_time, pno)"
)


def store_readings(
    found: Sequence[tuple[Outcome, Reading]], meanwhile: Callable[[int], None] = idle
) -> None:
    """Keep each reading once; what came before is marked as repeated or as contradicting."""
    if not found:
        return
    months = {(reading.data_time.year, reading.data_time.month) for _, reading in found}
    ensure_partitions(
        months=[datetime.date(year, month, 1) for year, month in sorted(months)], tables=[READINGS]
    )
    fresh, again = _sorted_out(found)
    if not _copied(fresh, meanwhile):
        again += _stored_one_by_one(fresh)
    if not again:
        return
    with connection.cursor() as cursor:
        cursor.execute(COMPARE_READINGS, _columns(again))
        same = dict(cursor.fetchall())
    for outcome, _reading in again:
        outcome.verdict = REPEATED if same.get(outcome.frame_id) else OTHER_CONTENT


Pair = tuple[Outcome, Reading]
KNOWN_READINGS = (
    "SELECT n.place FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[], %s::smallint[])"
    " WITH ORDINALITY AS n (controller_id, cn, data_time, pno, place)"
    " JOIN cardswipe_reading r USING (controller_id, cn, data_time, pno)"
)


def _sorted_out(found: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """Readings whose key is new, and those that came before, in this batch or an earlier one."""
    keys = [(o.known.id, r.cn, r.data_time, r.pno) for o, r in found]
    with connection.cursor() as cursor:
        cursor.execute(
            KNOWN_READINGS,
            [f"{{{','.join(map(written, column))}}}" for column in zip(*keys, strict=True)],
        )
        known = {row[0] - 1 for row in cursor.fetchall()}
    if not known and len(set(keys)) == len(keys):
        return list(found), []
    first: dict[tuple[object, ...], int] = {}
    for place, key in enumerate(keys):
        first.setdefault(key, place)
    fresh = [
        pair
        for place, pair in enumerate(found)
        if place not in known and first[keys[place]] == place
    ]
    taken = {outcome.frame_id for outcome, _reading in fresh}
    return fresh, [pair for pair in found if pair[0].frame_id not in taken]


def _copied(fresh: Sequence[Pair], meanwhile: Callable[[int], None]) -> bool:
    """Store all by one COPY; False when one of them came over another process meanwhile."""
    if not fresh:
        return True
    try:
        with transaction.atomic():
            _copy(f"COPY {READINGS} ({NAMES}) FROM STDIN", _reading_line, fresh, meanwhile)
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") != UNIQUE_VIOLATION:
            raise
        return False
    return True


def _reading_line(pair: Pair) -> str:
    outcome, reading = pair
    cn, data_time, pno, ids, values, minima, maxima, amounts, converted, marks = reading
    return (
        f"{outcome.frame_id}\t{outcome.known.id}\t{cn}\t{written(data_time)}\t{pno}\t{ids}\t"
        f"{values or NULL}\t{minima or NULL}\t{maxima or NULL}\t{amounts or NULL}\t"
        f"{converted or NULL}\t{marks if marks.isalpha() else escaped(marks)}\n"
    )


def _stored_one_by_one(
    found: Sequence[Pair],
) -> list[Pair]:
    """Insert what is new; the rest came before."""
    with connection.cursor() as cursor:
        cursor.execute(STORE_READINGS, _columns(found))
        new = {row[0] for row in cursor.fetchall()}
    return [pair for pair in found if pair[0].frame_id not in new]


def _columns(found: Sequence[tuple[Outcome, Reading]]) -> list[list[object]]:
    rows = [
        (
            outcome.frame_id,
            outcome.known.id,
            reading.cn,
            reading.data_time,
            reading.pno,
            *reading[3:],
        )
        for outcome, reading in found
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def note_contact(*, controllers: Sequence[int], now: datetime.datetime) -> None:
    """Note that these controllers were heard, at most every few seconds each."""
    if not controllers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cardswipe_controller SET last_seen_at = %s WHERE id IN ("
            " SELECT id FROM cardswipe_controller WHERE id = ANY(%s)"
            " AND (last_seen_at IS NULL OR last_seen_at < %s) ORDER BY id FOR NO KEY UPDATE)",
            [now, list(controllers), now - SEEN_EVERY],
        )
