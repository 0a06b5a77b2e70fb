"""The public sign of an outlet: what the code on the plate opens, and the plate itself."""

import pypdfium2
import pytest
from django.test import Client
from django.utils import timezone

from tests import factories_permits
from tests.cardswipe.test_readings import hourly
from tests.factories_cards import controller, permit
from tests.factories_devices import take

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(enterprise):
    permit(enterprise)
    return controller(enterprise)


@pytest.mark.parametrize(("cod", "word"), [("40.1", "未超过限值"), ("61", "超过限值")])
def test_anyone_sees_permit_limits_and_the_newest_hour(box, cod, word):
    now = timezone.now()
    take(hourly(box, 1, cod=cod, now=now), now=now)
    page = Client().get(f"/outlets/{box.outlet_id}/sign/").content.decode()
    assert box.outlet.site.permit.permit_no in page
    assert word in page
    assert "12369" in page


def test_silence_is_unknown_on_the_sign_and_never_normal(box):
    page = Client().get(f"/outlets/{box.outlet_id}/sign/now/").content.decode()
    assert "未知：近期未收到数据" in page
    assert "未超过限值" not in page


def test_an_outlet_without_a_public_permit_has_no_sign(enterprise):
    outlet = factories_permits.outlet(factories_permits.site(enterprise, site_no="009"))
    assert Client().get(f"/outlets/{outlet.pk}/sign/").status_code == 404


def test_the_plate_names_the_permit_and_the_limits(box, agent):
    client = Client()
    client.force_login(agent.user)
    answer = client.get(f"/outlets/{box.outlet_id}/plate.pdf")
    assert answer["Content-Type"] == "application/pdf"
    text = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert box.outlet.site.permit.permit_no in text
    assert "50 mg/L" in text
