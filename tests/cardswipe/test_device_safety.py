"""Letting devices in safely: passwords, company at an outlet, figures that cannot be true."""

import pytest
from django.urls import reverse

from cardswipe import passwords, services
from cardswipe.models import Controller, DeviceProfile
from parties.rules import Role
from tests import factories, factories_permits
from tests.cardswipe.test_readings import hourly
from tests.factories_cards import NOW, controller, permit
from tests.factories_devices import frame, local, take
from tests.refused import refused

pytestmark = pytest.mark.django_db
MN = "010000A8900016F000169DC0"


@pytest.fixture
def entry(enterprise) -> dict[str, object]:
    return {
        "mn": MN,
        "outlet": factories_permits.outlet(factories_permits.site(enterprise)).pk,
        "profile": DeviceProfile.objects.first().pk,
        "password": "k7m2p9",
        "protocol_version": "2017",
        "crc_profile": "hj",
        "event_source": "HOUR",
        "valid_from": "2026-01-01",
        "reason": "验收单 2026-17",
    }


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("12345", "SHORT"), ("123456", "USUAL"), ("A1B2C3", "USUAL"), ("aaaaaa", "ROW"),
        ("ababab", "ROW"), ("234567", "ROW"), ("fedcba", "ROW"), ("169DC0", "OF_MN"),
        ("169dc0", "OF_MN"), ("k7m2p9", ""), ("q7Zr4xW2", ""),
    ],
)  # fmt: skip
def test_what_is_easily_guessed_is_known(password, why):
    assert passwords.weakness(password, MN) == why


def test_a_weak_password_is_refused_at_registration_and_by_command(desk, entry, engineer):
    answer = desk.post(reverse("new_controller"), entry | {"password": "123456"})
    assert answer.status_code == 422
    assert "C154" in str(answer.context["form"].errors["password"])
    assert not Controller.objects.exists()
    desk.post(reverse("new_controller"), entry)
    box = Controller.objects.get()
    with refused("C154"):
        services.change_controller(
            by=engineer, controller=box, reason="换密码", now=NOW, password="888888"
        )
    with refused("C154"):
        services.ask_command(
            by=engineer, controller=box, kind="SET_PASSWORD", params={"password": "111111"},
            reason="换密码", now=NOW,
        )  # fmt: skip


def test_a_weak_password_from_before_is_pointed_out_to_who_may_change_it(desk, city, enterprise):
    box = controller(enterprise)  # 123456
    address = reverse("controller", args=[box.pk])
    assert "访问密码（PW）过于简单" in desk.get(address).text
    desk.force_login(factories.bureau_member(city, Role.AUDITOR).user)
    assert "访问密码（PW）过于简单" not in desk.get(address).text


def test_a_weak_password_from_before_does_not_come_into_use(desk, enterprise):
    box = controller(enterprise, state="REGISTERED")  # 123456
    answer = desk.post(reverse("use_controller", args=[box.pk]), {"reason": "投入使用"})
    assert (answer.status_code, "C154" in answer.text) == (409, True)
    Controller.objects.filter(pk=box.pk).update(password="q7Zr4xW2")
    desk.post(reverse("use_controller", args=[box.pk]), {"reason": "投入使用"})
    box.refresh_from_db()
    assert box.state == "IN_USE"


def test_a_second_controller_at_an_outlet_is_asked_about_first(desk, entry, enterprise):
    first = controller(enterprise)
    page = desk.post(reverse("new_controller"), entry)
    assert page.status_code == 422
    assert "C155" in str(page.context["form"].errors["outlet"])
    assert first.mn in page.text
    assert 'name="is_additional"' in page.text
    assert desk.post(reverse("new_controller"), entry | {"is_additional": "on"}).status_code == 302
    text = desk.get(reverse("controller", args=[first.pk])).text
    assert "该排放口另有总量控制器" in text
    assert MN in text


def test_a_stopped_controller_is_no_company(desk, entry, enterprise):
    controller(enterprise, state="STOPPED")
    assert desk.post(reverse("new_controller"), entry).status_code == 302


def test_a_concentration_below_zero_is_never_shown_as_normal(
    client, enterprise, agent, time_machine
):
    time_machine.move_to(NOW, tick=False)
    permit(enterprise)
    box = controller(enterprise)
    client.force_login(agent.user)
    real = f"DataTime={local()};w01018-Rtd=-4.5,w01018-Flag=N;w01001-Rtd=-0.1"
    take(hourly(box, 1, cod="-3", now=NOW), frame(box, cp=real), now=NOW)
    text = client.get(reverse("controller_readings", args=[box.pk]), {"scale": "hour"}).text
    assert "数值不合理" in text
    meters = client.get(reverse("enterprise_meters", args=[enterprise.pk])).text
    assert "-4.5" in meters
    assert "数值不合理" in meters


def test_the_sign_says_that_a_mean_below_zero_is_implausible(client, enterprise, time_machine):
    time_machine.move_to(NOW, tick=False)
    permit(enterprise)
    box = controller(enterprise)
    take(hourly(box, 1, cod="-3", now=NOW), now=NOW)
    text = client.get(reverse("outlet_sign_now", args=[box.outlet_id])).text
    assert "数值不合理：小于零" in text
    assert "未超过限值" not in text
