"""The one certificate as a paper: permit, rights, quota, cards, reports, cases, timeline."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from reportlab.platypus import Flowable

from parties.models import Membership
from permits.models import Permit, PermitVersion
from permits.parts import Part
from permits.queries.timeline import Event
from permits.report_paper import sheet
from permits.tables import LIMIT_COLUMNS, LOT_COLUMNS, limit_rows, permit_facts
from shell.paper import draw, facts, gap, grid, heading, room, words
from shell.paper_parts import Foot
from shell.quota import QuotaBar
from shell.tables import Column
from shell.units import show_m3, show_t

WIDTH = 257
EVENTS = 60


def draw_whole(
    *,
    permit: Permit,
    version: PermitVersion | None,
    lots: Sequence[Any],
    bars: Sequence[QuotaBar],
    parts: Sequence[Part],
    events: Sequence[Event],
    reader: Membership,
    now: Any,
) -> bytes:
    """Everything the page shows, in the reader's language, as of the moment."""
    limits = version.limits.select_related("outlet", "pollutant") if version else []
    address = f"{settings.PUBLIC_ADDRESS}{reverse('register_permit', args=[permit.pk])}"
    at = f"{timezone.localtime(now):%Y-%m-%d %H:%M}"
    told = [(str(label), value or "–") for label, value in permit_facts(permit, version)]
    digest = hashlib.sha256(repr((told, at)).encode()).hexdigest()[:16]
    return draw(
        title=_("The one certificate"),
        lead=_("%(permit)s · as of %(at)s") % {"permit": permit.permit_no, "at": at},
        blocks=[
            heading(permit.get_state_display()),
            facts(told, width_mm=WIDTH),
            *table(_("Permitted limits"), LIMIT_COLUMNS, limit_rows(limits)),
            *quota(bars),
            *table(_("Rights held"), LOT_COLUMNS, list(lots)),
            *(flow for part in parts for flow in table(part.title, part.columns, part.rows)),
            *timeline(events),
            words(_("Drawn for %(reader)s.") % {"reader": reader.user}),
        ],
        foot=Foot(f"{permit.permit_no}-{timezone.localtime(now):%Y%m%d%H%M}", digest, address),
        is_landscape=True,
    )


def table(title: Any, columns: Sequence[Column], rows: Sequence[Any]) -> Iterator[Flowable]:
    """A part with its heading; an empty one says so in a word."""
    yield gap(2)
    yield room(40)
    yield heading(str(title))
    if rows:
        yield sheet(columns, rows, [WIDTH // len(columns)] * len(columns))
    else:
        yield words(_("none"))


def quota(bars: Sequence[QuotaBar]) -> Iterator[Flowable]:
    """What is used and left in the running quota period."""
    if not bars:
        return
    yield room(40)
    yield heading(_("Quota of the period"))
    head = (_("Pollutant"), _("Discharged"), _("on cards"), _("Left"))
    rows = [
        (str(bar.name), *(amount(value, bar.unit) for value in (bar.used, bar.on_card, bar.left)))
        for bar in bars
    ]
    yield grid(head, rows, widths=[80, 59, 59, 59], figures={1, 2, 3})


def amount(value: int, unit: str) -> str:
    return f"{show_m3(value)} m³" if unit in {"m3", "L"} else f"{show_t(value)} t"


def timeline(events: Sequence[Event]) -> Iterator[Flowable]:
    """What happened, the newest first."""
    yield room(40)
    yield heading(_("Timeline"))
    yield grid(
        (_("When"), _("What"), _("Who"), _("Why")),
        [
            (
                f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}",
                str(one.what),
                f"{one.who} {one.role}".strip(),
                str(one.why),
            )
            for one in events[:EVENTS]
        ],
        widths=[34, 90, 46, 87],
    )
