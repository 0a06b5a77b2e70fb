"""A controller in a process of its own: `python -m tests.browser.swiping MN PORT SESSIONS`.

Swipes its card, discharges for a minute and reports, over TCP and session by session, until
every report is acknowledged; writes how many were.
"""

import asyncio
import datetime
import os
import sys

import django

SPAN = datetime.timedelta(minutes=1)


async def swipe(box, port: int, sessions: int) -> int:
    """The sessions one after the other, the last ending now."""
    from cardswipe.simulator import Client, SimulatedBox

    zone = datetime.timezone(datetime.timedelta(hours=8))
    live = SimulatedBox(
        Client(box, "127.0.0.1", port), seed=1, clock=lambda: datetime.datetime.now(zone)
    )
    for number in range(sessions):
        end = live.clock() - (sessions - number - 1) * SPAN
        assert await live.open_session(), "the platform refused the swipe"
        await live.close_session(end - SPAN, end)
    await live.client.close()
    return len(live.booked)


def main() -> None:
    mn, port, sessions = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from cardswipe.queries.simulation import boxes

    sys.stdout.write(str(asyncio.run(swipe(boxes([mn])[0], int(port), int(sessions)))))


if __name__ == "__main__":
    main()
