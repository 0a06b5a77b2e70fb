"""`start_bureau` and `load_reference_data`: a real bureau starts empty, twice the same."""

import csv
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from parties import rules, services
from parties.models import Bureau, Enterprise, Holiday, Membership, Notice, Region

TABLE = Path("parties/data/gbt2260_zhejiang.csv")
QUZHOU = {
    "region_code": "330800",
    "name_zh": "衢州市生态环境局",
    "name_en": "Quzhou Bureau",
    "admin": "wang.fang",
    "admin_name": "王芳",
    "second": "li.qiang",
    "second_name": "李强",
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
    assert Membership.objects.exclude(role="system").count() == 2
    for admin in Membership.objects.exclude(role="system"):
        admin.user.set_password("river-and-seal-1")
        admin.user.save()
    assert link_in(start()) is None


@pytest.mark.django_db
def test_a_fresh_city_lets_its_people_in_by_its_first_two_administrators():
    start()
    first, second = (
        Membership.objects.get(role=role)
        for role in (rules.Role.SECURITY_ADMIN, rules.Role.SYSTEM_ADMIN)
    )
    now = timezone.now()
    asked = services.ask_for_account(
        by=first,
        invitation=services.Invitation(
            "li.na", "李娜", rules.Role.FINANCE, timezone.localdate(now)
        ),
        place=first.bureau,
        reason="到岗",
        now=now,
    )
    services.decide_access(by=second, request=asked, granted=True, reason="", now=now)
    assert Membership.objects.filter(role=rules.Role.FINANCE, bureau=first.bureau).exists()


@pytest.mark.django_db
def test_another_second_administrator_is_appointed_only_when_one_is_left():
    start()
    with pytest.raises(CommandError, match="A407"):
        start(second="zhou.jie", second_name="周杰")
    second = Membership.objects.get(role=rules.Role.SYSTEM_ADMIN)
    services.end_membership(
        by=services.system_actor("setup"), membership=second, reason="left", now=timezone.now()
    )
    start(second="zhou.jie", second_name="周杰")
    appointed = Membership.objects.get(user__username="zhou.jie")
    assert appointed.role == rules.Role.SYSTEM_ADMIN
    assert Notice.objects.filter(bureau=appointed.bureau, text_zh__contains="周杰").exists()


@pytest.mark.django_db
def test_a_link_made_at_the_console_is_said_to_person_and_bureau():
    start()
    said = StringIO()
    call_command("password_link", "wang.fang", reason="手机遗失", stdout=said)
    assert link_in(said.getvalue())
    told = Notice.objects.filter(text_zh__contains="手机遗失")
    assert {(n.bureau_id is None, n.person_id is None) for n in told} == {
        (True, False),
        (False, True),
    }
    with pytest.raises(CommandError, match="no account"):
        call_command("password_link", "nobody", reason="x")


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
