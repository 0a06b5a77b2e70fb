"""Forms of trading: strict figures, dates from the browser's own pickers."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import Lot, Pollutant
from parties.models import Enterprise, Region
from shell.figures import t3
from shell.forms import CountField, DayField, MoneyField, OnceForm, QuantityField
from shell.units import MG_PER_T
from trading.models import FeeStandard
from trading.services.auctions import Terms

PER_T_YEAR = _("yuan per t per year")
T_PER_YEAR = _("t per year")
MOMENT = "%Y-%m-%dT%H:%M"


def moment(label: Any, **options: Any) -> forms.DateTimeField:
    """A moment in the site's time zone from the browser's calendar."""
    widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})
    return forms.DateTimeField(label=label, widget=widget, input_formats=[MOMENT], **options)


def price(label: Any, **options: Any) -> MoneyField:
    """A price per t and year."""
    return MoneyField(label=label, unit_word=PER_T_YEAR, **options)


def reference(label: Any) -> forms.CharField:
    """A bank reference: letters, digits, hyphens."""
    return forms.RegexField(
        r"^[0-9A-Za-z-]{4,64}$",
        label=label,
        help_text=_("As on the bank statement: 4 to 64 letters, digits or hyphens."),
    )


def lot_words(lot: Lot) -> str:
    """A lot in a list of choices: number, pollutant, quantity, term."""
    per_year = f"{t3(lot.quantity_per_year)} {T_PER_YEAR}"
    return f"{lot.lot_no} · {lot.pollutant} {per_year} · {lot.valid_from} – {lot.valid_to}"


class LotChoiceField(forms.ModelChoiceField):
    """One lot."""

    def label_from_instance(self, obj: Lot) -> str:  # type: ignore[override]
        return lot_words(obj)


class LotsField(forms.ModelMultipleChoiceField):
    """Several lots."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Lot) -> str:  # type: ignore[override]
        return lot_words(obj)


class BidForm(OnceForm):
    """One bid; `confirmed` is shown only after a question about this very bid, kept in `meant`."""

    price = price(_("Price"), least=1)
    quantity = QuantityField(label=_("Quantity"), unit="t", unit_word=T_PER_YEAR, least=1)
    confirmed = forms.BooleanField(label=_("I mean this bid"), required=False)
    meant = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def is_meant(self) -> bool:
        """Whether the box is ticked for the figures now sent, not for those of another question."""
        values = self.cleaned_data
        return bool(values["confirmed"]) and values["meant"] == self.figures()

    def figures(self) -> str:
        """The bid in one word."""
        return f"{self.cleaned_data['price']}:{self.cleaned_data['quantity']}"

    def ask(self) -> None:
        """Ask about the figures sent: the box is shown, not ticked, and stands for them alone."""
        sent = {name: self.data[name] for name in self.data if name != "confirmed"}
        self.data = sent | {"meant": self.figures()}


class SignUpForm(OnceForm):
    """What an enterprise wants to buy, with the consent slip of its bureau."""

    quantity = QuantityField(label=_("Wanted quantity"), unit="t", unit_word=T_PER_YEAR, least=1)
    consent_slip_no = forms.CharField(
        label=_("Consent slip number"),
        max_length=40,
        help_text=_("From the bidding consent slip of your local bureau."),
    )


class AuctionForm(forms.Form):
    """The terms of an auction; deposit, payment term and winners come from the standard."""

    lot = LotChoiceField(Lot.objects.none(), label=_("Lot of the reserve"))
    quantity = QuantityField(label=_("Quantity"), unit="t", unit_word=T_PER_YEAR, least=1)
    floor = price(_("Start price"), least=1)
    step = price(_("Bid step"), least=1)
    right_from = DayField(label=_("Right valid from"))
    years = CountField(label=_("Years"), unit_word=_("years"), least=1, most=30)
    sign_up_from = moment(_("Sign-up from"))
    sign_up_to = moment(_("Sign-up to"))
    opens_at = moment(_("Round opens at"))
    closes_at = moment(_("Round closes at"))
    last_winner = forms.ChoiceField(
        label=_("When too little is left for the last winner"),
        choices=[
            ("CUT", _("he receives what is left")),
            ("ALL_OR_NONE", _("he receives nothing")),
        ],
    )

    def __init__(self, *args: Any, lots: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].queryset = lots  # type: ignore[attr-defined]

    def terms(self) -> Terms:
        """The form as the service wants it."""
        data = self.cleaned_data
        same = ("right_from", "years", "sign_up_from", "sign_up_to", "opens_at", "closes_at")
        return Terms(
            quantity_mg=data["quantity"],
            lot_size_mg=MG_PER_T // 1000,
            floor_fen=data["floor"],
            step_fen=data["step"],
            last_winner=data["last_winner"],
            **{name: data[name] for name in same},
        )


