"""`python -m bench.pages N SECONDS`: so many open live pages in one web-like process.

Says `ready` when all listen, and at the end how many events they were told and its own cost.
"""

import asyncio
import json
import os
import resource
import sys

import django


async def read(topics: list[str], told: list[int]) -> None:
    """One page: it counts what it hears."""
    from shell import live

    async for chunk in live.stream(topics):
        told[0] += chunk.count(b"event: ")


async def listen(count: int, seconds: float) -> dict[str, float]:
    """Boards, enterprises' meters and outlets' signs by turns, as bureaus and firms open them."""
    from asgiref.sync import sync_to_async

    from cardswipe.models import Controller

    rows = Controller.objects.order_by("pk").values_list("outlet_id", "outlet__site__enterprise_id")
    known = await sync_to_async(lambda: list(rows[:count]))()
    told = [0]
    pages = []
    for number, (outlet, enterprise) in enumerate(known):
        asked = (["controllers:3399"], [f"meters:{enterprise}"], [f"outlet:{outlet}"])
        pages.append(asyncio.create_task(read(asked[number % 3], told)))
    await asyncio.sleep(2)
    print("ready", flush=True)
    told[0] = 0
    await asyncio.sleep(seconds)
    for page in pages:
        page.cancel()
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"pages": len(pages), "told": told[0], "cpu_s": used.ru_utime + used.ru_stime}


def main() -> None:
    """Listen, then print what was heard as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    import cardswipe.topics  # noqa: F401 - the pauses of the topics

    print(json.dumps(asyncio.run(listen(int(sys.argv[1]), float(sys.argv[2])))), flush=True)


if __name__ == "__main__":
    main()
