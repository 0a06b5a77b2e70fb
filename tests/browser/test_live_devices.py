"""The live pages in a real browser, while a controller speaks to a real gateway over TCP.

Nothing is loaded anew: a page that follows keeps the mark that it was given when it was opened.
Where ALL_SCREENSHOTS names a folder, every page is drawn in both languages and widths.
"""

import datetime
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cardswipe import services
from cardswipe.hj212.requests import Kind
from cardswipe.models import Alarm, Controller
from cardswipe.rules import AlarmKind, LoadLine
from cardswipe.services.alarms import AlarmSpec, raise_alarms
from ledger.services import period_on
from parties.rules import Role
from tests import factories, factories_cards, factories_permits, factories_proof
from tests.browser import stage
from tests.browser.outpost import Outpost
from tests.factories_devices import frame
from tests.gateway_thread import GatewayThread

KG = factories_cards.KG
DAY = datetime.timedelta(days=1)


PATIENCE_MS = 20_000  # five browsers, a web process and a gateway may share one core


@pytest.fixture(autouse=True)
def _patience():
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def engineer(city):
    return factories.bureau_member(city, Role.DEVICE_ENGINEER, "engineer")


@pytest.fixture
def box(address, agent, officer, second_officer) -> Controller:
    """A controller at a permitted outlet, which debits a loaded card by the hour."""
    now = timezone.now()
    factories_permits.issued(agent, officer, second_officer, now=now - 2 * DAY)
    made = factories_cards.controller(agent.enterprise, event_source="HOUR", mn="QY33990100000001")
    card = services.issue_card(
        by=officer, enterprise=agent.enterprise, physical_no="CHIP000001", now=now - DAY
    )
    services.bind_card(by=officer, card=card, controller=made, now=now - DAY)
    services.load_card(
        by=agent,
        card=card,
        lines=[LoadLine("COD", 40 * KG)],
        period=period_on(agent.enterprise.region, timezone.localdate(now)),
        key="live",
        now=now - DAY,
    )
    return made


