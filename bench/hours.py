"""What comparing an hour of all outlets costs: the device's sums beside our own integral."""

import datetime
from collections.abc import Iterator

from django.db import connection

from bench.report import Figure
from bench.timing import apart
from cardswipe.models import Factor

# Flow and four pollutants of water (annex B), as `bench.codec` sends them.
CODES = ("w00000", "w01018", "w21003", "w21011", "w21001")
HOUR = datetime.timedelta(hours=1)
# An hour in six tens of minutes, no two alike, and the device's own sums of it: 36 m³ at 40 mg/L.
FILL = """
INSERT INTO cardswipe_reading (controller_id, cn, data_time, pno, frame_id, factor_ids, "values",
    amounts, marks)
SELECT c, 2051, %(begin)s + n * interval '10 min', 1, 0, %(factors)s,
    ARRAY[10, 40 + n %% 2, 8 + n %% 3, 2, 15 + n %% 4]::numeric[],
    ARRAY[6, 0.24, 0.05, 0.012, 0.09]::numeric[], 'NNNNN'
FROM unnest(%(boxes)s::bigint[]) c, generate_series(0, 5) n
UNION ALL
SELECT c, 2061, %(begin)s, 1, 0, %(factors)s, ARRAY[10, 40.5, 9, 2, 16.2]::numeric[],
    ARRAY[36, 1.458, 0.324, 0.072, 0.582]::numeric[], 'NNNNN'
FROM unnest(%(boxes)s::bigint[]) c
"""


def fill(boxes: list[int], begin: datetime.datetime) -> None:
    """The readings of an hour of each of these controllers."""
    known = dict(
        Factor.objects.filter(standard="HJ 212-2017", code__in=CODES).values_list("code", "pk")
    )
    factors = [known[code] for code in CODES]
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"begin": begin, "factors": factors, "boxes": boxes})
        cursor.execute("ANALYZE cardswipe_reading")


def measure(*, quick: bool) -> Iterator[Figure]:
    """The newest full hour of 100 000 outlets compared: 7 readings and 5 loads of each."""
    count = 5_000 if quick else 100_000
    said = apart("check_hours", count)
    note = f"{said['loads']} loads of {count} outlets, {count / said['seconds']:.0f} hours/s,"
    note += f" {said['cpu_s']:.0f} s CPU with filling, {said['peak_mb']} MB; {said['spent']}"
    seconds = said["seconds"] * 100_000 / count
    yield Figure("load_checks_100k_outlets_s", seconds, "s", "<= 60", note)
