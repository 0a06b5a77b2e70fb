#!/usr/bin/env python3
"""Yizheng's command line: `manage.py help` lists the commands by app."""

import os
import sys


def main() -> None:
    """Hand the command line to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config.faults import Fault

    try:
        execute_from_command_line(sys.argv)
    except Fault as fault:
        sys.exit(str(fault))


if __name__ == "__main__":
    main()
