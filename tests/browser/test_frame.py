"""The frame, the components and the sign-in pages, looked at in both languages and widths."""

import pytest

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
    for place in ("2fa/", "password/change/", "logout/"):
        page.goto(f"{address}/accounts/{place}")
        stage.shoot(page, f"account-{place.strip('/').replace('/', '-')}")
