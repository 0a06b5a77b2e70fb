"""The public register: found by any part of any name, at a cost that does not grow."""

import re
import unicodedata

import pgtrigger
import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.register import RARE, fill
from parties.services import record, system_actor
from permits.models import Permit
from permits.models.names import spelt
from permits.queries.register import grams, search
from permits.views.permits import COLUMNS
from shell.tables import Table
from tests import factories
from tests import factories_permits as make

pytestmark = pytest.mark.django_db


def renaming():
    """Lets a test rename a holder without an issue."""
    return pgtrigger.ignore("permits.Permit:permit_changes_by_an_issue")


@pytest.fixture
def named(county):
    """Gives a permit whose holder has this name."""

    def made(name: str) -> Permit:
        permit = make.permit(factories.enterprise(county))
        permit.holder_name = name
        with renaming():
            return record(permit, by=system_actor("test"), reason="named")

    return made


def found(text: str) -> list[Permit]:
    return list(search(Permit.objects.public(), text=text))


def test_any_two_characters_of_a_name_find_the_permit(named):
    permit, other = named("清源泓达印染有限公司"), named("越溪远洋造纸有限公司")
    for text in ("泓达", "印染", "达印", "泓", "清源泓达印染有限公司"):
        assert found(text) == [permit], text
    assert found("有限公司") == [other, permit]
    assert found("达泓") == []
    # Each pair occurs in the name, the whole does not.
    assert found("公司有限") == []


def test_spelling_does_not_hide_a_name(named):
    permit = named("abc（清源）化工Co., Ltd.")
    for text in ("ABC", "ａｂｃ", "(清源)", "（清源）", "co., ltd", "  化工 "):
        assert found(text) == [permit], text
    assert found("%") == []
    assert found("_源") == []


def test_number_finds_by_its_beginning_and_whole(named):
    permit = named("清源泓达印染有限公司")
    assert found(permit.permit_no) == [permit]
    assert permit in found(permit.permit_no[:8].lower())
    assert found(f"{permit.permit_no[:10]} {permit.permit_no[10:]}") == [permit]


def test_database_keeps_every_name_whoever_writes(named):
    permit = named("清源泓达印染有限公司")
    rows = Permit.objects.filter(pk=permit.pk)
    with renaming():
        rows.update(holder_name="越溪远洋造纸有限公司")
    rows.update(names="")
    permit.refresh_from_db()
    assert permit.names.splitlines()[-2:] == ["清源泓达印染有限公司", "越溪远洋造纸有限公司"]
    permit.save()
    with renaming():
        rows.update(holder_name="清源泓达印染有限公司")
    permit.refresh_from_db()
    assert len(permit.names.splitlines()) == len(set(permit.names.splitlines()))
    for text in ("泓达", "远洋"):
        assert found(text) == [permit]


TEXTS = st.text(st.sampled_from("清源印染aBß（Ⅳ１ é\u0301"), min_size=1, max_size=12)


@given(text=TEXTS, start=st.integers(0, 11), length=st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_index_never_hides_what_a_name_holds(text, start, length):
    name = unicodedata.normalize("NFKC", text)
    part = name[start : start + length] or name
    with connection.cursor() as cursor:
        cursor.execute("SELECT permits_grams(%s) @> %s", [spelt(name), grams(spelt(part))])
        assert cursor.fetchone()[0] or spelt(part) not in spelt(name)


def plan(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE permits_permit")
    return search(Permit.objects.public(), text=text).explain()


def test_search_reads_the_index_of_names_and_not_the_table():
    fill(1, 3000)
    assert "permit_by_names" in plan(RARE)
    assert "permits_permit_permit_no" in plan("91339901MB0000009")
    assert "permit_by_names" in plan("ABCD")
    assert len(found(RARE)) == 3


def queries_of(client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_register_asks_as_many_questions_for_a_thousand_permits_as_for_ten(client):
    fill(1, 10)
    last = Permit.objects.latest("pk").pk
    addresses = [
        "/register/",
        "/register/?text=印染",
        "/register/?industry=01&state=VALID",
        f"/register/?sort=holder_name&after={last}",
        f"/register/{last}/",
    ]
    queries_of(client, addresses[0])
    few = [queries_of(client, address) for address in addresses]
    fill(11, 1200)
    assert [queries_of(client, address) for address in addresses] == few
    assert max(few) <= 12


@pytest.mark.parametrize("order", ["", "holder_name", "-valid_to", "permit_no", "site__region_id"])
def test_turning_the_pages_shows_every_permit_once(order):
    fill(1, 130)
    rows, seen, cursor = search(Permit.objects.public()), [], ""
    while True:
        request = RequestFactory().get("/register/", {"sort": order, "after": cursor})
        table = Table(
            rows, COLUMNS, request=request, caption="", after="-id", is_long=True, page_size=23
        )
        seen += [row.pk for row in table.shown_rows]
        cursor = table.next_after
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 130
    ordered = rows.order_by(order, "pk") if order else rows.order_by("-id")
    assert seen == list(ordered.values_list("pk", flat=True))


def test_long_register_is_counted_as_far_as_anybody_reads(client):
    fill(1, 40)
    assert counted(client.get("/register/?text=有限")) == "40"
    fill(41, 1100)
    page = client.get("/register/")
    assert counted(page) == "1000"
    (following,) = re.findall(r'<a href="([^"]+)" rel="next"', page.text)
    second = client.get(f"/register/{following}")
    assert 'rel="first"' in second.text
    assert not set(numbers(page)) & set(numbers(second))
    for wrong in ("x", "1e9", "９", "9" * 30, "-1", ""):
        assert numbers(client.get("/register/", {"after": wrong})) == numbers(page)


def counted(page) -> str:
    (said,) = re.findall(r'<span class="table-count">(.*?)</span>', page.text)
    return re.sub(r"\D", "", said)


def numbers(page) -> list[str]:
    return re.findall(r"91339901MB\d{7}X001P", page.text)


def test_an_english_register_says_the_english_name_of_who_still_bears_the_permits(client, county):
    unit = factories.enterprise(county, name="清源印染有限公司")
    permit = make.permit(unit)
    client.cookies["django_language"] = "en"
    assert unit.name_en in client.get("/register/").content.decode()
    unit.name, unit.name_en = "清源新印染有限公司", "Qingyuan New Dyeing"
    record(unit, by=system_actor("test"), reason="renamed")
    page = client.get("/register/").content.decode()
    assert permit.holder_name in page, "the permit was not changed yet"
    assert unit.name_en not in page
