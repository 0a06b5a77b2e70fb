"""What the access matrix must know of config's routes."""

from typing import Any

OBJECTS: dict[str, Any] = {}

# Who may listen hangs on the topics asked for, each with a check of its own.
CHECKED_ELSEWHERE = {"live": "tests/config/test_live_access.py"}
