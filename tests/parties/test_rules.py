"""The table of roles, the social credit code, the region codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parties import rules
from parties.rules import BUREAU_ROLES, ENTERPRISE_ROLES, ROLES, SEPARATED_ROLES, Act, Role

OWN_ACTS = {  # what an enterprise does for itself
    Act.SEE_OWN_ENTERPRISE,
    Act.SEE_PERMITS,
    Act.EDIT_SITES,
    Act.APPLY_PERMIT,
    Act.SEE_CARDS,
    Act.LOAD_CARD,
    Act.ASK_LOTS,
    Act.SEE_ALARMS,
    Act.SEE_READINGS,
    Act.SEE_LEDGER,
    Act.SEE_TRADING,
    Act.PAY_BILL,
    Act.BID,
    Act.MANAGE_OWN_PEOPLE,
}
# Both sides look at these, and a card is loaded by its owner or at the bureau's counter.
SHARED_ACTS = {
    Act.SEE_PERMITS,
    Act.EDIT_SITES,
    Act.SEE_CARDS,
    Act.SEE_ALARMS,
    Act.SEE_READINGS,
    Act.SEE_LEDGER,
    Act.SEE_TRADING,
    Act.LOAD_CARD,
}


def acts_of(roles):
    return frozenset().union(*(ROLES[role] for role in roles))


def test_every_role_stands_in_the_table():
    assert set(ROLES) == set(Role)
    assert not ROLES[Role.SYSTEM], "processes act through services, they open no pages"


def test_no_enterprise_role_holds_a_bureau_act():
    assert acts_of(ENTERPRISE_ROLES) <= OWN_ACTS


def test_no_bureau_role_acts_for_an_enterprise():
    assert acts_of(BUREAU_ROLES) & OWN_ACTS <= SHARED_ACTS


def test_administrators_share_no_act_with_each_other_or_with_business():
    business = acts_of(BUREAU_ROLES - SEPARATED_ROLES - {Role.AUDITOR})
    admins = sorted(SEPARATED_ROLES)
    for place, admin in enumerate(admins):
        assert not ROLES[admin] & business
        for other in admins[place + 1 :]:
            assert ROLES[admin] & ROLES[other] <= {Act.CONFIRM_ACCESS}, "but a second word"


def test_every_act_is_held_by_some_role():
    assert acts_of(Role) == set(Act)


def test_who_audits_changes_nothing():
    writing = {Act.EDIT_REGISTERS, Act.ISSUE_PERMIT, Act.ADJUST_LEDGER, Act.TAKE_PAYMENT}
    assert not (ROLES[Role.AUDITOR] | ROLES[Role.AUDIT_ADMIN]) & writing


@pytest.mark.parametrize("uscc", ["91350100M000100Y43", "91130200699229617X", "91110000600037341L"])
def test_known_codes_have_a_good_check_character(uscc):
    assert rules.has_good_check_character(uscc)


def test_an_early_legal_code_fails_the_check_but_has_the_form():
    early = "91350100M0001TGQXM"
    assert rules.is_uscc_form(early)
    assert not rules.has_good_check_character(early)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9135010",
        "91350100M000100Y4I",
        "91350100m000100y43",
        "９1350100M000100Y43",
        " 1350100M000100Y43",
    ],
)
def test_what_is_no_code_is_told_apart(text):
    assert not rules.is_uscc_form(text)
    assert not rules.has_good_check_character(text)


@given(st.text(rules.USCC_ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.data())
def test_one_wrong_character_is_always_noticed(body, place, data):
    code = body + rules.uscc_check_character(body)
    other = data.draw(st.sampled_from(rules.USCC_ALPHABET).filter(lambda c: c != code[place]))
    assert rules.has_good_check_character(code)
    assert not rules.has_good_check_character(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize(
    ("code", "level", "parent", "prefix"),
    [
        ("330000", "PROVINCE", None, "33"),
        ("330800", "CITY", "330000", "3308"),
        ("330881", "COUNTY", "330800", "330881"),
    ],
)
def test_a_region_code_says_level_parent_and_prefix(code, level, parent, prefix):
    assert rules.region_level(code) == level
    assert rules.parent_code(code) == parent
    assert rules.region_prefix(code, level) == prefix


@given(st.integers(10, 65), st.integers(1, 99), st.integers(1, 99))
def test_a_region_lies_under_the_prefix_of_all_above_it(province, city, county):
    code = f"{province}{city:02}{county:02}"
    assert rules.is_region_code(code)
    above = rules.parent_code(code)
    while above:
        assert code.startswith(rules.region_prefix(above, rules.region_level(above)))
        above = rules.parent_code(above)
