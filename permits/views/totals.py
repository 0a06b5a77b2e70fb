"""The total-quantity database: a region by pollutant, a pollutant by enterprise, month by month."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.caps import percent
from ledger.models import Pollutant, QuotaPeriod
from parties.access import ActorRequest, allow
from parties.models import Enterprise, Region
from parties.rules import Act
from permits.models import Permit, TotalSnapshot
from permits.queries.totals import NAMES, Line, Totals, by_pollutant, holders, of_pollutant
from permits.tables import shown_quantity
from shell.charts import Chart, Series
from shell.tables import Column, Table, table_page
from shell.units import show_m3, show_t

WORDS = {
    "verified": gettext_lazy("Verified by permits, per year"),
    "granted": gettext_lazy("Rights granted, per year"),
    "traded": gettext_lazy("Rights acquired by trade, per year"),
    "reserved": gettext_lazy("Government reserve"),
    "discharged": gettext_lazy("Discharged"),
    "left": gettext_lazy("Left to holders"),
}
EMPTY = gettext_lazy("Nothing is verified, granted or booked here in this quota period yet.")


@allow(Act.SEE_REGISTERS)
def totals(request: ActorRequest) -> HttpResponse:
    """The region's totals, or the holders of one pollutant with their documents."""
    today = timezone.localdate()
    regions = list(Region.objects.for_actor(request.actor).order_by("code"))
    region = chosen(regions, request.GET.get("region", "")) or request.actor.region
    assert region, "only a bureau's people see registers"
    periods = list(QuotaPeriod.objects.filter(region_id=region.city_code, start_date__lte=today))
    periods.sort(key=lambda one: one.start_date, reverse=True)
    period = chosen(periods, request.GET.get("period", "")) or next(iter(periods), None)
    found = holders(region, period, today) if period else {}
    pollutant = chosen(list(Pollutant.objects.all()), request.GET.get("pollutant", ""))
    lines = of_pollutant(found, pollutant) if pollutant else by_pollutant(found)
    here = {"region": region.pk, "period": period.pk if period else ""}
    context = {
        "region": region,
        "period": period,
        "pollutant": pollutant,
        "regions": [(one, link(here | {"region": one.pk})) for one in regions],
        "periods": [(one, link(here | {"period": one.pk})) for one in periods],
        "back": link(here),
        "chart": share_chart(lines) if lines and not pollutant else None,
        "months": month_chart(region, period, pollutant) if period and pollutant else None,
    }
    table = totals_table(request, lines, here, pollutant)
    return table_page(request, "permits/totals.html", table, context)


def chosen(rows: Sequence[Any], asked: str) -> Any:
    """The row whose key was asked for; none without a question, not found when it is not here."""
    found = next((row for row in rows if str(row.pk) == asked), None)
    if asked and found is None:
        raise Http404
    return found


def link(params: dict[str, Any]) -> str:
    return f"{reverse('totals')}?{urlencode(params)}"


def totals_table(
    request: ActorRequest, lines: list[Line], here: dict[str, Any], pollutant: Pollutant | None
) -> Table:
    """By pollutant, each leading to its holders; or by holder, each leading to its permit."""
    if pollutant is None:
        first = [Column("pollutant", gettext_lazy("Pollutant"))]
        url: Any = lambda line: link(here | {"pollutant": line.pollutant.pk})  # noqa: E731
    else:
        first, url = holder_columns(lines)
    return Table(
        lines,
        [*first, *(figure(name) for name in NAMES)],
        request=request,
        caption=_("Total-quantity database"),
        row_url=url,
        empty=EMPTY,
        page_size=500,
    )


def figure(name: str) -> Column:
    """One of the six figures with its unit."""
    return Column(
        name,
        WORDS[name],
        kind="amount",
        value=lambda line: shown_quantity(getattr(line.totals, name), line.pollutant.unit),
    )


def holder_columns(lines: list[Line]) -> tuple[list[Column], Any]:
    """The holder and its permit: the document behind the figures."""
    pks = [line.holder for line in lines if line.holder]
    names = Enterprise.objects.in_bulk(pks)
    permits = dict(
        Permit.objects.filter(site__enterprise__in=pks)
        .order_by("-pk")
        .values_list("site__enterprise", "pk")
    )

    def holder(line: Line) -> Any:
        return names[line.holder] if line.holder else _("government reserve")

    def url(line: Line) -> str:
        permit = permits.get(line.holder or 0)
        return reverse("permit", args=[permit]) if permit else ""

    columns = [
        Column("holder", gettext_lazy("Holder"), value=holder),
    ]
    return columns, url


def share_chart(lines: list[Line]) -> Chart:
    """Discharged, left and reserved in per cent of what is verified."""
    shown = [line for line in lines if line.totals.verified]
    return Chart(
        key="totals",
        title=_("Of the quantities verified by permits"),
        unit="%",
        axis=_("Pollutant"),
        labels=[str(line.pollutant) for line in shown],
        series=[
            Series(WORDS[name], [share(line.totals, name) for line in shown], kind="bar")
            for name in ("discharged", "left", "reserved")
        ],
    )


def share(of: Totals, name: str) -> str:
    return percent(getattr(of, name), of.verified)


def month_chart(region: Region, period: QuotaPeriod, pollutant: Pollutant) -> Chart | None:
    """Discharged and left on the days of the monthly snapshots."""
    rows = list(
        TotalSnapshot.objects.filter(region=region, period=period, pollutant=pollutant).order_by(
            "taken_on"
        )
    )
    if not rows:
        return None
    return Chart(
        key="months",
        title=_("Month by month"),
        unit="m³" if pollutant.unit == "L" else "t",
        axis=_("taken on"),
        labels=[row.taken_on.isoformat() for row in rows],
        series=[
            Series(WORDS[name], [in_unit(getattr(row, name), pollutant) for row in rows])
            for name in ("discharged", "left")
        ],
    )


def in_unit(amount: int, pollutant: Pollutant) -> str:
    """A figure for a chart: t or m³ with three decimals."""
    show = show_m3 if pollutant.unit == "L" else show_t
    return show(amount, places=3, group="")
