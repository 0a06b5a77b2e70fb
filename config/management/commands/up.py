"""`manage.py up`: the whole system on this machine, until Ctrl-C."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import places, services
from config.console import in_words, speak_plainly
from config.supervisor import Supervisor, only_one, stopped_by_signals, undisturbed


class Command(BaseCommand):
    """Starts the servers, the tables, the demo city and every service, and watches them."""

    help = "Start everything on this machine; Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--empty", action="store_true", help="begin without the demo city")
        parser.add_argument("--no-devices", action="store_true", help="without simulated devices")

    @in_words
    def handle(self, *args: Any, **options: Any) -> None:
        speak_plainly()
        data_dir = Path(settings.DATA_DIR)
        places.make_data_dir(data_dir)
        with only_one(data_dir), stopped_by_signals():
            supervisor = Supervisor(data_dir, self.say)
            try:
                services.bring_up(
                    supervisor,
                    demo=not options["empty"],
                    simulate=not options["no_devices"],
                    say=self.say,
                )
                self.welcome()
                supervisor.watch()
            except KeyboardInterrupt:
                self.say("")
            finally:
                with undisturbed():
                    supervisor.stop()

    def say(self, line: str) -> None:
        """Tell the console; when its window is gone, nobody, and the services go on."""
        try:
            self.stdout.write(line)
            sys.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def welcome(self) -> None:
        """The address, who may sign in, and how to stop."""
        self.say("")
        self.say(f"  一证 Yizheng  →  {settings.PUBLIC_ADDRESS}")
        for name, password, role in services.sign_ins():
            self.say(f"    {name:<16} {password:<24} {role}")
        self.say("  Ctrl-C ↵")
