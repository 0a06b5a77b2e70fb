"""What browser tests do again and again: sign in, take pictures, ask axe."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

from parties.models import Membership
from tests.factories import PASSWORD

LANGUAGES = {"zh": "zh-hans", "en": "en"}
WIDTHS = {1280: 900, 390: 844}
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


def shoot(page: Any, name: str) -> None:
    """Pictures in both languages and widths, where SCREENSHOTS names a folder; axe each time.

    The page must be one that can be loaded again by its address.
    """
    folder = os.environ.get("SCREENSHOTS", "")
    for language in LANGUAGES:
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            speak(page, language)
            page.wait_for_load_state("load")
            page.evaluate("window.scrollTo(0, 0)")
            assert_accessible(page)
            assert_fits(page)
            if folder:
                path = Path(folder) / f"{name}-{language}-{width}.png"
                page.screenshot(path=path, full_page=True)


def assert_fits(page: Any) -> None:
    """Nothing makes the page scroll sideways."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, f"{page.url} is {over} px wider than the window"
