"""Every number, letter and unit of the three versions, held against the standards' own tables.

What stands here was copied from the standards (sources in cardswipe/hj212/tables.py), not from
the code: a row that goes missing in the code fails here by its name.
"""

import csv
from collections import Counter

import pytest

from cardswipe.hj212 import encode, fields
from cardswipe.hj212.frame import read_segment
from cardswipe.hj212.requests import REQUESTS, SINCE_2025
from cardswipe.intake import ALL_MEANINGS, Meaning
from tests.cardswipe.hj212.test_fields import TABLE_FILE

VERSIONS = (2005, 2017, 2025)
words = str.split
SUFFIXES = words("Rtd Min Avg Max Cou ZsRtd ZsMin ZsAvg ZsMax Flag RS RT Data DayData NightData")
ONLY = {2005: words("Ala UpValue LowValue"), 2017: words("EFlag SampleTime Info SN")}
MARKS = {2005: "NFMSDCTP0123", 2017: "NFMSDCTB", 2025: "NFMSDCTB"}
SYSTEMS = {
    2005: "21 22 23 31 32 33 34 35 36 37 38 41 91",
    2017: "21 22 23 24 25 26 27 31 32 33 34 35 36 37 38 39 41 51 52 91 A0 Z9",
    2025: "21 22 23 24 25 26 27 31 32 33 34 35 36 37 38 39 41 44 45 51 52 91 A0",
}
# HJ 212-2017 table 9 and annex C; of 2025 as open implementations have it.
REQUESTED = words(
    "1000 1011 1012 1061 1062 1063 1064 1072 2011 2012 2021 2022 2031 2041 2051 2061 3011 3012"
    " 3013 3014 3015 3016 3017 3018 3019 3020 3021 1014 3022 3024"
)
UPLOADED = words(
    "1011 1061 1063 2011 2021 2031 2041 2051 2061 2081 3015 3017 3018 3019 3020"
    " 1021 1031 1041 2071 1001 1014 2013 2052 2062 2111 9015"
)


def notes(version: int, *, st: str = "32", cp: str = "w01018-Rtd=1") -> tuple[str, ...]:
    """What the reading of such a segment notes."""
    return read_segment(
        encode.upload(
            version=version, qn="20261120100000001", st=st, cn="2011", pw="123456", mn="M1", cp=cp
        )
    ).notes


def unknown(version: int, suffix: str) -> bool:
    value = "N" if suffix == "Flag" else "1"
    return notes(version, cp=f"w01018-{suffix}={value}") == ("unknown-suffix w01018",)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_suffix_of_a_version_is_known_and_others_are_noted(version):
    own = ONLY[2005 if version == 2005 else 2017]
    assert [one for one in SUFFIXES + own if unknown(version, one)] == []
    foreign = ONLY[2017 if version == 2005 else 2005]
    assert all(unknown(version, one) for one in [*foreign, "Xyz", "rtd"])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_data_mark_of_a_version_is_known_and_others_are_noted(version):
    def strange(mark: str) -> bool:
        return notes(version, cp=f"w01018-Flag={mark}") == ("unknown-mark w01018",)

    assert [mark for mark in MARKS[version] if strange(mark)] == []
    assert all(strange(mark) for mark in "nXZ9")
    assert strange("P") == (version != 2005)
    assert strange("B") == (version == 2005)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_system_code_of_a_version_is_known_and_others_are_noted(version):
    assert [st for st in SYSTEMS[version].split() if notes(version, st=st)] == []
    assert notes(version, st="99") == ("unknown-st 99",)
    assert notes(version, st="101") == ("st-not-two-characters",)
    assert bool(notes(version, st="44")) == (version != 2025)


def test_every_request_of_the_tables_can_be_sent_but_the_setting_of_an_mn():
    """CN 1002 of 2025 is left out: no text at hand says under which MN it travels."""
    cns = Counter(request.cn for request in REQUESTS.values())
    assert sorted(REQUESTED) == sorted(cns.keys() - {"3904"})
    new = {request.cn for request in REQUESTS.values() if request.versions == SINCE_2025}
    assert new == {"1014", "3022", "3024"}


