"""Readings for people: charts with gaps and marks, tables beside them, files as sent."""

import csv
import datetime
import io

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cardswipe.queries.limits import limits_in_force
from cardswipe.queries.readings import Scale, lines_of, slots, window_until
from cardswipe.reading_charts import reading_charts
from tests.factories_cards import NOW, controller, permit
from tests.factories_devices import frame, local, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit():
    """A client signed in as a member."""

    def signed_in(member):
        client = Client()
        client.force_login(member.user)
        return client

    return signed_in


HOUR = datetime.timedelta(hours=1)


def hourly(box, hours_ago, cod="40.1", mark="N", now=NOW):
    """The hour's data that began so many hours before."""
    begin = now.replace(minute=0, second=0, microsecond=0) - hours_ago * HOUR
    cp = (
        f"DataTime={local(begin)};w00000-Avg=10.00,w00000-Cou=36.0,w00000-Flag=N;"
        f"w01018-Avg={cod},w01018-Min=30.5,w01018-Max=55,w01018-Cou=1.4,w01018-Flag={mark}"
    )
    return frame(box, "2061", cp)


@pytest.fixture
def box(enterprise):
    """A controller with five hours: one lost, one with a fault, one over the limit of 50."""
    permit(enterprise)
    made = controller(enterprise)
    take(hourly(made, 5), hourly(made, 4, mark="D"), hourly(made, 2, cod="61.25"), hourly(made, 1))
    return made


def window_of(box, scale=Scale.HOUR):
    return window_until(box, scale, None, NOW)


def test_a_window_ends_with_the_newest_reading_and_keeps_figures_as_sent(box):
    window = window_of(box)
    assert window.end == NOW
    cod = next(line for line in lines_of(window) if line.pollutant == "COD")
    assert [str(point.value.normalize()) for point in cod.points] == [
        "40.1", "40.1", "61.25", "40.1",
    ]  # fmt: skip
    assert [point.mark for point in cod.points] == ["N", "D", "N", "N"]


def test_an_hour_that_never_came_is_a_gap_in_the_chart_and_never_a_zero(box):
    window = window_of(box)
    limits = limits_in_force([box.outlet_id], NOW.date())[box.outlet_id]
    chart = reading_charts(window, limits)[0]
    values = list(chart.series[0].values)
    assert values[-5:] == ["40.1", "40.1", None, "61.25", "40.1"]
    assert len(values) == 7 * 24
    place = len(values) - 4
    assert chart.series[0].estimates == {place}
    assert [limit.value for limit in chart.limits] == ["50"]


def test_the_axis_of_minutes_follows_the_rhythm_of_the_device(enterprise):
    box = controller(enterprise)
    minutes = [NOW - n * 10 * datetime.timedelta(minutes=1) for n in (6, 5, 3, 2)]
    take(
        *(frame(box, "2051", f"DataTime={local(at)};w01018-Avg=1,w01018-Flag=N") for at in minutes)
    )
    window = window_of(box, Scale.MINUTE)
    axis = slots(window, lines_of(window))
    assert [(later - axis[0]).total_seconds() / 600 for later in axis] == [0, 1, 2, 3, 4]


def test_the_page_shows_marks_in_words_and_leads_to_the_outlet(box, agent, visit):
    page = visit(agent).get(f"/devices/{box.pk}/readings/").content.decode()
    assert "故障" in page
    assert f"/outlets/{box.outlet_id}/" in page


def test_a_controller_that_never_sent_has_an_empty_page_that_says_unknown(enterprise, agent, visit):
    silent = controller(enterprise)
    page = visit(agent).get(f"/devices/{silent.pk}/readings/?scale=minute").content.decode()
    assert "未知" in page


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_files_hold_every_figure_of_the_days_as_sent(box, agent, visit, suffix):
    day = timezone.localdate(NOW)
    answer = visit(agent).get(
        f"/devices/{box.pk}/readings.{suffix}?scale=hour&first_day={day}&last_day={day}"
    )
    content = b"".join(answer.streaming_content)
    if suffix == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(content)).active
        rows = [[str(cell.value) for cell in line] for line in sheet.iter_rows()]
    cod = [row for row in rows if row[2] == "w01018"]
    assert len(rows) == 1 + 4 * 2
    assert [row[11] for row in cod] == ["N", "D", "N", "N"]
    assert [row[5].rstrip("0") for row in cod] == ["40.1", "40.1", "61.25", "40.1"]


def test_days_the_wrong_way_round_are_refused_with_the_form_again(box, agent, visit):
    answer = visit(agent).get(
        f"/devices/{box.pk}/readings.csv?scale=hour&first_day=2026-11-20&last_day=2026-11-19"
    )
    assert answer.status_code == 422


def test_outlets_say_unknown_where_nothing_fresh_was_heard(box, agent, visit):
    client = visit(agent)
    for path in (f"/enterprises/{agent.enterprise_id}/outlets/", f"/outlets/{box.outlet_id}/"):
        page = client.get(path).content.decode()
        assert "脱机：状态不明" in page


@pytest.mark.parametrize(("cod", "word"), [("40.1", "未超过限值"), ("61.25", "超过限值")])
def test_the_newest_hour_stands_beside_the_limit(enterprise, agent, visit, cod, word):
    permit(enterprise)
    made = controller(enterprise)
    now = timezone.now()
    take(hourly(made, 1, cod=cod, now=now), now=now)
    page = visit(agent).get(f"/outlets/{made.outlet_id}/now/").content.decode()
    assert word in page


def test_a_bureau_chooses_an_enterprise_first(box, engineer, visit):
    page = visit(engineer).get("/outlets/").content.decode()
    assert f"/enterprises/{box.outlet.site.enterprise_id}/outlets/" in page
