"""The frame, the components and the sign-in pages, looked at in both languages and widths."""

import pytest
from playwright.sync_api import expect

from parties.rules import Role
from tests import factories
from tests.browser import stage


@pytest.fixture
def administrator(city):
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "administrator")


def test_all_components_are_readable_by_everyone(page, address, administrator):
    stage.sign_in(page, administrator)
    page.goto(f"{address}/looks/")
    stage.shoot(page, "components")
    page.emulate_media(color_scheme="dark")
    stage.shoot(page, "components-dark")


@pytest.mark.parametrize("place", ["", "accounts/login/", "accounts/password/reset/", "no-such/"])
def test_public_pages_are_readable_by_everyone(page, address, place):
    page.context.faults.allow("404")
    page.goto(f"{address}/{place}")
    stage.shoot(page, f"public-{place.strip('/').replace('/', '-') or 'home'}")


def test_homes_are_readable_by_everyone(page, address, officer, trader, agent):
    for name, member in {"officer": officer, "trading": trader, "enterprise": agent}.items():
        stage.sign_in(page, member)
        page.goto(f"{address}/home/")
        stage.shoot(page, f"home-{name}")


def test_second_factor_pages_are_readable_by_everyone(page, address, officer):
    stage.sign_in(page, officer)
    for place in ("2fa/", "password/change/", "logout/", "reauthenticate/"):
        page.goto(f"{address}/accounts/{place}")
        stage.shoot(page, f"account-{place.strip('/').replace('/', '-')}")


def test_a_person_signs_in_and_adds_a_second_factor(page, address, officer):
    page.context.faults.allow("status of 4")
    stage.give_password(officer)
    page.goto(f"{address}/accounts/login/?next=/accounts/2fa/totp/activate/")
    page.locator("#id_login").fill("officer")
    page.locator("#id_password").fill("wrong-one")
    page.locator("main button").click()
    expect(page.locator(".error-summary")).to_be_focused()
    stage.assert_accessible(page)
    page.locator("#id_password").fill(factories.PASSWORD)
    page.locator("main button").click()
    # What guards the account asks for the password once more.
    page.locator("#id_password").fill(factories.PASSWORD)
    page.locator("main button").click()
    expect(page.locator(".qr")).to_be_visible()
    stage.shoot(page, "account-totp")


def test_refusals_say_why_and_what_to_do(page, address, officer):
    page.context.faults.allow("403")
    stage.sign_in(page, officer)
    page.goto(f"{address}/home/")
    page.goto(f"{address}/looks/")
    expect(page.locator(".code")).to_contain_text("A101")
    stage.shoot(page, "refusal")
