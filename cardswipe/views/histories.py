"""The whole history of cards and controllers."""

from django.http import HttpResponseBase
from django.urls import reverse

from cardswipe import stories
from cardswipe.models import Controller
from ledger.documents import Link
from ledger.views import history
from parties.access import ActorRequest, allow, door
from parties.rules import Act

from .cards import reach


@allow(Act.SEE_CARDS)
def card_history(request: ActorRequest, card_id: int) -> HttpResponseBase:
    """All that happened to a card: state, bindings, vouchers, every operation on it."""
    shown = reach(request, card_id)
    here = Link(shown.card_no, reverse("card", args=[shown.pk]))
    return history.show(request, stories.CARD, shown, here)


@allow(Act.SEE_CONTROLLERS)
def controller_history(request: ActorRequest, controller_id: int) -> HttpResponseBase:
    """All that happened to a controller: registration, cards, alarms, valve orders."""
    shown = door(Controller.objects.for_actor(request.actor), pk=controller_id)
    here = Link(shown.mn, reverse("controller", args=[shown.pk]))
    return history.show(request, stories.CONTROLLER, shown, here)
