"""A live page in the browser: it changes when its topic speaks, and without a stream by asking."""

import re
import time

import pytest
from playwright.sync_api import expect

from parties.rules import Role
from shell import live
from tests import factories
from tests.browser import stage

PART = re.compile(r"part=live")


@pytest.fixture
def administrator(city):
    return factories.bureau_member(city, Role.SYSTEM_ADMIN, "administrator")


def test_part_is_fetched_when_its_topic_speaks(page, address, administrator):
    stage.sign_in(page, administrator)
    # On connecting each topic speaks once, so that nothing between drawing and hearing is lost.
    with page.expect_response(PART):
        page.goto(f"{address}/looks/")
    expect(page.locator(".live-on")).to_be_visible()
    with page.expect_response(PART):
        live.notify("desk:339900", payload={"id": 1})
    expect(page.locator("#looks-live time")).to_have_count(1)


def test_a_page_goes_live_even_when_its_scripts_come_late(page, address, administrator):
    def late(route):
        time.sleep(1)
        route.continue_()

    stage.sign_in(page, administrator)
    for script in ("**/hx-sse*.js", "**/app*.js"):
        page.route(script, late)
    page.goto(f"{address}/looks/")
    expect(page.locator(".live-on")).to_be_visible()


def test_without_a_stream_the_page_says_so_and_asks_by_itself(page, address, administrator):
    page.context.faults.allow("ERR_FAILED", "Failed to fetch", "/live/")
    page.route("**/live/**", lambda route: route.abort())
    stage.sign_in(page, administrator)
    page.goto(f"{address}/looks/")
    expect(page.locator(".live-off")).to_be_visible()
    with page.expect_response(PART, timeout=15_000):
        pass


def test_menu_dialog_and_once_only_form_work(page, address, administrator):
    stage.sign_in(page, administrator)
    page.goto(f"{address}/looks/")
    page.locator(".menu summary").click()
    expect(page.get_by_role("button", name=re.compile("Sign out|退出"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-sheet")).to_be_hidden()
    page.locator("[data-opens]").click()
    expect(page.locator("dialog")).to_be_visible()
    page.locator("[data-closes]").click()
    expect(page.locator("dialog")).to_be_hidden()


def test_language_switch_keeps_the_page(page, address, officer):
    stage.sign_in(page, officer)
    page.goto(f"{address}/home/?x=1")
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(f"{address}/home/?x=1")
    expect(page.locator("html")).to_have_attribute("lang", "en")
