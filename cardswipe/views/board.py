"""The bureau's board of controllers, live."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cardswipe.models import Controller
from cardswipe.queries.board import board, tally
from parties.access import ActorRequest, allow
from parties.models import Region
from parties.rules import Act


def tiles_for(request: ActorRequest) -> dict[str, Any]:
    """The tiles of the region, or of one county in the address."""
    prefix = request.actor.region_prefix
    county = request.GET.get("county", "")
    counties = Region.objects.filter(code__startswith=prefix, level="COUNTY")
    chosen = next((region for region in counties if region.code == county), None)
    now = timezone.now()
    tiles = board(Controller.objects.for_actor(request.actor), now, chosen.code if chosen else "")
    return {
        "tiles": tiles,
        "tally": tally(tiles),
        "counties": counties,
        "chosen": chosen,
        "topic": f"controllers:{prefix}" if prefix else "",
        "now": now,
    }


@allow(Act.SEE_CONTROLLERS)
def controllers_board(request: ActorRequest) -> HttpResponse:
    """All controllers of the region, what needs a person first."""
    return render(request, "cardswipe/board.html", tiles_for(request))


@allow(Act.SEE_CONTROLLERS)
def board_tiles(request: ActorRequest) -> HttpResponse:
    """The part of the board that lives."""
    return render(request, "cardswipe/_tiles.html", tiles_for(request))
