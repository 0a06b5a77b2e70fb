"""The plate beside an outlet, in the house style of all papers; Chinese, whoever asks for it.

GB 15562.1 fixes the form of outlet signs; its text is not to hand, so this paper says what a
permit and 阳光排污口 practice (Hangzhou 2014) ask for, and the code leads to the present state.
"""

import hashlib
import json
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from cardswipe.outlet_tables import limit_unit
from cardswipe.queries.outlets import OutletState
from parties.models import Bureau
from shell.paper import Foot, draw, facts, grid, heading, words
from shell.units import plain, show_m3, show_t

HOTLINE = "12369"
WIDTHS_MM = (60, 60, 60)


def plate_pdf(state: OutletState, address: str) -> bytes:
    """The plate as PDF, landscape, with the code that opens the outlet's public page."""
    with translation.override("zh-hans"):
        outlet, site = state.outlet, state.outlet.site
        pairs = plate_facts(state)
        rows = [limit_row(one) for one in state.limits]
        told = json.dumps([[str(a), str(b)] for a, b in pairs] + rows, ensure_ascii=False)
        blocks = [facts(pairs, label_mm=50, width_mm=240)]
        if rows:
            head = [_("Pollutant"), _("Permitted concentration"), _("Permitted per year")]
            blocks += [heading(_("Limits")), grid(head, rows, widths=WIDTHS_MM, figures={1, 2})]
        blocks.append(words(_("Scan the code for the permit, the limits and today's state.")))
        return draw(
            title=_("Outlet sign"),
            lead=f"{outlet.code} · {outlet.name}",
            blocks=blocks,
            foot=Foot(
                f"{site.permit.permit_no}-{outlet.code}",
                hashlib.sha256(told.encode()).hexdigest(),
                address,
            ),
            is_landscape=True,
        )


def plate_facts(state: OutletState) -> list[tuple[str, Any]]:
    """What stands on the plate."""
    outlet, site = state.outlet, state.outlet.site
    bureau = Bureau.objects.filter(region_id=site.region.city_code).first()
    return [
        (_("Discharging unit"), site.enterprise.name),
        (_("Permit number"), site.permit.permit_no),
        (_("Outlet code"), outlet.code),
        (_("Outlet name"), outlet.name),
        (_("Medium"), outlet.get_medium_display()),
        (_("Discharge destination"), outlet.destination or "–"),
        (_("Supervised by"), bureau.name_zh if bureau else site.region.name_zh),
        (_("To report pollution, call"), HOTLINE),
    ]


def limit_row(one: Any) -> list[str]:
    """A pollutant with its limits in words."""
    limit = one.limit
    concentration = "–"
    if limit.concentration is not None:
        concentration = f"{plain(limit.concentration)} {limit_unit(one)}"
    yearly = "–"
    if limit.quantity_per_year is not None:
        is_volume = limit.pollutant.unit == "L"
        shown = show_m3(limit.quantity_per_year) if is_volume else show_t(limit.quantity_per_year)
        yearly = f"{shown} {'m³' if is_volume else 't'}/a"
    return [limit.pollutant.name_zh, concentration, yearly]
