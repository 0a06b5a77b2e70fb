"""Quota figures, tables, figures and charts."""

import datetime
import json
import re
from decimal import Decimal

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from shell import figures
from shell.charts import Chart, Limit, Series
from shell.quota import QuotaBar
from shell.tables import Column, Status, Table, table_page
from shell.units import MG_PER_T

TODAY = datetime.date(2026, 11, 22)


def draw(source: str, **context) -> str:
    return Template(source).render(Context(context))


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("used", "card", "over", "tone", "word"),
    [
        (0, 0, 0, "unknown", "No quota"),
        (79, 21, 0, "normal", "79 % used"),
        (80, 20, 0, "yellow", "80 % used"),
        (90, 10, 0, "red", "90 % used"),
        (100, 0, 0, "closed", "Used up"),
        (110, 0, 10, "closed", "Over quota"),
        (10, 0, 10, "closed", "Over quota"),
    ],
)
def test_quota_status_follows_the_steps(used, card, over, tone, word):
    bar = QuotaBar("COD", "t", discharged=used, on_card=card, overrun=over)
    assert (bar.tone, bar.word) == (tone, word)


def test_steps_are_data():
    bar = QuotaBar("COD", "t", discharged=75, on_card=25, steps=(70, 85, 95))
    assert bar.tone == "yellow"
    assert [tick["x"] for tick in bar.ticks] == ["70.0%", "85.0%", "95.0%"]


def test_parts_fill_the_bar_and_never_overlap():
    bar = QuotaBar("COD", "t", discharged=333, on_card=222, available=111, frozen=55, overrun=33)
    start = Decimal(0)
    for part in bar.parts:
        assert Decimal(part["x"].rstrip("%")) == start
        start += Decimal(part["width"].rstrip("%"))
    assert start == 100


def test_left_is_negative_beyond_the_quota():
    bar = QuotaBar("COD", "t", discharged=12 * MG_PER_T, overrun=2 * MG_PER_T)
    assert bar.left_shown == "−2.000"
    assert "2.000 t of COD were discharged beyond the quota" in bar.sentence


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (9, "lasts until 1 December 2026; the period ends on 31 December 2026"),
        (60, "lasts beyond the end of the period on 31 December 2026"),
        (None, "No COD was discharged lately"),
        (3660, "lasts for years"),
    ],
)
def test_sentence_says_how_long_it_lasts(days, sentence):
    end = datetime.date(2026, 12, 31)
    bar = QuotaBar(
        "COD", "t", on_card=5, discharged=5, days=days, today=TODAY, period_end=end, daily=(0, None)
    )
    assert sentence in bar.sentence


def test_a_page_that_knows_no_days_says_what_is_left():
    bar = QuotaBar("COD", "t", on_card=MG_PER_T, discharged=MG_PER_T)
    assert bar.sentence == "1.000 t of 2.000 t are left."


def test_quota_is_whole_without_its_picture():
    bar = QuotaBar("COD", "t", discharged=MG_PER_T, on_card=MG_PER_T, daily=(1, None, MG_PER_T))
    page = draw("{% quota_bar bar %}", bar=bar)
    text = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    for word in ("COD", "50 % used", "1.000", "On card"):
        assert word in text
    assert 'class="gap"' in page
    assert " style=" not in page


def test_status_has_colour_shape_and_word():
    page = draw('{% status "yellow" word %}', word="<80 %>")
    assert "tone-yellow" in page
    assert "<svg" in page
    assert "&lt;80 %&gt;" in page


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ v|t3 }}", "1,234.568"),
        ("{{ v|m3 }}", "1,234,567,890"),
        ("{{ none|t3 }}", "–"),
        ("{{ v|yuan }}", "12,345,678,901.23"),
        ("{{ day|day }}", "2026-11-22"),
    ],
)
def test_filters_show_figures(source, shown):
    assert draw(source, v=1234567890123, none=None, day=TODAY) == shown


def test_thousands_stand_apart_by_language():
    assert figures.t3(1234 * MG_PER_T) == "1,234.000"
    with translation.override("zh-hans"):
        assert figures.t3(1234 * MG_PER_T) == "1\u2009234.000"
        assert figures.yuan(123_456_00) == "123,456.00"


def table(rows, query="", **more):
    columns = [Column("no", "No", sort="no"), Column("mg", "COD", kind="t")]
    request = RequestFactory().get(f"/x/?{query}")
    return Table(rows, columns, request=request, caption="Rows", **more)


