"""How commands speak at the console: sentences, never tracebacks, in letters it can show."""

import functools
import sys
from collections.abc import Callable
from typing import Any

from django.utils import translation

from config.faults import Fault


def in_words(handle: Callable[..., Any]) -> Callable[..., Any]:
    """A command whose Fault is printed as it is, and ends it with 1."""

    @functools.wraps(handle)
    def wrapped(self: Any, *args: Any, **options: Any) -> Any:
        try:
            return handle(self, *args, **options)
        except Fault as fault:
            self.stderr.write(str(fault))
            sys.exit(1)

    return wrapped


def speak_plainly() -> None:
    """Speak English where the console cannot show Chinese."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    if encoding not in ("utf8", "gb18030", "gbk", "gb2312"):
        translation.activate("en")
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
