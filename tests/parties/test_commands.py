"""`start_bureau` and `load_reference_data`: a real bureau starts empty, twice the same."""

import csv
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from parties import rules
from parties.models import Bureau, Enterprise, Holiday, Membership, Region

TABLE = Path("parties/data/gbt2260_zhejiang.csv")
QUZHOU = {
    "region_code": "330800",
    "name_zh": "衢州市生态环境局",
    "name_en": "Quzhou Bureau",
    "admin": "wang.fang",
    "admin_name": "王芳",
}


def start(**changes):
    said = StringIO()
    call_command("start_bureau", **(QUZHOU | changes), stdout=said)
    return said.getvalue()


def link_in(text):
    found = re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", text)
    return found and found[1]


@pytest.mark.django_db
def test_a_bureau_starts_empty_with_a_link_that_lets_its_administrator_in():
    link = link_in(start())
    assert Region.objects.count() == 8, "province, city, six counties"
    assert Bureau.objects.get().region_id == "330800"
    assert Holiday.objects.exists()
    assert not Enterprise.objects.exists()
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "river-and-seal-1", "password2": "river-and-seal-1"})
    client.post("/accounts/login/", {"login": "wang.fang", "password": "river-and-seal-1"})
    assert client.get("/people/").status_code == 200


@pytest.mark.django_db
def test_the_same_command_again_changes_nothing_and_makes_no_link_once_a_password_is_set():
    start()
    assert link_in(start())
    assert Membership.objects.exclude(role="system").count() == 1
    admin = Membership.objects.get(role=rules.Role.SECURITY_ADMIN).user
    admin.set_password("river-and-seal-1")
    admin.save()
    assert link_in(start()) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name_zh": "别的局"}, "A407"),
        ({"region_code": "110000"}, "not in the table"),
        ({"regions": Path("nowhere.csv")}, "cannot be read"),
    ],
)
def test_what_cannot_start_says_why(changes, words):
    start()
    with pytest.raises(CommandError, match=words):
        start(**changes)


@pytest.mark.django_db
def test_a_site_outside_zhejiang_brings_its_own_table(tmp_path):
    table = tmp_path / "regions.csv"
    table.write_text("code,name_zh,name_en\n320000,江苏省,Jiangsu\n320500,苏州市,Suzhou\n")
    start(region_code="320500", regions=table)
    assert Bureau.objects.get().region.name_zh == "苏州市"
    table.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="first line"):
        start(regions=table)


@pytest.mark.django_db
def test_reference_data_load_twice():
    for _ in range(2):
        call_command("load_reference_data", stdout=StringIO())
    assert Holiday.objects.filter(date="2026-10-01").count() == 1


def test_the_table_of_zhejiang_is_whole_and_in_order():
    rows = list(csv.DictReader(TABLE.read_text().splitlines()))
    codes = [row["code"] for row in rows]
    assert codes == sorted(set(codes))
    levels = [rules.region_level(code) for code in codes]
    assert (levels.count("PROVINCE"), levels.count("CITY"), levels.count("COUNTY")) == (1, 11, 90)
    assert all(rules.parent_code(code) in {None, *codes} for code in codes)
    assert all(row["name_zh"] and row["name_en"] for row in rows)
