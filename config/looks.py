"""Invented figures for the page that shows every component."""

import datetime
import uuid
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shell.charts import Chart, Limit, Series
from shell.figures import quantity
from shell.forms import CountField, MoneyField, OnceForm, QuantityField
from shell.quota import QuotaBar
from shell.tables import Column, Status, Table
from shell.units import MG_PER_T

TODAY = datetime.date(2026, 11, 22)
PERIOD_END = datetime.date(2026, 12, 31)
DAILY = tuple(
    None if day in {11, 12} else (7 + day % 5 * 3 - day % 7) * MG_PER_T // 100 for day in range(30)
)


class SampleForm(OnceForm):
    """A field of each kind."""

    quantity = QuantityField(
        unit="t",
        label=gettext_lazy("COD per year"),
        help_text=gettext_lazy("As on the permit, at most three decimals."),
    )
    price = MoneyField(
        label=gettext_lazy("Price"), unit_word=gettext_lazy("yuan per t per year"), least=100
    )
    days = CountField(label=gettext_lazy("Working days"), unit_word=gettext_lazy("days"), least=1)
    medium = forms.ChoiceField(
        label=gettext_lazy("Medium"),
        choices=[("W", gettext_lazy("Water")), ("A", gettext_lazy("Air"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    is_urgent = forms.BooleanField(label=gettext_lazy("Urgent"), required=False)


def bars() -> list[QuotaBar]:
    """A quota in each state."""
    outlook: dict[str, Any] = {"today": TODAY, "period_end": PERIOD_END, "daily": DAILY}
    t = MG_PER_T
    return [
        QuotaBar("COD", "t", discharged=31 * t, on_card=9 * t, available=30 * t, frozen=6 * t,
                 days=212, days_min=190, days_max=260, **outlook),
        QuotaBar(_("Ammonia nitrogen"), "t", discharged=4_150 * t // 1000, on_card=600 * t // 1000,
                 available=250 * t // 1000, days=26, days_min=21, days_max=33, **outlook),
        QuotaBar(_("Total phosphorus"), "t", discharged=466 * t // 1000, on_card=34 * t // 1000,
                 days=9, days_min=7, days_max=12, **outlook),
        QuotaBar(_("Total nitrogen"), "t", discharged=5_420 * t // 1000, overrun=420 * t // 1000,
                 **outlook),
        QuotaBar(_("Waste water"), "m3", discharged=128_400_000, on_card=20_000_000,
                 available=151_600_000, days=64, days_min=60, days_max=70, **outlook),
        QuotaBar("SO₂", "t"),
    ]  # fmt: skip


ROWS = [
    {"no": f"91339901MA000{n}01{n:02d}P", "name": name, "t": cod * 10**6, "fen": fen,
     "on": TODAY + datetime.timedelta(days=n * 17), "state": Status(tone, word)}
    for n, (name, cod, fen, tone, word) in enumerate(
        [
            ("清源印染有限公司", 76_000, 228_000_00, "normal", gettext_lazy("In force")),
            ("临溪造纸有限公司", 1_250_500, 3_751_500_00, "yellow", gettext_lazy("80 % passed")),
            ("东河制革厂", 12_040, 36_120_00, "red", gettext_lazy("90 % passed")),
            ("三江电镀中心", 830, 2_490_00, "closed", gettext_lazy("Closed")),
            ("海宁鱼品加工有限公司", 5_200, 15_600_00, "waiting", gettext_lazy("Waiting")),
            ("新桥化工有限公司", 98_765, 296_295_00, "unknown", gettext_lazy("Unknown")),
        ]
    )
]  # fmt: skip


def table(request: Any) -> Table:
    """A table with every kind of column."""
    return Table(
        ROWS,
        [
            Column("no", _("Permit no."), kind="code", sort="no"),
            Column("name", _("Enterprise"), sort="name"),
            Column("t", _("COD per year"), kind="t", sort="t"),
            Column("fen", _("Amount"), kind="yuan", unit=_("yuan")),
            Column("on", _("Due"), kind="date"),
            Column("state", _("State"), kind="status"),
        ],
        request=request,
        caption=_("Permits"),
        row_url=lambda row: f"#{row['no']}",
        sums={"t": sum(row["t"] for row in ROWS), "fen": sum(row["fen"] for row in ROWS)},
        row_tone=lambda row: row["state"].tone,
        can_export=False,
    )


def chart() -> Chart:
    """A line with a gap, an estimate and two limits."""
    return Chart(
        key="daily",
        title=_("COD per day"),
        unit="t",
        axis=_("Day"),
        labels=[f"11-{day:02d}" for day in range(1, 31)],
        series=[
            Series(
                _("Discharged"),
                [None if mg is None else f"{mg // 10**6 / 1000:.3f}" for mg in DAILY],
                kind="bar",
                estimates=frozenset({20, 21}),
            ),
            Series(_("Week before"), [f"0.{12 + day % 4}" for day in range(30)]),
        ],
        limits=[
            Limit(_("day's plan"), "0.180", "yellow"),
            Limit(_("limit of the permit"), "0.210", "closed"),
        ],
    )


def events() -> list[Any]:
    """What happened to an object."""
    now = timezone.now()
    return [
        SimpleNamespace(at=now, who="王敏", role=_("permit officer"), what=_("Permit issued"),
                        why=_("Collective review passed with 5 of 5 votes."), tone="normal",
                        proof_url="#proof"),
        SimpleNamespace(at=now, who="李强", role=_("agent"), what=_("Correction handed in"),
                        tone="active"),
        SimpleNamespace(at=now, who="王敏", role=_("permit officer"), tone="yellow",
                        what=_("Correction asked for"), why=_("Outlet DW002 lacks its limits.")),
    ]  # fmt: skip


def context(request: Any) -> dict[str, Any]:
    """All of it."""
    wrong = {"quantity": "1e3", "price": "５", "days": "0", "once": str(uuid.uuid4())}
    sent = SampleForm({f"sent-{name}": text for name, text in wrong.items()}, prefix="sent")
    return {
        "bars": bars(),
        "table": table(request),
        "empty_table": Table([], [], request=request, caption=_("Cards"),
                             empty=_("No card yet. Issue the first one when a permit holds.")),
        "chart": chart(),
        "topic": f"desk:{request.actor.region.code}",
        "fetched_at": timezone.now(),
        "events": events(),
        "form": SampleForm(prefix="new"),
        "sent": sent,
        "steps": [_("Application"), _("Review"), _("Panel"), _("Issue")],
        "tones": ["normal", "active", "waiting", "yellow", "red", "closed", "unknown", "neutral"],
        "facts": [
            (_("Enterprise"), "清源印染有限公司"),
            (_("Unified social credit code"), "91339901MA0000001X"),
            (_("COD per year"), quantity(76 * MG_PER_T, "t")),
            (_("Deposit"), quantity(500_000_00, "yuan")),
            (_("Remarks"), None),
        ],
    }  # fmt: skip
