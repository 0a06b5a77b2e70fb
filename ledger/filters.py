"""The filters above the ledger's tables."""

import datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, Lot, Pollutant, QuotaPeriod
from ledger.models.accounts import PURPOSE_NAMES
from ledger.models.lots import LotSource
from ledger.queries.lot_states import in_state
from parties.models import Membership, Region

LONGEST = 60


def periods_of(actor: Membership | None) -> "QuerySet[QuotaPeriod]":
    """The quota periods of the cities this person has to do with, the newest first."""
    periods = QuotaPeriod.objects.order_by("-start_date")
    if actor is None:
        return periods
    code = actor.enterprise.region_id if actor.enterprise else actor.region_prefix
    return periods.filter(region__code__startswith=code[:4])


class HolderFilter(django_filters.CharFilter):
    """Part of the holder's name or the beginning of its credit code."""

    def filter(self, qs: "QuerySet[Any]", value: Any) -> "QuerySet[Any]":
        text = (value or "").strip()[:LONGEST]
        if not text:
            return qs
        return qs.filter(
            Q(enterprise__name__contains=text) | Q(enterprise__uscc__startswith=text.upper())
        )


class AccountFilter(django_filters.FilterSet):
    """Which accounts; those that hold nothing are left out unless asked for."""

    holder = HolderFilter(label=_("Holder"))
    pollutant = django_filters.ModelChoiceFilter(
        label=_("Pollutant"),
        field_name="asset__pollutant",
        queryset=Pollutant.objects.all(),
        empty_label=_("all"),
    )
    period = django_filters.ModelChoiceFilter(
        label=_("Quota period"),
        field_name="asset__period",
        queryset=QuotaPeriod.objects.none(),
        empty_label=_("all"),
    )
    purpose = django_filters.ChoiceFilter(
        label=_("Purpose"), choices=list(PURPOSE_NAMES.items()), empty_label=_("all")
    )
    empty = django_filters.BooleanFilter(
        label=_("Also empty ones"), method="with_empty", widget=forms.CheckboxInput
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["period"].queryset = periods_of(actor)
        if actor.enterprise_id:
            del self.filters["holder"]

    def with_empty(self, rows: "QuerySet[Account]", name: str, value: bool | None) -> Any:  # noqa: FBT001 -- django-filter calls it so
        """Everything when asked for, else what holds something."""
        return rows if value else rows.exclude(balance=0)


LOT_STATES = (
    ("now", _("in force today")),
    ("later", _("not yet in force")),
    ("over", _("term over")),
)


HELD_STATES = (
    ("free", _("free")),
    ("pledged", _("pledged")),
    ("frozen", _("frozen by a court or a case")),
    ("held", _("held for whatever reason")),
    ("leased", _("leased from another")),
    ("leased_out", _("leased out in part")),
)


class LotFilter(django_filters.FilterSet):
    """Which lots."""

    holder = HolderFilter(label=_("Holder"))
    region = django_filters.ModelChoiceFilter(
        label=_("Region"), queryset=Region.objects.none(), method="by_region", empty_label=_("all")
    )
    pollutant = django_filters.ModelChoiceFilter(
        label=_("Pollutant"), queryset=Pollutant.objects.all(), empty_label=_("all")
    )
    source = django_filters.ChoiceFilter(
        label=_("Source"), choices=LotSource.choices, empty_label=_("all")
    )
    term = django_filters.ChoiceFilter(
        label=_("Term"), choices=LOT_STATES, method="by_term", empty_label=_("all")
    )
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=HELD_STATES, method="by_state", empty_label=_("all")
    )
    ends_before = django_filters.DateFilter(
        label=_("Ends up to"),
        field_name="valid_to",
        lookup_expr="lte",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    class Meta:
        model = Lot
        fields: list[str] = []

    def __init__(self, *args: Any, actor: Membership, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        if actor.enterprise_id:
            del self.filters["holder"], self.filters["region"]
        else:
            own = Region.objects.filter(code__startswith=actor.region_prefix)
            self.filters["region"].queryset = own.order_by("code")

    def by_region(self, rows: "QuerySet[Lot]", name: str, value: Region) -> "QuerySet[Lot]":
        """Those of the region with all that lies in it."""
        return rows.filter(region__code__startswith=value.prefix)

    def by_state(self, rows: "QuerySet[Lot]", name: str, value: str) -> "QuerySet[Lot]":
        """By what is held or leased of the lot."""
        return in_state(rows, value)

    def by_term(self, rows: "QuerySet[Lot]", name: str, value: str) -> "QuerySet[Lot]":
        """By where today lies in the lot's term."""
        if value == "later":
            return rows.filter(valid_from__gt=self.today)
        if value == "over":
            return rows.filter(valid_to__lt=self.today)
        return rows.filter(valid_from__lte=self.today, valid_to__gte=self.today)