class ReasonForm(forms.Form):
    """Why: for refusals, stops, defaults."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class PaymentForm(forms.Form):
    """Money as it stands on the bank statement."""

    amount = MoneyField(label=_("Amount"), least=1)
    bank_reference = reference(_("Bank reference"))
    paid_on = DayField(label=_("Paid on"))


class ReturnForm(forms.Form):
    """The transfer by which a deposit went back."""

    bank_reference = reference(_("Bank reference of the return"))


class EnterpriseForm(forms.Form):
    """Which enterprise is to be billed."""

    enterprise = forms.ModelChoiceField(Enterprise.objects.none(), label=_("Enterprise"))

    def __init__(self, *args: Any, enterprises: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].queryset = enterprises  # type: ignore[attr-defined]


class BillForm(forms.Form):
    """A fee bill over chosen lots of one enterprise."""

    lots = LotsField(Lot.objects.none(), label=_("Lots"))
    due_date = DayField(label=_("To be paid by"))
    discount = forms.RegexField(
        r"^[01](\.[0-9]{1,4})?$",
        label=_("Share to be paid"),
        initial="1",
        help_text=_("1 is the whole fee; 0.3 is 30 % and needs its document in the note."),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, lots: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lots"].queryset = lots  # type: ignore[attr-defined]


class ReserveForm(forms.Form):
    """A document that sets rights aside."""

    document_no = forms.CharField(label=_("Document number"), max_length=60)
    pollutant = forms.ModelChoiceField(Pollutant.objects.filter(unit="MG"), label=_("Pollutant"))
    quantity = QuantityField(label=_("Quantity"), unit="t", unit_word=T_PER_YEAR, least=1)
    valid_from = DayField(label=_("Valid from"))
    valid_to = DayField(label=_("Valid to"))
    basin = forms.CharField(label=_("Basin or air-shed"), max_length=40, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class FeeStandardForm(forms.Form):
    """A price with its first day and legal basis."""

    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"))
    pollutant = forms.ModelChoiceField(Pollutant.objects.filter(unit="MG"), label=_("Pollutant"))
    price = price(_("Price"), least=1)
    valid_from = DayField(label=_("Valid from"))
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=FeeStandard._meta.get_field("legal_basis").max_length
    )

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]


class AuctionStandardForm(forms.Form):
    """How a region holds auctions, from a day on."""

    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"))
    valid_from = DayField(label=_("Valid from"))
    deposit_percent = CountField(label=_("Deposit"), unit_word=_("% of the start price"), most=100)
    notice_days = CountField(label=_("Notice before the round"), unit_word=_("days"), most=365)
    pay_within_workdays = CountField(
        label=_("Time to pay"), unit_word=_("working days"), least=1, most=365
    )
    max_bids = CountField(label=_("Bids per bidder"), least=1, most=1000)
    winners_percent = CountField(
        label=_("Winners"), unit_word=_("% of the bidders"), least=1, most=100
    )
    confirm_percent = CountField(
        label=_("Ask again above"), unit_word=_("% of the leading price"), least=100, most=10000
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=200)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]


def default_calendar(now: datetime.datetime, notice_days: int) -> dict[str, datetime.datetime]:
    """A calendar that keeps the notice: sign-up from tomorrow, the round at ten in the morning."""
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    opens = (morning + datetime.timedelta(days=notice_days + 3)).replace(hour=10)
    return {
        "sign_up_from": morning + datetime.timedelta(days=1),
        "sign_up_to": (opens - datetime.timedelta(days=1)).replace(hour=17),
        "opens_at": opens,
        "closes_at": opens + datetime.timedelta(hours=1),
    }
