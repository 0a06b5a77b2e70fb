"""The device engineer's pages: register, change, put in use, stop; frames with their verdicts."""

import pytest
from django.urls import reverse

from cardswipe.models import Controller, DeviceProfile
from parties.rules import Role
from tests import factories, factories_permits
from tests.factories_cards import controller
from tests.factories_devices import frame, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(enterprise) -> dict[str, object]:
    outlet = factories_permits.outlet(factories_permits.site(enterprise))
    return {
        "mn": "010000A8900016F000169DC0",
        "outlet": outlet.pk,
        "profile": DeviceProfile.objects.first().pk,
        "password": "k7m2p9",
        "protocol_version": "2017",
        "crc_profile": "hj",
        "event_source": "SESSION",
        "allowed_addresses": "10.8.0.0/16\n192.0.2.7",
        "valid_from": "2026-01-01",
        "reason": "验收单 2026-17",
    }


def test_an_engineer_registers_a_controller_and_puts_it_in_use(desk, entry):
    answer = desk.post(reverse("new_controller"), entry)
    made = Controller.objects.get(mn=entry["mn"])
    assert answer.url == reverse("controller", args=[made.pk])
    assert (made.state, made.allowed_addresses) == ("REGISTERED", ["10.8.0.0/16", "192.0.2.7"])
    desk.post(reverse("use_controller", args=[made.pk]), {"reason": "联调通过"})
    made.refresh_from_db()
    assert made.state == "IN_USE"
    desk.post(reverse("stop_controller", args=[made.pk]), {"reason": "拆除"})
    made.refresh_from_db()
    assert made.state == "STOPPED"
    assert made.history.count() == 3


def test_what_is_already_so_is_refused_with_its_number(desk, enterprise):
    box = controller(enterprise)
    answer = desk.post(reverse("use_controller", args=[box.pk]), {"reason": "again"})
    assert answer.status_code == 409
    assert "C151" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mn", "short"),
        ("mn", "0100 00A8900016F000169DC0"),
        ("mn", "０１００００A8900016F000169D"),
        ("password", "a;b"),
        ("password", ""),
        ("allowed_addresses", "10.8.0.0/33"),
        ("allowed_addresses", "everywhere"),
        ("valid_to", "2025-12-31"),
        ("protocol_version", "2018"),
        ("reason", ""),
    ],
)
def test_a_registration_that_cannot_be_right_is_refused_at_its_field(desk, entry, field, value):
    answer = desk.post(reverse("new_controller"), {**entry, field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Controller.objects.exists()


def test_an_mn_is_registered_once(desk, entry, enterprise):
    controller(enterprise, mn=entry["mn"])
    answer = desk.post(reverse("new_controller"), entry)
    assert answer.status_code == 422
    assert "C150" in str(answer.context["form"].errors["mn"])


def test_an_outlet_of_another_city_cannot_be_chosen(desk, entry):
    other = factories.enterprise(factories.county(factories.city("339800")))
    foreign = factories_permits.outlet(factories_permits.site(other))
    answer = desk.post(reverse("new_controller"), {**entry, "outlet": foreign.pk})
    assert "outlet" in answer.context["form"].errors


def test_a_change_keeps_the_password_and_the_mn(desk, enterprise):
    box = controller(enterprise)
    page = desk.get(reverse("edit_controller", args=[box.pk]))
    assert box.password not in page.content.decode()
    form = page.context["form"]
    values = {
        **form.initial,
        "password": "",
        "maker": "清源仪器",
        "mn": "OTHERMN",
        "reason": "铭牌",
        "seen": page.context["seen"].initial["seen"],
    }
    values |= {"valid_to": "", "profile": box.profile_id, "outlet": box.outlet_id}
    answer = desk.post(reverse("edit_controller", args=[box.pk]), values)
    assert answer.status_code == 302, answer.context["form"].errors
    changed = Controller.objects.get(pk=box.pk)
    assert (changed.maker, changed.password, changed.mn) == ("清源仪器", box.password, box.mn)


def test_frames_are_filtered_by_mn_verdict_and_time(desk, enterprise):
    box = controller(enterprise)
    good, bad = take(frame(box), frame(box, pw="wrong1"))
    page = desk.get(reverse("frames"), {"mn": box.mn, "verdict": "C113"})
    assert [row.pk for row in page.context["table"].shown_rows] == [bad.frame_id]
    page = desk.get(reverse("frames"), {"since": "2026-11-20T17:59", "until": "2026-11-20T18:01"})
    assert {good.frame_id, bad.frame_id} <= {row.pk for row in page.context["table"].shown_rows}
    page = desk.get(reverse("frames"), {"since": "2026-11-20T18:01", "mn": box.mn})
    assert page.context["table"].shown_rows == []


def test_a_frame_shows_its_bytes_its_fields_and_why(desk, client, city, enterprise):
    box = controller(enterprise)
    (outcome,) = take(frame(box, "3999"))
    address = reverse("frame", args=[outcome.frame_id])
    text = desk.get(address).content.decode()
    assert f"MN={box.mn}" in text
    assert "PW=123456" in text
    assert "C120" in text
    client.force_login(factories.bureau_member(city, Role.AUDITOR).user)
    assert "PW=******" in client.get(address).content.decode()


def test_a_frame_names_the_factors_whose_figures_it_brought(desk, enterprise):
    (outcome,) = take(frame(controller(enterprise)))
    text = desk.get(reverse("frame", args=[outcome.frame_id])).content.decode()
    assert "<b>w01018</b> 化学需氧量" in text


def test_a_frame_that_cannot_be_read_is_shown_all_the_same(desk):
    (outcome,) = take(b"\xff\x00<script>alert(1)</script>")
    text = desk.get(reverse("frame", args=[outcome.frame_id])).content.decode()
    assert "<script>alert" not in text
    assert "ff 00 3c" in text


def test_a_controllers_page_shows_meters_sessions_and_history(desk, enterprise):
    box = controller(enterprise)
    take(frame(box))
    text = desk.get(reverse("controller", args=[box.pk])).content.decode()
    assert "40.1" in text
    assert "10.0.0.8:40001" in text
    assert box.mn in desk.get(reverse("controllers"), {"mn": box.mn[-6:]}).content.decode()
