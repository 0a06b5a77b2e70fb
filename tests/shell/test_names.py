"""Names that look like others are refused with the character named; names are found folded."""

import unicodedata

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from parties import services
from parties.imports import words
from shell.forms import NameField
from shell.names import PATTERN, check_name, flaw_of, fold
from shell.rules import RuleBroken
from tests import factories_permits
from tests.factories_parties import entry
from tests.refused import broken

GOOD = [
    "清源市新明化工有限公司",
    "（临溪）第３印染厂",
    "β-胡萝卜素有限公司",
    "Société Générale",
    "张　三",
    "㐂𠮷金属",
    "A·B 二期Ⅱ",
    "Xinming Chemicals (Linxi) Co., Ltd.",
    "",
]
BAD = [
    ("新明\u200b化工", 3, "U+200B"),
    ("新明\u202e工化", 3, "U+202E"),
    ("\u2066新明", 1, "U+2066"),
    ("\u0410BC 化工", 1, "U+0410"),
    ("Xinm\u0456ng", 5, "U+0456"),
    ("\u039fK", 1, "U+039F"),
    ("新明\ue000", 3, "U+E000"),
    ("新明\x07", 3, "U+0007"),
    ("a\tb", 2, "U+0009"),
    ("新\u00a0明", 2, "U+00A0"),
    ("⼤明", 1, "U+2F24"),
    ("e\u0301", 2, "U+0301"),
    ("\U0001d400cme", 1, "U+1D400"),
    ("\ufeff新明", 1, "U+FEFF"),
    ("\u3164", 1, "U+3164"),
    ("明\ud800", 2, "U+D800"),
]


@pytest.mark.parametrize("name", GOOD)
def test_usual_names_stand(name):
    assert check_name(name) == name


@pytest.mark.parametrize(("name", "place", "code"), BAD)
def test_what_is_not_seen_or_looks_like_another_is_named_with_its_place(name, place, code):
    with pytest.raises(RuleBroken) as caught:
        check_name(name)
    assert (caught.value.code, caught.value.params["place"]) == ("S111", place)
    assert caught.value.params["codepoint"] == code


def test_the_form_says_which_character_it_is():
    field = NameField()
    with pytest.raises(Exception, match="U\\+200B") as caught:
        field.clean("新明\u200b化工")
    assert caught.value.code == "S111"


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, _place, code in BAD if code != "U+D800"])
def test_the_database_knows_what_its_pattern_lists(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", [name, PATTERN])
        assert cursor.fetchone()[0] or "MATHEMATICAL" in unicodedata.name(name[0])


@pytest.mark.django_db
@pytest.mark.parametrize("name", GOOD)
def test_the_database_takes_usual_names(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", [name, PATTERN])
        assert not cursor.fetchone()[0]


@given(st.text())
def test_every_text_has_a_flaw_at_its_place_or_none(text):
    flaw = flaw_of(text)
    if flaw is not None:
        assert text[flaw.place - 1] == flaw.character
        assert flaw_of(text[: flaw.place - 1]) is None


@pytest.mark.parametrize(
    ("typed", "stands"), [("ｘｉｎ明", "XIN明"), ("新 明　化工", "新明化工"), ("（甲）", "(甲)")]
)
def test_width_case_and_spaces_do_not_part_a_name_from_its_search(typed, stands):
    assert fold(typed) == fold(stands)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "field", "constraint"),
    [
        ("parties.Enterprise", "name", "enterprise_names_read_well"),
        ("parties.Enterprise", "name_en", "enterprise_names_read_well"),
        ("parties.User", "display_name", "person_names_read_well"),
        ("parties.User", "username", "person_names_read_well"),
        ("permits.Site", "name", "site_names_read_well"),
        ("permits.Outlet", "name", "outlet_name_reads_well"),
    ],
)
def test_no_statement_writes_such_a_name(enterprise, officer, model, field, constraint):
    factories_permits.outlet(factories_permits.site(enterprise))
    rows = apps.get_model(model).objects
    with broken(constraint):
        rows.filter(pk=rows.first().pk).update(**{field: "新明\u200b化工"})


@pytest.mark.django_db
def test_an_entry_an_account_and_a_row_of_a_file_are_refused_alike(officer, county):
    with pytest.raises(RuleBroken, match="S111"):
        services.enroll_enterprise(by=officer, entry=entry(name="新明\u202e化工"), reason="x")
    with pytest.raises(RuleBroken, match="S111"):
        services.open_account(by=officer, username="\u0430dmin", display_name="李娜")
    with pytest.raises(RuleBroken, match="S111"):
        words(20)("新明\u200b化工")


@pytest.mark.django_db
def test_an_enterprise_is_found_whatever_the_width_of_what_is_typed(officer, county, client):
    services.enroll_enterprise(by=officer, entry=entry(name="（临溪）ＡＢ 化工"), reason="x")
    client.force_login(officer.user)
    for typed in ("(临溪)ab", "ａｂ化工", "临溪）Ａ"):
        assert "（临溪）ＡＢ 化工" in client.get("/enterprises/", {"q": typed}).text, typed
