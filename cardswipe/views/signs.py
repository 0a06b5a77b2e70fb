"""The public sign of an outlet (阳光排污口): what the code on its plate opens, and the plate."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cardswipe.outlet_tables import limit_table
from cardswipe.plates import plate_pdf
from cardswipe.queries.outlets import OutletState, outlet_states, public_outlets
from parties.access import PUBLIC, ActorRequest, allow, door
from parties.models import Bureau
from parties.rules import Act
from permits.models import Outlet

UNKNOWN = _("unknown: nothing fresh has come")


def public_state(outlet_id: int) -> OutletState:
    """The outlet of a site whose permit anyone may see; any other is not found."""
    shown = public_outlets()
    door(shown, pk=outlet_id)
    return outlet_states(shown.filter(pk=outlet_id), timezone.now())[0]


def sign_context(request: HttpRequest, outlet_id: int) -> dict[str, Any]:
    state = public_state(outlet_id)
    site = state.outlet.site
    # Only what concerns the outlet itself: alarms of cards and quotas are the enterprise's own.
    tone, word = public_status(state)
    return {
        "state": state,
        "outlet": state.outlet,
        "site": site,
        "permit": site.permit,
        "topic": f"outlet:{outlet_id}",
        "limits": limit_table(request, state),
        "tone": tone,
        "word": word,
        "bureau": Bureau.objects.filter(region_id=site.region.city_code).first(),
        "now": timezone.now(),
    }


def public_status(state: OutletState) -> tuple[str, Any]:
    """Worst first: above a limit, not to be relied on, unknown, within the limits."""
    for tone in ("red", "yellow"):
        if worst := next((one for one in state.limits if one.tone == tone), None):
            return tone, worst.word
    fresh = next((one for one in state.limits if one.tone == "normal"), None)
    if fresh is None or not state.is_known:
        return "unknown", UNKNOWN
    return fresh.tone, fresh.word


@allow(PUBLIC)
def sign(request: HttpRequest, outlet_id: int) -> HttpResponse:
    """Permit, limits and today's status of an outlet, for whoever stands before its plate."""
    response = render(request, "cardswipe/sign.html", sign_context(request, outlet_id))
    response["Cache-Control"] = "no-store"
    return response


@allow(PUBLIC)
def sign_now(request: HttpRequest, outlet_id: int) -> HttpResponse:
    """The part of the sign that renews itself."""
    return render(request, "cardswipe/_sign_now.html", sign_context(request, outlet_id))


@allow(Act.SEE_READINGS)
def plate(request: ActorRequest, outlet_id: int) -> HttpResponse:
    """The outlet's plate as PDF, to be printed and put up beside it."""
    door(Outlet.objects.for_actor(request.actor), pk=outlet_id)
    state = public_state(outlet_id)
    address = f"{settings.PUBLIC_ADDRESS}{reverse('outlet_sign', args=[outlet_id])}"
    content = plate_pdf(state, address)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="plate-{state.outlet.code}.pdf"'
    return response
