"""Regions, bureaus and enterprises: entering, correcting, closing."""

import dataclasses
import re

import pytest
from django.urls import reverse

from parties import services
from parties.models import Bureau, Enterprise, Membership, Region
from parties.refusals import (
    BureauStands,
    EnterpriseIsClosed,
    RegionCodeIsBad,
    RegionIsKnown,
    RegionIsUnknown,
    RegionOutOfReach,
    UsccIsBad,
    UsccIsTaken,
)
from parties.services import change_enterprise
from parties.services.bureaus import NewBureau, RegionEntry
from parties.services.enterprises import entry_of
from tests import factories
from tests.factories_parties import TODAY, entry


def enroll(by, **changes):
    return services.enroll_enterprise(by=by, entry=entry(**changes), reason="licence seen")


def test_an_enterprise_is_entered_once_with_its_reason(officer, county):
    made = enroll(officer)
    assert made.history.get().history_change_reason.startswith("licence seen")
    with pytest.raises(UsccIsTaken):
        enroll(officer)


def test_a_wrong_check_character_is_no_ground_for_refusal(officer, county):
    assert enroll(officer, uscc="91350100M0001TGQXM").pk


def test_what_is_no_code_is_refused(officer, county):
    with pytest.raises(UsccIsBad):
        enroll(officer, uscc="913501")


@pytest.mark.parametrize("code", ["339900", "339801", "990101", ""])
def test_an_enterprise_lies_in_a_county_of_the_officers_area(officer, county, code):
    factories.county(factories.city("339800"))
    with pytest.raises(RegionOutOfReach):
        enroll(officer, region_code=code)


def test_a_correction_keeps_code_and_county_and_leaves_one_trace(officer, county):
    made = enroll(officer)
    change = entry(name="新明新材料有限公司", uscc=factories.uscc(77), region_code="000000")
    for _ in range(2):
        services.change_enterprise(by=officer, enterprise=made, entry=change, reason="renamed")
    made.refresh_from_db()
    assert (made.name, made.uscc, made.region_id) == (change.name, entry().uscc, "339901")
    assert made.history.count() == 2


def test_a_closed_enterprise_is_not_corrected_until_it_is_reopened(officer, county):
    made = enroll(officer)
    services.close_enterprise(by=officer, enterprise=made, reason="moved away")
    with pytest.raises(EnterpriseIsClosed):
        services.change_enterprise(
            by=officer, enterprise=made, entry=entry(name="甲"), reason="renamed"
        )
    services.reopen_enterprise(by=officer, enterprise=made, reason="back")
    made.refresh_from_db()
    assert made.state == "OPEN"
    assert made.history.count() == 3


QUZHOU = (
    RegionEntry("330000", "浙江省", "Zhejiang"),
    RegionEntry("330800", "衢州市", "Quzhou"),
    RegionEntry("330881", "江山市", "Jiangshan"),
)


def plan(**changes):
    usual = {
        "regions": QUZHOU,
        "region_code": "330800",
        "name_zh": "衢州市生态环境局",
        "name_en": "Quzhou Bureau",
        "admin_username": "wang.fang",
        "admin_name": "王芳",
    }
    return NewBureau(**(usual | changes))


def start(**changes):
    by = services.system_actor("setup")
    return services.start_bureau(by=by, plan=plan(**changes), today=TODAY)


def test_a_bureau_starts_with_its_regions_and_one_security_administrator(db):
    admin = start()
    assert Region.objects.filter(pk="330881", parent="330800", level="COUNTY").exists()
    assert str(admin.bureau.region_id) == "330800"
    assert not admin.user.has_usable_password()


def test_the_same_start_twice_changes_nothing_and_another_is_refused(db):
    assert start() == start()
    assert Bureau.objects.count() == 1
    for other in ({"name_zh": "别局"}, {"admin_username": "other"}, {"admin_name": "别人"}):
        with pytest.raises(BureauStands):
            start(**other)
    assert Membership.objects.exclude(role="system").count() == 1


def test_a_region_needs_a_good_code_and_the_one_above(db):
    by = services.system_actor("setup")
    with pytest.raises(RegionIsUnknown):
        services.open_region(by=by, entry=QUZHOU[1])
    with pytest.raises(RegionCodeIsBad):
        services.open_region(by=by, entry=RegionEntry("33A", "甲", "A"))
    services.open_region(by=by, entry=QUZHOU[0])
    with pytest.raises(RegionIsKnown):
        services.open_region(by=by, entry=RegionEntry("330000", "别省", "Other"))


def test_a_region_has_one_bureau(city):
    with pytest.raises(BureauStands):
        services.open_bureau(
            by=services.system_actor("setup"), region=city, name_zh="二局", name_en="Second"
        )


def test_foreign_enterprises_are_out_of_reach(officer, agent, rival, enterprise):
    far = factories.enterprise(factories.county(factories.city("339800")))
    assert set(Enterprise.objects.for_actor(officer)) == {enterprise, rival.enterprise}
    assert list(Enterprise.objects.for_actor(agent)) == [enterprise]
    assert far not in Enterprise.objects.for_actor(officer)
    assert not Enterprise.objects.for_actor(None)


def test_a_stale_correction_is_refused_with_what_changed_since(client, officer, second_officer):
    unit = factories.enterprise(factories.county(officer.bureau.region), name="清源印染有限公司")
    stale = unit.history.latest().history_id
    known = entry_of(unit)
    moved = dataclasses.replace(known, address="锦绣路66号")
    change_enterprise(by=second_officer, enterprise=unit, entry=moved, reason="迁址")
    form = dataclasses.asdict(dataclasses.replace(known, name="清源新印染有限公司"))
    client.force_login(officer.user)
    client.cookies["django_language"] = "en"
    answer = client.post(
        reverse("edit_enterprise", args=[unit.pk]), form | {"reason": "更名", "seen": stale}
    )
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "[A410]" in said
    assert "锦绣路66号" in said
    unit.refresh_from_db()
    assert (unit.name, unit.address) == ("清源印染有限公司", "锦绣路66号")


def test_a_correction_of_what_was_seen_last_is_saved(client, officer):
    unit = factories.enterprise(factories.county(officer.bureau.region), name="清源印染有限公司")
    client.force_login(officer.user)
    address = reverse("edit_enterprise", args=[unit.pk])
    seen = re.search(r'name="seen" value="(\d+)"', client.get(address).content.decode())[1]
    form = dataclasses.asdict(dataclasses.replace(entry_of(unit), name="清源新印染有限公司"))
    assert client.post(address, form | {"reason": "更名", "seen": seen}).status_code == 302
    unit.refresh_from_db()
    assert unit.name == "清源新印染有限公司"
