"""Raw frames, readings and live meters: written in sets, a few statements per commit."""

import datetime
from collections.abc import Iterable, Sequence

from django.db import connection

from cardswipe.arrivals import Outcome
from cardswipe.intake import OTHER_CONTENT, REPEATED, Reading

RAW_FRAMES, READINGS = "cardswipe_rawframe", "cardswipe_reading"
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


def store_raw(outcomes: Sequence[Outcome]) -> None:
    """Keep every frame byte for byte with its verdict."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY cardswipe_rawframe (id, received_at, session_id, controller_id, peer, mn, cn,"
            " verdict, note, body) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.set_types(
            ["int8", "timestamptz", "int8", "int8", "text", "text", "text", "text", "text", "bytea"]
        )
        for outcome in outcomes:
            copy.write_row(_raw_row(outcome))


def _raw_row(outcome: Outcome) -> tuple[object, ...]:
    arrived = outcome.arrival
    frame = arrived.frame
    notes = [*frame.notes, *outcome.notes] if frame else outcome.notes
    return (
        outcome.frame_id,
        arrived.received_at,
        outcome.session_id,
        outcome.device.id if outcome.device else None,
        arrived.link.peer,
        frame.mn if frame else "",
        frame.cn if frame else "",
        outcome.verdict,
        "; ".join(notes)[:2000],
        arrived.piece.raw,
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
# Arrays of unequal length cannot go through unnest, so they travel as literals.
SENT = ", ".join(
    f"%s::{'text' if kind.endswith('[]') else kind}[]" for _name, kind in READING_COLUMNS
)
NAMES = ", ".join(f'"{name}"' for name, _kind in READING_COLUMNS)
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


def store_readings(found: Sequence[tuple[Outcome, Reading]]) -> None:
    """Keep each reading once; what came before is marked as repeated or as contradicting."""
    if not found:
        return
    months = {reading.data_time.date().replace(day=1) for _outcome, reading in found}
    ensure_partitions(months=months, tables=[READINGS])
    with connection.cursor() as cursor:
        cursor.execute(STORE_READINGS, _columns(found))
        new = {row[0] for row in cursor.fetchall()}
        again = [pair for pair in found if pair[0].frame_id not in new]
        if not again:
            return
        cursor.execute(COMPARE_READINGS, _columns(again))
        same = dict(cursor.fetchall())
    for outcome, _reading in again:
        outcome.verdict = REPEATED if same.get(outcome.frame_id) else OTHER_CONTENT


def _columns(found: Sequence[tuple[Outcome, Reading]]) -> list[list[object]]:
    rows = [
        (
            outcome.frame_id,
            outcome.known.id,
            reading.cn,
            reading.data_time,
            reading.pno,
            "{" + ",".join(map(str, reading.factor_ids)) + "}",
            *reading[4:],
        )
        for outcome, reading in found
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def note_contact(*, controllers: Sequence[int], now: datetime.datetime) -> None:
    """Note that these controllers were heard, at most every few seconds each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cardswipe_controller SET last_seen_at = %s WHERE id IN ("
            " SELECT id FROM cardswipe_controller WHERE id = ANY(%s)"
            " AND (last_seen_at IS NULL OR last_seen_at < %s) ORDER BY id FOR NO KEY UPDATE)",
            [now, list(controllers), now - SEEN_EVERY],
        )