def test_every_upload_notice_and_reply_of_the_tables_is_taken():
    assert set(UPLOADED) <= ALL_MEANINGS.keys()
    assert {cn for cn, meaning in ALL_MEANINGS.items() if meaning == Meaning.NOTICE} == {
        "1013", "2072",
    }  # fmt: skip
    assert {cn for cn, meaning in ALL_MEANINGS.items() if meaning == Meaning.REPLY} == {
        "9011", "9012", "9013", "9014",
    }  # fmt: skip


# --- the factor table and its traps -------------------------------------------------------------


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with TABLE_FILE.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def table(rows) -> fields.FactorTable:
    return fields.FactorTable(
        fields.FactorInfo(at, row["standard"], row["code"], row["conc_unit"], row["mass_unit"])
        for at, row in enumerate(rows, 1)
    )


def test_the_factor_table_is_whole(rows):
    assert Counter(row["standard"] for row in rows) == {
        "HJ 212-2017": 379, "HJ/T 212-2005": 93, "HJ 212-2025": 14,
    }  # fmt: skip


TRAPS = [
    # factor, code of 2005, code of 2017, what one unit of the amount and of the mean is in 2017
    ("thallium", "041", "w20089", "mg", "ng/L"),
    ("mercury", "020", "w20111", "g", "ug/L"),
    ("alkyl mercury", "021", "w20113", "mg", "ng/L"),
    ("cadmium", "022", "w20115", "g", "ug/L"),
    ("chromium VI", "024", "w20117", "g", "ug/L"),
    ("arsenic", "026", "w20119", "g", "ug/L"),
    ("lead", "027", "w20120", "g", "ug/L"),
    ("beryllium", "034", "w20127", "g", "ug/L"),
    ("selenium", "035", "w20128", "g", "ug/L"),
    ("ammonia gas", "10", "a21001", "g", "ng/m3"),
]
AMOUNT = {"kg": 1_500_000, "g": 1500, "mg": 2}  # 1.5 of it, in whole milligrams
MEAN = {"mg/L": 421_050_000, "ug/L": 421_050, "ng/L": 421,
        "mg/m3": 421_050, "ng/m3": 0}  # 40.1 of it in ten and a half million litres  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "amount", "mean"), TRAPS)
def test_each_factor_whose_unit_changed_is_read_by_its_version(table, name, old, new, amount, mean):
    before = table.find(2005, old)
    gas = name == "ammonia gas"
    assert fields.amount_mg("1.5", before.amount_unit) == AMOUNT["kg"]
    assert (
        fields.mass_mg("40.1", before.concentration_unit, 10_500_000)
        == (MEAN["mg/m3" if gas else "mg/L"])
    )
    for version in (2017, 2025):
        after = table.find(version, new)
        assert fields.amount_mg("1.5", after.amount_unit) == AMOUNT[amount]
        assert fields.mass_mg("40.1", after.concentration_unit, 10_500_000) == MEAN[mean]
    assert table.find(2005, new) is None
    assert table.find(2017, old) is None


def test_no_other_factor_changed_its_unit_of_amount(rows):
    by_code = {(row["standard"], row["code"]): row for row in rows}
    changed = set()
    for row in rows:
        old = by_code.get(("HJ/T 212-2005", row["code_2005"]))
        if row["standard"] == "HJ 212-2017" and old and old["mass_unit"] != row["mass_unit"]:
            changed.add(row["code"])
    assert changed == {new for _name, _old, new, _amount, _mean in TRAPS} | {"w00000"}


def test_every_unit_of_an_amount_is_one_that_can_be_counted(rows):
    units = {row["mass_unit"] for row in rows} - {""}
    assert units <= fields.MG_PER.keys() | fields.L_PER.keys()
