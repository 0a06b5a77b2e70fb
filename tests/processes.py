"""What tests need that start other processes beside themselves."""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The address of the database that this test process uses, for another process."""
    known = urlsplit(os.environ["DATABASE_URL"])
    return known._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
