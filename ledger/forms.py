"""What people ask the ledger for, and enter in it, with refusals on the field."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.models import Asset, OperationRule, OperationType, Pollutant
from ledger.models.accounts import Restriction
from ledger.models.lateness import LONGEST_S, Watched
from ledger.queries import Order, Span
from ledger.refusals import (
    DayOutOfRange,
    DaysBackwards,
    EnterpriseNotFound,
    KnownBeforeBegin,
    KnownInFuture,
)
from parties.forms import DecisionForm
from parties.models import Enterprise, Membership, Region
from shell.forms import CountField, DayField, OnceForm, QuantityField
from shell.refusals import Refusal
from shell.units import MG_PER_T

FIRST_YEAR, LAST_YEAR = 2000, 2100
ORDERS = ((Order.POSTED.value, _("as posted")), (Order.EFFECTIVE.value, _("by effective date")))
MOMENT_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")


def day_input() -> forms.DateInput:
    """A day chosen from a calendar."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RatioField(QuantityField):
    """A ratio from 1 to 10 with up to three decimals, kept in thousandths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            unit="t", unit_word="t", places=3, least=MG_PER_T, most=10 * MG_PER_T, **kwargs
        )

    def clean(self, value: Any) -> Any:
        milligrams = super().clean(value)
        return None if milligrams is None else milligrams * 1000 // MG_PER_T


class DaysForm(forms.Form):
    """From one day to another, both included."""

    first = forms.DateField(label=_("From"), widget=day_input())
    last = forms.DateField(label=_("To"), widget=day_input())

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for name in ("first", "last"):
            if said.get(name) and not FIRST_YEAR <= said[name].year <= LAST_YEAR:
                self.refuse(DayOutOfRange(first=FIRST_YEAR, last=LAST_YEAR), name)
        if said.get("first") and said.get("last") and said["last"] < said["first"]:
            self.refuse(DaysBackwards())
        return said

    def refuse(self, refusal: Refusal, field: str = "") -> None:
        """Put the refusal on its field."""
        self.add_error(field or refusal.field, ValidationError(str(refusal), code=refusal.code))

    def span(self, now: datetime.datetime) -> Span:
        """The stretch asked for, as known now."""
        said = self.cleaned_data
        return Span(said["first"], said["last"], known_at=now, is_latest=True)


class StatementForm(DaysForm):
    """The days of a statement, in which order, and as known when."""

    order = forms.ChoiceField(label=_("Order"), choices=ORDERS, required=False)
    known_at = forms.DateTimeField(
        label=_("As known at"),
        required=False,
        input_formats=MOMENT_FORMATS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        known = said.get("known_at")
        if known and known > timezone.now():
            self.refuse(KnownInFuture())
        elif known and said.get("first") and timezone.localdate(known) < said["first"]:
            self.refuse(KnownBeforeBegin(first=said["first"]))
        return said

    def span(self, now: datetime.datetime) -> Span:
        """The stretch asked for, in its order, as known at the moment asked for."""
        said = self.cleaned_data
        order = Order(said["order"] or Order.POSTED)
        known = said["known_at"]
        return Span(said["first"], said["last"], known or now, order, is_latest=not known)


class HoldingForm(StatementForm):
    """The same over everything that an enterprise holds of one pollutant and quota period."""

    asset = forms.ModelChoiceField(
        label=_("Pollutant and quota period"), queryset=Asset.objects.none(), empty_label=None
    )
    inner = forms.BooleanField(label=_("Also movements inside the holding"), required=False)
    field_order = ("asset", "first", "last", "order", "known_at", "inner")

    def __init__(self, *args: Any, assets: "QuerySet[Asset]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["asset"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = assets


class JournalForm(DaysForm):
    """The days of a journal, and of which enterprise; all of the region without one."""

    enterprise = forms.CharField(
        label=_("Enterprise (name or credit code)"), required=False, max_length=120
    )
    field_order = ("enterprise", "first", "last")

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.within_reach = Enterprise.objects.for_actor(actor)
        if actor.enterprise_id:
            del self.fields["enterprise"]

    def clean_enterprise(self) -> Enterprise | None:
        """The one enterprise within reach that is called so."""
        text = self.cleaned_data["enterprise"].strip()
        if not text:
            return None
        found = list(self.within_reach.filter(Q(uscc=text.upper()) | Q(name=text))[:2])
        if len(found) != 1:
            raise ValidationError(str(EnterpriseNotFound(name=text)), code=EnterpriseNotFound.code)
        return found[0]


class OperationRuleForm(forms.Form):
    """How a kind of operation is handled in a region from a day on."""

    type = forms.ModelChoiceField(OperationType.objects.all(), label=_("Kind"))
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"))
    valid_from = DayField(label=_("Valid from"), widget=day_input())
    needs_approval = forms.BooleanField(label=_("Needs a second person"), required=False)
    cool_off_workdays = CountField(
        label=_("Cool-off after the request"), unit_word=_("working days"), most=250, initial=0
    )
    reversible_days = CountField(
        label=_("May be reversed within"), unit_word=_("days"), most=3650, initial=0
    )
    backdate_days = CountField(
        label=_("May take effect before its posting by"),
        unit_word=_("days"),
        most=3650,
        required=False,
        help_text=_("Empty: any day of an open quota period."),
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=OperationRule._meta.get_field("legal_basis").max_length
    )

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Region.objects.filter(code__startswith=actor.region_prefix)
        self.fields["region"].queryset = own  # type: ignore[attr-defined]


class LatenessLimitForm(forms.Form):
    """After what time the proof log or a witness is late, from a day on."""

    what = forms.ChoiceField(label=_("What is watched"), choices=Watched.choices)
    seconds = CountField(label=_("Late after"), unit_word=_("s"), least=1, most=LONGEST_S)
    valid_from = DayField(label=_("Valid from"), widget=day_input())
    basis = forms.CharField(
        label=_("Basis"), max_length=200, help_text=_("Who decided it, or in which document.")
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class EndingForm(forms.Form):
    """Within how many days a lot ends."""

    within = forms.ChoiceField(
        label=_("Ends within"),
        choices=[
            ("30", _("30 days")),
            ("90", _("90 days")),
            ("180", _("180 days")),
            ("366", _("a year")),
            ("1100", _("three years")),
        ],
    )


class RatioForm(forms.Form):
    """At what ratio new rights replace old ones in a region from a day on."""

    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"))
    pollutant = forms.ModelChoiceField(Pollutant.objects.all(), label=_("Pollutant"))
    ratio = RatioField(label=_("Bought for 1 t owned"))
    valid_from = DayField(label=_("Valid from"))
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=200)

    def __init__(self, *args: Any, actor: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Region.objects.filter(code__startswith=actor.region_prefix)
        self.fields["region"].queryset = own  # type: ignore[attr-defined]


class CarryOverForm(forms.Form):
    """What goes on of a quota period's rest, and by which rule."""

    percent = CountField(
        label=_("Carried over"),
        unit_word="%",
        most=100,
        help_text=_("0: nothing goes on, the rest lapses."),
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=200)


class AskForm(OnceForm):
    """Why something is asked for or taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class RestrictForm(AskForm):
    """Which restriction an account is to have, why, and by which act."""

    restriction = forms.ChoiceField(label=_("The account is to be"), choices=Restriction.choices)
    legal_basis = forms.CharField(label=_("Legal basis or court document"), max_length=200)
    field_order = ("restriction", "reason", "legal_basis")


class DecideForm(DecisionForm):
    """The second person's decision; here a grant has its reason too."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
