"""`manage.py gateway`: take HJ 212 frames from controllers until stopped."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cardswipe.gateway import Gateway, Limits
from cardswipe.ports import configured_ports
from cardswipe.writer import spare_the_collector


class Command(BaseCommand):
    """Several of them may share one port; SIGTERM ends one without losing a frame."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.GATEWAY_HOST)
        parser.add_argument("--port", type=int, default=settings.GATEWAY_PORT)
        parser.add_argument("--metrics-port", type=int, default=settings.GATEWAY_METRICS_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        limits = Limits(**settings.GATEWAY_LIMITS)
        try:
            ports = configured_ports(metrics_port=options["metrics_port"])
        except (OSError, ValueError) as error:
            raise CommandError(f"The gateway's certificates or networks: {error}") from error
        gateway = Gateway(options["host"], options["port"], limits, ports)
        spare_the_collector()
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
