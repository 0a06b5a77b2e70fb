"""Journeys in a real browser: Debian's chromium against a real web process.

A test takes `page` and `address`, signs in with `stage.sign_in`, and fails by itself on any
console error or breach of the content security policy.
"""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings

from tests.browser.server import web_process
from tests.browser.stage import Faults

# Playwright's event loop runs in this thread; the ORM is only called between its steps.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
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


@pytest.fixture(scope="session")
def fonts(tmp_path_factory) -> Path:
    """Lets the browser draw Chinese on a machine without Chinese fonts."""
    folder = tmp_path_factory.mktemp("fonts")
    config = folder / "fonts.conf"
    config.write_text(FONTS.format(fonts=settings.FONT_DIR, cache=folder / "cache"))
    return config


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, fonts):
    flags = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else [*QUIET]
    return {
        **browser_type_launch_args,
        "executable_path": chromium(),
        "args": flags,
        "env": {**os.environ, "FONTCONFIG_FILE": str(fonts)},
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {
        **browser_context_args,
        "viewport": {"width": 1280, "height": 900},
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def _web(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), web_process() as address:
        yield address


@pytest.fixture
def address(transactional_db, _web) -> str:
    """Where the web process answers; it sees what the test has committed."""
    return _web


@pytest.fixture
def context(context, address):
    """The browser's context, which fails the test on what a person would not see."""
    faults = Faults()
    context.on("console", faults.hear)
    context.on("weberror", lambda error: faults.add(str(error.error)))
    context.faults = faults
    context.address = address
    yield context
    assert not faults.found, "\n".join(faults.found)
