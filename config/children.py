"""Child processes that never outlive their parent, and the account they run under."""

import contextlib
import ctypes
import dataclasses
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ACCOUNT_NAME = "yizheng"
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclasses.dataclass(frozen=True)
class Account:
    """An unprivileged account of the machine."""

    uid: int
    gid: int

    @classmethod
    def named(cls, name: str) -> "Account":
        """The account of this name; KeyError when there is none."""
        entry = pwd.getpwnam(name)
        return cls(entry.pw_uid, entry.pw_gid)


def services_account(existing_data: Path) -> Account | None:
    """The account under which root runs PostgreSQL and Redis, which refuse or ought not be root.

    None for an ordinary user, who runs them as himself. Data that exist keep their owner;
    else the account `yizheng` serves, made when missing, and `nobody` where none can be made.
    """
    if os.geteuid() != 0:
        return None
    if existing_data.exists() and (found := existing_data.stat()).st_uid != 0:
        return Account(found.st_uid, found.st_gid)
    with contextlib.suppress(KeyError):
        return Account.named(ACCOUNT_NAME)
    maker = shutil.which("useradd")
    command = [maker or "", "--system", "--no-create-home", "--user-group", ACCOUNT_NAME]
    if maker and subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return Account.named(ACCOUNT_NAME)
    return Account.named("nobody")


def can(account: Account | None, *command: str) -> bool:
    """Whether the command succeeds under the account: a trial of what it can reach."""
    try:
        done = subprocess.run(command, capture_output=True, check=False, cwd="/", **_as(account))
    except OSError:
        return False
    return done.returncode == 0


def _as(account: Account | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def _die_with_parent(parent: int, death_signal: int) -> Callable[[], None]:
    def before_exec() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    account: Account | None = None,
    env: dict[str, str] | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches only the supervisor.

    The kernel sends it `death_signal` when the supervisor dies, even by kill -9. Its output
    is appended to `log`.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
            # Runs after the change of account, which would clear the death signal.
            preexec_fn=_die_with_parent(os.getpid(), death_signal),  # noqa: PLW1509
            **_as(account),
        )


def stop(
    process: subprocess.Popen[bytes], *, by: int = signal.SIGTERM, patience_s: float = 15
) -> None:
    """Ask the child to end; end it when it does not within its time."""
    if process.poll() is not None:
        return
    process.send_signal(by)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_line(log: Path) -> str:
    """What the child said last."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1].strip() if lines else ""