@pytest.fixture
def visitor(browser, context, address):
    """Opens a page in a browser of its own, signed in or as the public, and marks it."""
    opened = []

    def visit(member, place: str):
        own = browser.new_context(
            viewport={"width": 1280, "height": 900},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        opened.append(own)
        own.on("console", context.faults.hear)
        own.address = address
        page = own.new_page()
        if member:
            stage.sign_in(page, member)
        page.goto(f"{address}{place}")
        expect(page.locator(".live-on")).to_be_visible()
        page.evaluate("window.stayed = true")
        return page

    yield visit
    for own in opened:
        own.close()


def assert_stayed(*pages) -> None:
    for page in pages:
        assert page.evaluate("window.stayed === true"), f"{page.url} was loaded anew"


def test_what_a_device_measures_and_books_moves_every_open_page(visitor, box, agent, engineer):
    home, outlets = visitor(agent, "/home/"), visitor(agent, "/outlets/")
    board, device = visitor(engineer, "/board/"), visitor(engineer, f"/devices/{box.pk}/")
    sign = visitor(None, f"/outlets/{box.outlet_id}/sign/")
    before = home.locator("#quota .quota-figure").first.inner_text()
    expect(board.locator(".tile")).to_have_class(re.compile("tone-unknown"))
    expect(sign.locator("#sign-now .tally")).to_contain_text("未知")
    with GatewayThread() as gateway, Outpost(gateway, box) as post:
        post.measures("47.3")
        expect(outlets.locator("#meters")).to_contain_text("47.3")
        expect(device.locator("#controller-now")).to_contain_text("47.3")
        expect(device.locator("#controller-now")).to_contain_text("C100")
        expect(board.locator(".tile")).to_have_class(re.compile("tone-normal"))
        post.ends_hour("12.5", "41")
        expect(home.locator("#quota .quota-figure").first).not_to_have_text(before)
        expect(sign.locator("#sign-now .tally")).to_contain_text("未超过限值")
        expect(device.locator("#controller-now")).to_contain_text("2061")
    # The gateway is gone: the session has ended, and the engineer sees it.
    expect(device.locator("#controller-now")).to_contain_text("刚离线")
    assert_stayed(home, outlets, board, device, sign)


def test_a_valve_answers_and_the_order_and_the_board_show_it(
    visitor, box, engineer, officer, second_officer
):
    now = timezone.now()
    order = services.ask_valve_order(
        by=officer, controller=box, action="CLOSE", reason="超标应急", now=now
    )
    board = visitor(engineer, "/board/")
    shown = visitor(officer, f"/valve-orders/{order.pk}/")
    with GatewayThread() as gateway, Outpost(gateway, box) as post:
        post.measures("40.1")
        expect(board.locator(".tile")).to_have_class(re.compile("tone-normal"))
        services.decide_valve_order(
            by=second_officer, order=order, granted=True, reason="同意", now=timezone.now()
        )
        factories_proof.keep(timezone.now())
        request = post.awaits("3911")
        expect(shown.locator("#order-now .tally")).to_contain_text("已下发")
        post.replies(request, "9011", "QnRtn=1")
        expect(shown.locator("#order-now .tally")).to_contain_text("控制器已接受")
        post.say("3912", f"DataTime={timezone.localtime():%Y%m%d%H%M%S};Per=000")
        expect(shown.locator("#order-now .tally")).to_contain_text("阀门已动作")
        expect(board.locator(".tile")).to_have_class(re.compile("tone-closed"))
    assert_stayed(board, shown)


def test_a_command_is_followed_from_the_asking_to_its_end(visitor, box, engineer):
    with GatewayThread() as gateway, Outpost(gateway, box) as post:
        post.measures("40.1")
        asked = services.ask_command(
            by=engineer,
            controller=box,
            kind=Kind.SET_REALTIME,
            params={"interval": 60},
            reason="核查",
            now=timezone.now(),
        )
        page = visitor(engineer, f"/devices/commands/{asked.pk}/")
        request = post.awaits("1062")
        post.replies(request, "9011", "QnRtn=1")
        post.replies(request, "9012", "ExeRtn=1")
        expect(page.locator("#command-now .tally")).to_contain_text("完成")
        expect(page.locator("#command-now")).to_contain_text("9012")
    assert_stayed(page)


@pytest.fixture
def busy_board(box, agent, rival):
    """A board with a tile of every kind."""
    now = timezone.now()
    kinds = {
        "DW002": {"last_seen_at": now},
        "DW003": {"last_seen_at": now},
        "DW004": {"last_seen_at": now, "valve_state": "CLOSED"},
        "DA005": {},
        "DW006": {"state": "REGISTERED"},
    }
    made = {
        code: factories_cards.controller(rival.enterprise, code=code, **given)
        for code, given in kinds.items()
    }
    specs = [
        AlarmSpec(kind, rival.enterprise_id, made[code].pk, params={"address": "10.0.0.8"})
        for code, kind in (("DW002", AlarmKind.BAD_ACCESS), ("DW003", AlarmKind.CLOCK_AHEAD))
    ]
    raise_alarms(specs=specs, now=now)
    return made


@pytest.mark.usefixtures("busy_board")
def test_live_pages_are_readable_by_everyone(page, address, box, agent, engineer, officer):
    with GatewayThread() as gateway, Outpost(gateway, box) as post:
        for back in (5, 4, 3, 2):
            post.ends_hour(f"{back}.25", f"{30 + 4 * back}", back=back)
        for ago, value in ((120, "44.8"), (60, "46.1"), (0, "47.3")):
            post.measures(value, ago=ago)
        services.ask_command(
            by=engineer, controller=box, kind=Kind.GET_TIME, params={}, reason="校时核查",
            now=timezone.now(),
        )  # fmt: skip
        post.replies(post.awaits("1011"), "9011", "QnRtn=1")
        places = {
            agent: {"live-home": "/home/", "live-quota": "/quota/", "live-meters": "/outlets/"},
            engineer: {"live-board": "/board/", "live-device": f"/devices/{box.pk}/"},
            officer: {"live-outlet": f"/outlets/{box.outlet_id}/"},
            None: {"live-sign": f"/outlets/{box.outlet_id}/sign/"},
        }
        shoot_all(page, address, places)


def shoot_all(page, address, places) -> None:
    """Each page as its reader sees it."""
    for member, own in places.items():
        page.context.clear_cookies()
        if member:
            stage.sign_in(page, member)
        for name, place in own.items():
            page.goto(address + place)
            stage.shoot(page, name)


def test_the_pages_behind_them_are_readable_too(page, address, box, engineer, officer, busy_board):
    order = services.ask_valve_order(
        by=officer, controller=busy_board["DW003"], action="CLOSE", reason="超标应急",
        now=timezone.now(),
    )  # fmt: skip
    with GatewayThread() as gateway, Outpost(gateway, box) as post, gateway.connect() as stranger:
        stranger.sendall(frame(box, mn="NOBODY0000000001"))
        post.measures("-3.2")
        asked = services.ask_command(
            by=engineer, controller=box, kind=Kind.GET_TIME, params={}, reason="校时核查",
            now=timezone.now(),
        )  # fmt: skip
        post.replies(post.awaits("1011"), "9011", "QnRtn=1")
        engineers = {
            "live-command": f"/devices/commands/{asked.pk}/",
            "live-frames": "/frames/",
            "live-strangers": "/frames/strangers/",
            "live-readings": f"/devices/{box.pk}/readings/?scale=real",
        }
        officers = {
            "live-order": f"/valve-orders/{order.pk}/",
            "live-alarm": f"/alarms/{Alarm.objects.get(kind=AlarmKind.BAD_ACCESS).pk}/",
        }
        shoot_all(page, address, {engineer: engineers, officer: officers})
