"""`manage.py simulate`: simulated controllers that upload over TCP, faults and all."""

import asyncio
import datetime
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cardswipe.queries.reconciling import reconcile
from cardswipe.queries.simulation import boxes
from cardswipe.simulator import Box, Client, Faults, SimulatedBox, fast_clock

FAULTS = {
    "lost": "of 1000 frames: never sent the first time",
    "repeated": "of 1000 frames: sent twice",
    "bad-crc": "of 1000 frames: garbled the first time",
    "restarts": "of 1000 frames: the connection breaks before it",
    "delayed": "of 1000 frames: overtaken by later ones",
    "abnormal": "of 1000 slots of ten minutes: a data mark other than N",
    "clock-shift-s": "seconds by which the clock of each box is ahead (below zero: behind)",
    "offline": "of 1000 shifts of a box with a card: without contact until it ends (3905)",
    "cheats-permille": "of 1000 parts of hours and sessions: kept silent, minutes are honest",
}
ALL_FAULTS = Faults(
    lost=20, repeated=30, bad_crc=20, restarts=5, delayed=40, abnormal=3, offline=100
)

PATIENCE_S = 0.6  # for an answer; on this machine, not over a radio link


class Command(BaseCommand):
    """Every controller in use, or those named; whatever is not acknowledged is sent again.

    With `--days` the boxes live through so many past days at speed, one hour after the other,
    then everything they know is compared with the ledger; exit code 1 on any difference.
    """

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("mn", nargs="*", help="MN of the controllers; all in use by default")
        parser.add_argument("--host", default=settings.GATEWAY_HOST)
        parser.add_argument("--port", type=int, default=settings.GATEWAY_PORT)
        parser.add_argument("--every", type=int, default=30, help="seconds between real-time data")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--speed", type=int, default=1, help="how fast past time goes by")
        parser.add_argument("--since", type=int, default=0, help="begin so many hours ago")
        parser.add_argument("--days", type=int, default=0, help="so many past days, at full speed")
        parser.add_argument("--all-faults", action="store_true", help="a bad line, honest meters")
        for fault, words in FAULTS.items():
            parser.add_argument(f"--{fault}", type=int, default=0, help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = boxes(options["mn"])
        if not chosen:
            raise CommandError("There is no controller in use to simulate. Register one first.")
        self.stdout.write(f"{len(chosen)} controllers → {options['host']}:{options['port']}")
        self.stdout.flush()
        try:
            if options["days"]:
                self.live_through(chosen, options)
            else:
                asyncio.run(self.run_all(chosen, options))
        except KeyboardInterrupt:
            self.stdout.write("stopped")

    def faults(self, options: dict[str, Any]) -> Faults:
        """What was asked for on the command line."""
        if options["all_faults"]:
            return ALL_FAULTS
        return Faults(
            **{name.replace("-", "_"): options[name.replace("-", "_")] for name in FAULTS}
        )

    def live(self, box: Box, options: dict[str, Any], clock: Any) -> SimulatedBox:
        """One box, ready to run."""
        return SimulatedBox(
            Client(box, options["host"], options["port"], over_time_s=PATIENCE_S),
            seed=options["seed"],
            clock=clock,
            every_s=options["every"],
            faults=self.faults(options),
        )

    async def run_all(self, chosen: list[Box], options: dict[str, Any]) -> None:
        """All boxes at once, each in its own task, begun a moment apart."""
        clock = fast_clock(
            timezone.now() - datetime.timedelta(hours=options["since"]),
            speed=options["speed"],
            real=timezone.now,
            zone=timezone.get_default_timezone(),
        )
        tasks = []
        for box in chosen:
            tasks.append(asyncio.create_task(self.live(box, options, clock).run()))
            await asyncio.sleep(0.02)
        await asyncio.gather(*tasks)

    def live_through(self, chosen: list[Box], options: dict[str, Any]) -> None:
        """The past days at speed, then the comparison."""
        zone = timezone.get_default_timezone()
        end = timezone.localtime().replace(minute=0, second=0, microsecond=0)
        start = end - datetime.timedelta(days=options["days"])
        made = [self.live(box, options, timezone.localtime) for box in chosen]
        began = time.monotonic()

        async def all_of_them() -> None:
            await asyncio.gather(*(box.live_through(start, end) for box in made))

        asyncio.run(all_of_them())
        took = time.monotonic() - began
        outcome = reconcile(made, zone)
        rate = outcome.frames / took
        self.stdout.write(
            f"{options['days']} days: {outcome.frames} frames acknowledged in {took:.0f} s "
            f"({rate:.0f}/s); {outcome.events} events compared with the ledger, "
            f"{len(outcome.differences)} differences"
        )
        for line in outcome.differences:
            self.stdout.write(line)
        if outcome.differences:
            raise CommandError("The ledger does not hold what the controllers reported.")
