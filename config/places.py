"""Where the embedded services keep their files, and how the program finds them again.

Everything is under the data folder (`.data/`). Where that does not suit — the account of
the services cannot reach a checkout under /root, or the path is too long for a socket —
`.data/<name>` is a link to a folder elsewhere, and the link is the only record of it.
"""

import os
import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from config.children import Account, can
from config.faults import Fault

# A socket's path holds 107 characters, and PostgreSQL adds "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 90
ROOTS_FALLBACK = Path("/var/lib/yizheng")


def make_data_dir(data_dir: Path) -> None:
    """Make the data folder; refuse in words when this account may not write there."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir):
            pass
    except OSError as error:
        raise Fault(
            _(
                "The data folder %(folder)s cannot be written (%(error)s). Give it to the account "
                "that runs this, or set YIZHENG_DATA_DIR to another folder."
            )
            % {"folder": data_dir, "error": error.strerror}
        ) from error


def make_place(data_dir: Path, name: str, *, account: Account | None) -> Path:
    """The folder for data, made if missing; only the account and root can enter it."""
    link = data_dir / name
    if link.is_symlink() and not link.exists():
        raise Fault(
            _(
                "The folder %(folder)s, which holds the data, is gone. Bring it back from a "
                "backup, or remove %(link)s to begin with empty data."
            )
            % {"folder": os.readlink(link), "link": link}
        )
    if not link.exists():
        link.mkdir(mode=0o700)
        _give(link, account)
        if not can(account, "test", "-w", str(link.resolve())):
            link.rmdir()
            link.symlink_to(_elsewhere(name, account))
    return link.resolve()


def make_socket_place(data_dir: Path, *, account: Account | None) -> Path:
    """The folder for sockets: like `make_place`, short enough, and made anew when lost."""
    link = data_dir / "run"
    if link.is_symlink() and not (
        link.exists() and can(account, "test", "-w", str(link.resolve()))
    ):
        link.unlink()
    if not link.exists() and len(os.fsencode(link.absolute())) > LONGEST_SOCKET_FOLDER:
        link.symlink_to(_short(account))
    return make_place(data_dir, "run", account=account)


def _short(account: Account | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="yizheng-", dir="/tmp"))
    _give(folder, account)
    return folder


def _elsewhere(name: str, account: Account | None) -> Path:
    """A new folder outside the checkout that the account can reach."""
    ROOTS_FALLBACK.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=ROOTS_FALLBACK))
    _give(folder, account)
    return folder


def _give(folder: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(folder, account.uid, account.gid)
