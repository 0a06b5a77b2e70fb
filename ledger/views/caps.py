"""The cap equation of a region, in public."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from ledger.caps import cap_part
from ledger.models import QuotaPeriod
from parties.access import PUBLIC, allow, may_open
from parties.models import Region


@allow(PUBLIC)
def caps(request: HttpRequest) -> HttpResponse:
    """Every region whose city has quota periods, to choose from."""
    cities = QuotaPeriod.objects.values("region")
    regions = Region.objects.filter(pk__in=cities).order_by("code")
    # The officers' book by document; its app is not known here, so only its address is asked for.
    totals = "/totals/" if may_open("/totals/", getattr(request, "actor", None)) else ""
    context = {"groups": [(c, counties(c)) for c in regions], "totals": totals}
    return render(request, "ledger/caps.html", context)


def counties(city: Region) -> list[Region]:
    """The counties of a city."""
    return list(Region.objects.filter(parent=city).order_by("code"))


@allow(PUBLIC)
def cap(request: HttpRequest, region_code: str) -> HttpResponse:
    """What a region may issue, has issued, and where all of it lies."""
    region = get_object_or_404(Region, pk=region_code)
    periods = list(QuotaPeriod.objects.filter(region_id=region.city_code).order_by("-start_date"))
    today = timezone.localdate()
    present = next((p for p in periods if p.start_date <= today <= p.end_date), None)
    asked = request.GET.get("period", "")
    chosen = next((p for p in periods if str(p.pk) == asked), None) if asked else present
    if asked and chosen is None:
        raise Http404
    city = Region.objects.filter(pk=region.city_code).first()
    family = [city, *counties(city)] if city else [region]
    context = {
        "region": region,
        "periods": [p for p in periods if p.start_date <= today],
        "family": [(one, reverse("cap", args=[one.code])) for one in family],
        **cap_part(region, chosen, request),
    }
    return render(request, "ledger/cap.html", context)