def test_empty_table_explains():
    page = draw("{% table table %}", table=table([], empty="Nothing yet, because."))
    assert "Nothing yet, because." in page
    assert "<table" not in page


def test_table_pages_keep_the_filter():
    rows = [{"no": n, "mg": n} for n in range(120)]
    middle = table(rows, "page=2&state=OPEN", page_size=50)
    assert next(middle.lines)["cells"][0]["value"] == 50
    assert middle.pager == {"previous": "?state=OPEN&page=1", "next": "?state=OPEN&page=3"}
    assert list(table(rows, "page=999", page_size=50).lines)[-1]["cells"][0]["value"] == 119


def test_lists_sort_by_a_column_with_empty_values_last():
    rows = [{"no": 2, "mg": 1}, {"no": None, "mg": 2}, {"no": 1, "mg": 3}]
    for query, order in {
        "sort=no": [1, 2, None],
        "sort=-no": [2, 1, None],
        "": [2, None, 1],
    }.items():
        assert [row["no"] for row in table(rows, query).shown_rows] == order


def test_only_offered_sorts_are_taken(db):
    users = get_user_model().objects.all()
    columns = [Column("username", "Name", sort="username")]
    for asked, taken in {"username": "username", "-username": "-username", "password": ""}.items():
        request = RequestFactory().get("/", {"sort": asked})
        assert Table(users, columns, request=request, caption="x").sorted_by == taken


def test_journal_pager_walks_without_counting(db):
    people = get_user_model()
    for number in range(5):
        people.objects.create(username=f"u{number}")
    seen, query = [], ""
    while True:
        request = RequestFactory().get(f"/?{query}")
        part = Table(
            people.objects.all(),
            [Column("username", "Name")],
            request=request,
            caption="x",
            after="-id",
            page_size=2,
        )
        with CaptureQueriesContext(connection) as asked:
            draw("{% table table %}", table=part)
        assert not any("COUNT(" in query["sql"] for query in asked)
        seen += [user.username for user in part.shown_rows]
        assert part.count is None
        if not part.next_after:
            break
        query = part.pager["next"].lstrip("?")
    assert seen == ["u4", "u3", "u2", "u1", "u0"]


@pytest.mark.parametrize("cursor", ["x", "-1", "１", "9" * 30, "1;DROP"])
def test_a_wrong_cursor_is_the_first_page(db, cursor):
    request = RequestFactory().get("/", {"after": cursor})
    people = get_user_model().objects.all()
    assert Table(people, [], request=request, caption="x", after="-id").shown_rows == []


def test_export_gives_a_workbook():
    request = RequestFactory().get("/?format=xlsx")
    answer = table_page(request, "looks.html", table([{"no": 1, "mg": 5}], "format=xlsx"))
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer["Content-Disposition"].startswith("attachment")


def test_row_is_a_link_and_texts_are_escaped():
    rows = [{"no": "<b>1</b>", "mg": None}]
    page = draw("{% table table %}", table=table(rows, row_url=lambda row: "/there/"))
    assert 'href="/there/"' in page
    assert "&lt;b&gt;1" in page
    assert "<b>1" not in page


def test_status_cell_of_a_plain_word_takes_its_tone():
    column = Column("state", "State", kind="status", tone=lambda row: "red")
    assert column.shown({"state": "Late"}) == Status("red", "Late")


def test_chart_carries_its_figures_twice():
    chart = Chart(
        key="k",
        title="</script><b>",
        unit="t",
        axis="Day",
        labels=["1", "2"],
        series=[Series("COD", ["0.1", None], kind="bar", estimates=frozenset({0}))],
        limits=[Limit("plan", "0.2")],
    )
    page = draw("{% chart chart %}", chart=chart)
    data = re.search(r'<script id="chart-k" type="application/json">(.*?)</script>', page)
    content = json.loads(data.group(1))
    assert content["series"][0]["values"] == ["0.1", None]
    assert content["title"] == "</script><b>"
    assert "<td" in page
    assert "estimate" in page
    assert "<b>" not in page


def test_a_form_in_two_dialogs_of_a_page_shares_no_id():
    class ReasonForm(forms.Form):
        reason = forms.CharField()

    form = ReasonForm(data={})
    source = (
        '{% include "components/confirm.html" with id="close" title="t" text="t" submit="s" %}'
        '{% include "components/confirm.html" with id="open" title="t" text="t" submit="s" %}'
    )
    page = draw(source, form=form, action="/")
    ids = re.findall(r' id="([^"]+)"', page)
    assert {"close_reason", "open_reason"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert 'for="open_reason"' in page
