"""What the holder of a right reads when somebody else lays a hand on it."""

import pytest
from django.utils import translation

from ledger.models.requests import LotAct
from ledger.services import take_back_request
from parties.models import Notice
from parties.queries import reason_words
from parties.rules import Role
from tests import factories
from tests.factories_ledger import lot
from tests.factories_lot_acts import ask, freeze, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def whole(enterprise):
    return lot(enterprise)


def news(enterprise) -> list[Notice]:
    return list(Notice.objects.filter(enterprise=enterprise))


def test_a_court_freeze_is_told_to_the_holder_with_court_paper_and_day(whole, officer, enterprise):
    freeze(officer, whole, 4)
    (told,) = news(enterprise)
    assert (told.tone, told.link) == ("red", f"/lots/{whole.pk}/")
    assert told.text_en.startswith(f"Right {whole.lot_no}: 4.000 t per year is frozen until ")
    for word in ("2027-11-19", "临溪区人民法院", "（2026）浙9901执1号", "试验"):
        assert word in told.text_en
        assert word in told.text_zh
    assert "冻结" in told.text_zh


def test_its_release_is_told_once_it_is_done_and_not_while_it_waits(
    whole, officer, second_officer, enterprise
):
    placing = freeze(officer, whole, 4)
    asked = ask(officer, whole, LotAct.RELEASE, placing=placing)
    if asked.state != "DONE":
        assert len(news(enterprise)) == 1
        grant(second_officer, asked)
    released, _frozen = news(enterprise)
    assert "all of it is released (court freeze)" in released.text_en
    assert "已解除司法冻结" in released.text_zh


def test_what_was_asked_for_and_taken_back_is_told_to_nobody(whole, officer, enterprise):
    asked = ask(officer, whole, LotAct.TAKE_BACK, 2, paper="1")
    take_back_request(by=officer, request=asked, reason="误填")
    assert news(enterprise) == []


def test_a_part_that_goes_back_into_the_reserve_is_told_with_its_quantity(
    whole, officer, second_officer, enterprise
):
    grant(second_officer, ask(officer, whole, LotAct.TAKE_BACK, 2, paper="1"))
    (told,) = news(enterprise)
    assert told.tone == "yellow"
    assert "2.000 t per year" in told.text_en


def test_a_split_by_the_desk_needs_no_word(whole, city, enterprise):
    desk = factories.bureau_member(city, Role.TRADING_DESK, "desk")
    ask(desk, whole, LotAct.SPLIT, 3)
    assert news(enterprise) == []


def test_reasons_that_the_system_wrote_read_in_the_readers_language():
    with translation.override("zh-hans"):
        assert reason_words("bill 339900-FD2026-000013") == "账单 339900-FD2026-000013"
        assert reason_words("LOT_SPLIT") == "拆分"
        assert reason_words("企业申请") == "企业申请"
        assert reason_words("") == ""
    with translation.override("en"):
        assert reason_words("LEASE_END 339901-COD-2026-000001").startswith("lease ended 3399")
