"""Everything `manage.py doctor` looks at, beyond what a start asks for."""

import datetime
import os
import shutil
import subprocess
import sys
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from config import requirements, supervisor
from config.requirements import Finding, fault, note, ok
from ledger import keyring
from ledger.models.lateness import Watched
from ledger.queries import proof
from ledger.queries.lateness import late, limits_on
from ledger.views.lateness import late_lines
from shell import signing

NAMES = (
    gettext_noop("disk"),
    gettext_noop("font"),
    gettext_noop("browser assets"),
    gettext_noop("static files"),
    gettext_noop("Chinese texts"),
    gettext_noop("secret key"),
    gettext_noop("proof key"),
    gettext_noop("signing key"),
    gettext_noop("time zone"),
    gettext_noop("ports"),
    gettext_noop("web port"),
    gettext_noop("gateway port"),
    gettext_noop("database"),
    gettext_noop("database version"),
    gettext_noop("data checksums"),
    gettext_noop("database role"),
    gettext_noop("migrations"),
    gettext_noop("journal"),
    gettext_noop("proof log"),
    gettext_noop("queue"),
)
PREPARE = "manage.py prepare_database"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def findings() -> Iterator[Finding]:
    """Each check's outcome, from the machine up to the tables."""
    yield python()
    yield npm()
    yield from (check() for check in requirements.MACHINE)
    yield chromium()
    yield secret_key()
    yield signing_key()
    yield time_zone()
    running = supervisor.runs_here(Path(settings.DATA_DIR))
    if running:
        yield ok("ports", _("Yizheng runs here: %(url)s") % {"url": settings.PUBLIC_ADDRESS})
    else:
        yield from requirements.ports()
    yield from database(running=running)
    if settings.EMBEDDED_BROKER and not running:
        yield ok("queue", _("embedded, not running"))
    else:
        yield requirements.broker()


def python() -> Finding:
    return ok("python", f"{sys.version.split()[0]} ({sys.executable})")


def npm() -> Finding:
    """npm is only needed to install the browser assets."""
    found = shutil.which("npm")
    if found:
        return ok("npm", found)
    said = _("The machine has no npm.")
    return note("npm", said, _("make setup takes the one from PyPI."))


def chromium() -> Finding:
    """A browser is only needed for the browser tests."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), "")
    if not found:
        said = _("There is no chromium; only the browser tests need it.")
        return note("chromium", said, "apt install chromium")
    done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    return ok("chromium", done.stdout.strip() or found)


def signing_key() -> Finding:
    """Whether papers carry a signature that means something in law."""
    if signing.is_demo_key():
        return note(
            "signing key",
            _("Papers are signed with the demonstration key, which has no legal effect."),
            _("Put a licensed authority's key into SIGNING_DIR, or set SIGNING_PKCS11_MODULE."),
        )
    return ok("signing key", _("a key of your own"))


def secret_key() -> Finding:
    if os.environ.get("SECRET_KEY"):
        return ok("secret key", "SECRET_KEY")
    path = Path(settings.DATA_DIR) / "secret-key"
    if path.stat().st_mode & 0o077:
        said = _("Others may read %(path)s.") % {"path": path}
        return fault("secret key", said, f"chmod 600 {path}")
    return ok("secret key", str(path))


def time_zone() -> Finding:
    """Days begin and end in the bureau's zone; the machine must know it."""
    now = datetime.datetime.now(zoneinfo.ZoneInfo(settings.TIME_ZONE))
    return ok("time zone", f"{settings.TIME_ZONE}, {now:%Y-%m-%d %H:%M:%S}")


def database(*, running: bool) -> Iterator[Finding]:
    """PostgreSQL's settings, and whether the tables are up to date and guarded."""
    if settings.EMBEDDED_DATABASE and not running:
        yield ok("database", _("embedded, not running"))
        return
    found = requirements.database()
    yield from found
    if len(found) > 1:
        yield migrations()
        yield journal_rights()
        yield proof_key()
        yield proof_log_lateness()


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not waiting:
        return ok("migrations", _("none waiting"))
    said = _("%(count)s migrations wait.") % {"count": len(waiting)}
    return fault("migrations", said, "manage.py prepare_database")


def journal_rights() -> Finding:
    """Whether this role could change the journal were its triggers gone."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT bool_or(has_table_privilege(name, 'UPDATE, DELETE, TRUNCATE'))"
                " FROM unnest(ARRAY['ledger_operation', 'ledger_transfer']) AS name"
            )
            (may,) = cursor.fetchone()
    except DatabaseError:
        return fault(
            "journal", _("The journal's tables are missing."), "manage.py prepare_database"
        )
    if not may:
        return ok("journal", _("this role can only add to it"))
    said = _("This role may change the journal; only triggers guard it.")
    return note("journal", said, _("Set DATABASE_OWNER_URL and run: manage.py prepare_database"))


def proof_key() -> Finding:
    """Whether the key that signs the proof log is there, and nobody else's to read."""
    path = keyring.path_of(keyring.LOG_KEY)
    try:
        kept = proof.log_keys().last()
    except DatabaseError:
        return fault("proof key", _("The proof log's tables are missing."), PREPARE)
    if not path.exists():
        said = _("%(path)s is missing.") % {"path": path}
        if kept is None:
            return note("proof key", said, PREPARE)
        return fault("proof key", said, _("Bring it back from its backup: nothing can be signed."))
    if path.stat().st_mode & 0o077:
        said = _("Others may read %(path)s.") % {"path": path}
        return fault("proof key", said, f"chmod 600 {path}")
    if kept and not keyring.holds(bytes(kept.public)):
        said = _("%(path)s is not the key in force.") % {"path": path}
        return fault("proof key", said, _("Bring it back from its backup: nothing can be signed."))
    return ok("proof key", str(path))


def proof_log_lateness() -> Finding:
    """Whether the proof log and its witnesses keep up; the tables say so without any process."""
    now = timezone.now()
    try:
        found = late(now=now)
    except DatabaseError:
        return fault("proof log", _("The proof log's tables are missing."), PREPARE)
    if not limits_on(timezone.localdate(now)):
        said = _("No limit is set: nobody is told when the log stands still.")
        return note("proof log", said, "manage.py load_reference_data")
    if not found:
        return ok("proof log", _("up to date"))
    said = " ".join(late_lines(found, now))
    if any(one.what == Watched.LOG for one in found):
        return fault("proof log", said, _("Look at worker and beat, and for long transactions."))
    return note("proof log", said, _("Ask those who run the witness; the proof log shows why."))
