"""Device profiles as dated data, and telling a controller of a voucher."""

import datetime

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from cardswipe import services
from cardswipe.hj212.frame import read_segment
from cardswipe.hj212.requests import Kind
from cardswipe.hj212.stream import FrameBuffer
from cardswipe.models import Controller, DeviceCommand, DeviceProfile, OfflineRule
from cardswipe.profile_forms import FIELDS
from cardswipe.queries.registry import Registry
from cardswipe.services.commands import Linked, send_commands
from parties.services import system_actor
from tests import factories
from tests import factories_cards as cards
from tests.factories_cards import NOW, TODAY
from tests.refused import refused

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def enter(engineer, **given) -> DeviceProfile:
    values = {"name": "甲厂 V2", "reason": "新机型"}
    return services.enter_profile(by=engineer, **values | given)


def change(engineer, profile, **given) -> DeviceProfile:
    values = {"reason": "固件升级"}
    return services.change_profile(by=engineer, profile=profile, **values | given)


def test_a_profile_is_entered_changed_and_keeps_what_stood_there(engineer):
    made = enter(engineer, swipe_open_cn="3801", voucher_cn="3804")
    seen = made.history.latest().history_id
    change(engineer, made, swipe_open_cn="3811", seen=seen)
    numbers = made.history.order_by("history_id").values_list("swipe_open_cn", flat=True)
    assert list(numbers) == ["3801", "3811"]
    with refused("A410"):
        change(engineer, made, swipe_open_cn="3821", seen=seen)


def test_a_change_counts_at_once_for_every_controller_that_speaks_it(engineer, enterprise):
    box = cards.controller(enterprise, profile=enter(engineer))
    registry = Registry(look=datetime.timedelta(0))
    assert "3903" in registry.find({box.mn}, now=NOW)[box.mn][1].commands
    change(engineer, box.profile, swipe_event_cn="3833")
    assert "3833" in registry.find({box.mn}, now=NOW)[box.mn][1].commands


def test_names_and_numbers_that_are_alike_are_refused(engineer):
    made = enter(engineer)
    with refused("C170"):
        enter(engineer)
    for pair in ({"swipe_event_cn": "3901"}, {"voucher_cn": "3911"}):
        with refused("C171"):
            change(engineer, made, **pair)


def test_a_profile_ends_only_when_no_controller_in_use_speaks_it(engineer, enterprise):
    made = enter(engineer, valid_from=TODAY)
    box = cards.controller(enterprise, profile=made)
    values = {"by": engineer, "profile": made, "reason": "停用", "today": TODAY}
    with refused("C173"):
        services.end_profile(last_day=TODAY - DAY, **values)
    with refused("C172"):
        services.end_profile(last_day=TODAY, **values)
    services.stop_controller(by=engineer, controller=box, reason="拆除", now=NOW)
    assert services.end_profile(last_day=TODAY, **values).valid_to == TODAY
    assert made in DeviceProfile.objects.in_force(TODAY)
    assert made not in DeviceProfile.objects.in_force(TODAY + DAY)


@pytest.mark.parametrize(
    ("guard", "values"),
    [
        ("profile_commands_differ", {"offline_batch_cn": "3903"}),
        ("profile_voucher_command_is_four_digits_or_none", {"voucher_cn": "39"}),
        ("profile_ends_after_it_begins", {"valid_to": datetime.date(1999, 1, 1)}),
    ],
)
def test_the_database_refuses_a_profile_that_cannot_be(guard, values):
    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        DeviceProfile.objects.create(name="x", **values)


# --- telling of a voucher ---------------------------------------------------------------------


@pytest.fixture
def box(engineer, enterprise) -> Controller:
    """A controller whose make can be told; its card holds 100 kg COD, 10 % may go off line."""
    made = cards.ready(enterprise)[1]
    made.profile = enter(engineer, voucher_cn="3804")
    made.save()
    OfflineRule.objects.create(
        region_id="339900", percent=10, hours=72, valid_from=TODAY, legal_basis="地方做法"
    )
    return made


