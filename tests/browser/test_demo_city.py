"""The demo city as people see it: the README's pictures, and a walk through every linked page."""

import re

import pytest
from django.core.management import call_command
from django.urls import Resolver404, resolve
from django.utils import timezone

from config.demo import city
from parties.models import Membership
from tests.browser import stage
from trading.models import Auction

ROLES = ("officer", "agent", "desk", "finance", "engineer", "auditor", "system", "security")
# What leaves the pages, and files that a browser downloads or shows in a frame of its own.
ELSEWHERE = {
    *("account_logout", "set_language", "live", "bill_pdf", "voucher_paper"),
    *("attachment", "open_data_file", "open_data_latest"),
}
FILE = re.compile(r"\.(pdf|xlsx|csv|json|zip|txt|tar\.gz)$|/template/|[?&]format=|^/admin/")


@pytest.fixture
def _demo_city(address):
    call_command("load_reference_data", verbosity=0)
    city.build(now=timezone.now(), scale="small")


def act_as(page, address, name, place="/home/"):
    """Sign in as one of the demo's people and open a page."""
    stage.sign_in(page, Membership.objects.get(user__username=f"demo-{name}"))
    page.goto(address + place)


@pytest.mark.usefixtures("_demo_city")
def test_the_pictures_of_the_readme(page, address):
    room = Auction.objects.get(state="OPEN")
    act_as(page, address, "agent")
    stage.picture(page, "home-enterprise", "zh")
    act_as(page, address, "agent", f"/auctions/{room.pk}/room/")
    stage.picture(page, "auction-room", "zh")
    act_as(page, address, "officer")
    stage.picture(page, "home-officer", "zh")
    act_as(page, address, "officer", "/board/")
    stage.picture(page, "board", "zh")
    page.context.clear_cookies()
    page.goto(f"{address}/")
    stage.picture(page, "public-home", "en")


def route_of(href: str) -> str:
    """The name of the route behind a link, or nothing for what this walk leaves out."""
    if not href.startswith("/") or FILE.search(href):
        return ""
    try:
        name = resolve(href.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0]).url_name or ""
    except Resolver404:
        return f"no route: {href}"
    return "" if name in ELSEWHERE or name.endswith("_receipt") else name


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("_demo_city")
def test_every_linked_page_opens_and_is_readable_by_everyone(page, address):
    seen: set[str] = set()
    for turn, role in enumerate(ROLES):
        act_as(page, address, role)
        waiting = ["/home/"]
        while waiting:
            place = waiting.pop(0)
            answer = page.goto(address + place)
            assert answer.status == 200, (role, place, answer.status)
            stage.assert_readable(page, ("en", 390) if turn % 2 else ("zh", 1280))
            seen.add(route_of(place))
            links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.pathname)")
            waiting += new_pages(links, seen, waiting)
    assert len(seen) > 90
    assert not [name for name in seen if name.startswith("no route")]


def new_pages(links, seen, waiting):
    """One link to each route that nobody has opened yet."""
    known = seen | {route_of(place) for place in waiting}
    found: dict[str, str] = {}
    for link in links:
        name = route_of(link)
        if name and name not in known:
            found.setdefault(name, link)
    return list(found.values())
