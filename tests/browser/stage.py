"""What browser tests do again and again: sign in, take pictures, ask axe."""

import io
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from PIL import Image

from parties.models import Membership
from tests.factories import PASSWORD

LANGUAGES = {"zh": "zh-hans", "en": "en"}
WIDTHS = {1280: 900, 390: 844}
COLOURS = 128  # of a picture's palette
SETTLE_MS = 500  # for charts and the live sign
AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Faults:
    """Console errors of a test; `allow` takes words of those a test provokes itself."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.allowed: list[str] = []

    def allow(self, *words: str) -> None:
        self.allowed += words

    def add(self, text: str) -> None:
        if not any(word in text for word in self.allowed):
            self.found.append(text)

    def hear(self, message: Any) -> None:
        if message.type == "error":
            self.add(f"{message.text} ({message.location.get('url', '')})")


def sign_in(page: Any, membership: Membership) -> None:
    """Let the page act as this membership, without the sign-in form."""
    client = Client()
    client.force_login(membership.user)
    session = client.session
    session["membership"] = membership.pk
    session.save()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "url": page.context.address}]
    )


def give_password(membership: Membership) -> None:
    """A password that the web process can check: it hashes as in production, unlike tests."""
    membership.user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1000)
    membership.user.save(update_fields=["password"])


def speak(page: Any, language: str) -> None:
    """Show the page in `zh` or `en`."""
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": LANGUAGES[language]}
    page.context.add_cookies([{**cookie, "url": page.context.address}])
    page.goto(page.url)


def assert_accessible(page: Any) -> None:
    """Axe finds nothing: WCAG 2.2 AA and good practice."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    lines = [
        f"{page.url} {fault['id']}: {node['html'][:160]} {node['any'] or node['all'] or ''}"[:600]
        for fault in result["violations"]
        for node in fault["nodes"]
    ]
    assert not lines, "\n".join(lines)


def assert_readable(page: Any, shown_as: tuple[str, int]) -> None:
    """In this language and width axe finds nothing, and nothing sticks out sideways."""
    language, width = shown_as
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    speak(page, language)
    page.wait_for_load_state("load")
    page.evaluate("window.scrollTo(0, 0)")
    assert_accessible(page)
    assert_fits(page)


def picture(page: Any, name: str, language: str, width: int = 1280) -> None:
    """One of the README's pictures, where SCREENSHOTS names a folder: what fits on the screen,
    in few colours so that the file stays small."""
    assert_readable(page, (language, width))
    if not (folder := os.environ.get("SCREENSHOTS", "")):
        return
    page.wait_for_timeout(SETTLE_MS)
    shot = Image.open(io.BytesIO(page.screenshot()))
    path = Path(folder) / f"{name}-{language}-{width}.png"
    shot.convert("RGB").quantize(COLOURS).save(path, optimize=True)


def shoot(page: Any, name: str) -> None:
    """Axe in both languages and widths, and pictures where ALL_SCREENSHOTS names a folder.

    The page must be one that can be loaded again by its address.
    """
    folder = os.environ.get("ALL_SCREENSHOTS", "")
    for language in LANGUAGES:
        for width in WIDTHS:
            assert_readable(page, (language, width))
            if folder:
                path = Path(folder) / f"{name}-{language}-{width}.png"
                page.screenshot(path=path, full_page=True)


def assert_fits(page: Any) -> None:
    """Nothing makes the page scroll sideways."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, f"{page.url} is {over} px wider than the window"