def push(by, box) -> DeviceCommand:
    kind = Kind.PUSH_VOUCHER
    return services.ask_command(by=by, controller=box, kind=kind, params={}, reason="x", now=NOW)


def test_a_controller_is_told_the_card_as_an_answer_to_a_swipe_would(officer, box):
    asked = push(officer, box)
    _at, device = Registry().find({box.mn}, now=NOW)[box.mn]
    links = {box.pk: Linked(device, 1)}
    ((_to, data),) = send_commands(by=system_actor("gateway"), links=links, now=NOW)
    (piece,) = FrameBuffer().feed(data)
    told = read_segment(piece.segment)
    card = box.bindings.get().card
    assert (told.cn, told.cp["CardNo"], told.cp["CardSerial"]) == ("3804", card.card_no, "1")
    assert told.items["w01018"] == {"Left": "100.000000", "Off": "10.000000"}
    asked.refresh_from_db()
    assert asked.state == "SENT"


def test_a_make_without_the_message_is_not_told(officer, enterprise):
    with refused("C166"):
        push(officer, cards.controller(enterprise))


def test_the_voucher_leads_to_telling_the_controller(client, officer, box):
    client.force_login(officer.user)
    voucher = box.bindings.get().card.vouchers.get()
    address = f"/devices/{box.pk}/ask/?kind=PUSH_VOUCHER"
    assert address in client.get(f"/vouchers/{voucher.pk}/").content.decode()
    assert "3804" in client.get(address).content.decode()
    form = {"once": "8f2f8c5e-4f3c-4d52-8f39-0d6d7a1f3c15", "reason": "充值后立即下发"}
    assert client.post(address, form).status_code == 302
    assert DeviceCommand.objects.get().kind == "PUSH_VOUCHER"


# --- pages --------------------------------------------------------------------------------------


def filled(profile=None, **given):
    """What the form sends for a profile."""
    shown = profile or DeviceProfile(name="乙厂", valid_from=TODAY)
    values = {name: getattr(shown, name) for name in FIELDS}
    return {**values, "checks_password": "on", "reason": "新机型", **given}


def test_the_engineer_enters_changes_and_ends_a_profile_on_its_pages(desk):
    assert "/devices/profiles/" in desk.get("/devices/").content.decode()
    answer = desk.post("/devices/profiles/new/", filled())
    made = DeviceProfile.objects.get(name="乙厂")
    assert answer.url == f"/devices/profiles/{made.pk}/"
    seen = made.history.latest().history_id
    wrong = desk.post(f"{answer.url}edit/", filled(made, swipe_open_cn="39a1", seen=seen))
    assert wrong.status_code == 422
    desk.post(f"{answer.url}edit/", filled(made, swipe_open_cn="3841", seen=seen))
    page = desk.get(answer.url).content.decode()
    assert "3841" in page
    desk.post(answer.url, {"last_day": timezone.localdate().isoformat(), "reason": "停用"})
    made.refresh_from_db()
    assert made.valid_to == timezone.localdate()


def test_an_officer_sees_profiles_and_changes_none(client, officer):
    client.force_login(officer.user)
    made = DeviceProfile.objects.get_or_create(name="test")[0]
    page = client.get(f"/devices/profiles/{made.pk}/").content.decode()
    assert "/edit/" not in page
    client.post(f"/devices/profiles/{made.pk}/", {"last_day": "2030-01-01", "reason": "x"})
    made.refresh_from_db()
    assert made.valid_to is None


def test_the_list_counts_the_controllers_that_this_person_reaches(desk, enterprise):
    """Those of another city speak the make too, and are none of this engineer's business."""
    made = DeviceProfile.objects.get_or_create(name="test")[0]
    elsewhere = factories.county(factories.city("338800"))
    for owner in (enterprise, factories.enterprise(elsewhere)):
        cards.controller(owner)
    rows = desk.get("/devices/profiles/").context["table"].page.object_list
    assert {row.name: row.speakers for row in rows}["test"] == 1
    assert made.controller_set.count() == 2
