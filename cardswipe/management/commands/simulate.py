"""`manage.py simulate`: simulated controllers that upload over TCP, for demonstrations."""

import asyncio
import datetime
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cardswipe.queries.simulation import boxes
from cardswipe.simulator import Client, Faults, SimulatedBox, fast_clock


class Command(BaseCommand):
    """Every controller in use, or those named; whatever is not acknowledged is sent again."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mn", nargs="*", help="MN of the controllers; all in use by default")
        parser.add_argument("--host", default=settings.GATEWAY_HOST)
        parser.add_argument("--port", type=int, default=settings.GATEWAY_PORT)
        parser.add_argument("--every", type=int, default=30, help="seconds between real-time data")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--speed", type=int, default=1, help="how fast past time goes by")
        parser.add_argument("--since", type=int, default=0, help="begin so many hours ago")
        for fault in ("lost", "repeated", "bad-crc", "restarts"):
            parser.add_argument(f"--{fault}", type=int, default=0, help="of 1000 frames")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = boxes(options["mn"])
        if not chosen:
            raise CommandError("There is no controller in use to simulate. Register one first.")
        self.stdout.write(f"{len(chosen)} controllers → {options['host']}:{options['port']}")
        self.stdout.flush()
        try:
            asyncio.run(self.run_all(chosen, options))
        except KeyboardInterrupt:
            self.stdout.write("stopped")

    async def run_all(self, chosen: Any, options: dict[str, Any]) -> None:
        """All boxes at once, each in its own task, begun a moment apart."""
        clock = fast_clock(
            timezone.now() - datetime.timedelta(hours=options["since"]),
            speed=options["speed"],
            real=timezone.now,
            zone=timezone.get_default_timezone(),
        )
        faults = Faults(
            options["lost"], options["repeated"], options["bad_crc"], options["restarts"]
        )
        tasks = []
        for box in chosen:
            live = SimulatedBox(
                Client(box, options["host"], options["port"]),
                seed=options["seed"],
                clock=clock,
                every_s=options["every"],
                faults=faults,
            )
            tasks.append(asyncio.create_task(live.run()))
            await asyncio.sleep(0.02)
        await asyncio.gather(*tasks)
