#!/usr/bin/env python3
"""Check that every template parses: loads each through Django's engine."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Print each template that does not parse; 1 if there is one."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.template import TemplateSyntaxError, loader

    django.setup()
    folder = ROOT / "templates"
    broken = 0
    for path in sorted(folder.rglob("*.html")) + sorted(folder.rglob("*.txt")):
        try:
            loader.get_template(str(path.relative_to(folder)))
        except TemplateSyntaxError as error:
            broken += 1
            print(f"{path.relative_to(ROOT)}: {error}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
