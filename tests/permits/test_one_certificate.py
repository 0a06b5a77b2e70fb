"""The one certificate: page and paper gather what every app has of the permit's holder."""

import pypdfium2
import pytest
from django.test import Client

from parties.rules import Role
from permits.parts import parts_of
from tests import factories, factories_cards
from tests import factories_permits as make

EVERY_PART = {
    *("holds", "reports", "cards", "loads", "cases", "bills", "awards"),
    *("rights_certificates",),
}


@pytest.fixture
def permit(agent, officer, second_officer, now):
    return make.issued(agent, officer, second_officer, now=now)


def signed_in(member):
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_app_adds_its_parts_for_those_who_may_see_them(permit, officer, agent):
    assert {part.key for part in parts_of(permit, officer)} == EVERY_PART
    assert {part.key for part in parts_of(permit, agent)} == EVERY_PART
    viewer = factories.enterprise_member(permit.site.enterprise, Role.VIEWER)
    assert {part.key for part in parts_of(permit, viewer)} == EVERY_PART - {"bills", "awards"}


def test_page_and_paper_show_the_same_parts(permit, officer):
    card = factories_cards.card(permit.site.enterprise)
    client = signed_in(officer)
    page = client.get(f"/permits/{permit.pk}/").content.decode()
    paper = client.get(f"/permits/{permit.pk}/whole.pdf")
    assert paper["Content-Type"] == "application/pdf"
    sheets = pypdfium2.PdfDocument(paper.content)
    printed = "".join(sheet.get_textpage().get_text_bounded() for sheet in sheets)
    for word in ("质押、冻结与占用", "执行报告", "账单与缴款", "报警与处置", card.card_no):
        assert word in page
        assert word in printed
