"""`manage.py gateway`: take HJ 212 frames from controllers until stopped."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cardswipe.gateway import Gateway, Limits


class Command(BaseCommand):
    """Several of them may share one port; SIGTERM ends one without losing a frame."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.GATEWAY_HOST)
        parser.add_argument("--port", type=int, default=settings.GATEWAY_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        gateway = Gateway(options["host"], options["port"], Limits(**settings.GATEWAY_LIMITS))
        try:
            asyncio.run(self.serve(gateway))
        except OSError as error:
            raise CommandError(
                f"The gateway cannot listen on {options['host']}:{options['port']}: "
                f"{error.strerror}. Choose another GATEWAY_PORT or stop what uses it."
            ) from error

    async def serve(self, gateway: Gateway) -> None:
        """Serve until SIGTERM or SIGINT."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await gateway.serve(stop, self.ready)

    def ready(self, gateway: Gateway) -> None:
        self.stdout.write(f"gateway listens on {gateway.host}:{gateway.port}")
        self.stdout.flush()
