"""Journeys in a real browser: Debian's chromium against a real web process.

A test takes `page` and `address`, signs in with `stage.sign_in`, and fails by itself on any
console error or breach of the content security policy.
"""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from tests.browser.server import web_process
from tests.browser.stage import Faults

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
)
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            # One browser and one web process at a time.
            item.add_marker(pytest.mark.xdist_group("browser"))


def chromium() -> str:
    """The browser's path: CHROMIUM from the environment, else the first one found."""
    named = os.environ.get("CHROMIUM", "")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "no chromium found; run `python scripts/setup.py --browser` or set CHROMIUM"
    return found


@pytest.fixture(scope="package")
def fonts(tmp_path_factory) -> Path:
    """Lets the browser draw Chinese on a machine without Chinese fonts."""
    folder = tmp_path_factory.mktemp("fonts")
    config = folder / "fonts.conf"
    config.write_text(FONTS.format(fonts=settings.FONT_DIR, cache=folder / "cache"))
    return config


@pytest.fixture(scope="package")
def browser(fonts):
    """One chromium for all journeys.

    Not pytest-playwright's own fixture, which lasts for the session: its event loop would
    stay in this thread and break every later test that runs one.
    """
    # The loop runs in this thread; the ORM is only called between the browser's steps.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else [*QUIET]
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=flags, env=environment
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def _web(django_db_setup, django_db_blocker, _own_proof_keys):
    """The process keeps its keys and files where the tests keep theirs."""
    folders = {
        "PROOF_DIR": str(settings.PROOF_DIR),
        "SIGNING_DIR": str(settings.SIGNING_DIR),
        "MEDIA_DIR": str(settings.MEDIA_ROOT),
    }
    with django_db_blocker.unblock(), web_process(**folders) as address:
        yield address


@pytest.fixture
def address(transactional_db, _web) -> str:
    """Where the web process answers; it sees what the test has committed."""
    return _web


@pytest.fixture
def context(browser, address):
    """The browser's context, which fails the test on what a person would not see."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    faults = Faults()
    context.on("console", faults.hear)
    context.on("weberror", lambda error: faults.add(str(error.error)))
    context.faults = faults
    context.address = address
    yield context
    context.close()
    assert not faults.found, "\n".join(faults.found)


@pytest.fixture
def page(context):
    """A fresh page; a second reader is `context.browser.new_context()` or `context.new_page()`."""
    return context.new_page()
