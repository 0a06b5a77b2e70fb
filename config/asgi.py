"""The ASGI entry point of the web process."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()


def refuse_unsafe_database() -> None:
    """Raise Fault when PostgreSQL is too old or may lose what it has acknowledged."""
    from django.db import connection

    from config import requirements

    try:
        requirements.refuse(requirements.database())
    finally:
        connection.close()


def _check_first() -> None:
    """The server loads this module inside its event loop, where Django's database may not run."""
    from config.faults import Fault

    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(refuse_unsafe_database).result()
        except Fault as fault:
            sys.exit(str(fault))


if "uvicorn" in sys.modules or "gunicorn" in sys.modules:
    _check_first()
