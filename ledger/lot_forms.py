"""The form of an act on a lot: only the fields that the act needs, each under its own name."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger import lot_words
from ledger.figures import pollutant_words
from ledger.lot_orders import LotOrder
from ledger.models import LedgerRequest, Lot
from ledger.models.requests import LotAct
from ledger.queries.lot_acts import not_yours_to_release, placings, still_held
from ledger.queries.lot_preview import SHOWN_IN
from ledger.queries.lot_states import mergeable_with
from ledger.refusals import EnterpriseNotFound
from parties.models import Enterprise, Membership
from shell.forms import DayField, MoneyField, OnceForm, QuantityField

A = LotAct
FIELDS: dict[LotAct, tuple[str, ...]] = {
    A.SPLIT: ("quantity",),
    A.MERGE: ("others",),
    A.LEASE: ("to", "quantity", "first", "last", "price", "paper"),
    A.LEASE_END: ("paper",),
    A.PLEDGE: ("quantity", "issuer", "paper", "last"),
    A.FREEZE: ("quantity", "issuer", "paper", "last"),
    A.RELEASE: ("placing", "quantity", "issuer", "paper"),
    A.RETIRE: ("paper",),
    A.TAKE_BACK: ("quantity", "paper", "legal_basis"),
}
OPTIONAL = {
    (A.LEASE, "price"),
    (A.LEASE_END, "paper"),
    (A.PLEDGE, "last"),
    (A.RELEASE, "quantity"),
    (A.RELEASE, "issuer"),
}


class LotChoice(forms.ModelMultipleChoiceField):
    """Lots to merge with, each with its quantity and term."""

    def label_from_instance(self, obj: Any) -> str:
        amount = pollutant_words(obj.quantity_per_year, obj.pollutant)
        yearly = gettext("%(amount)s per year") % {"amount": amount}
        return f"{obj.lot_no} · {yearly} · {obj.valid_from} – {obj.valid_to}"


class PlacingChoice(forms.ModelChoiceField):
    """Pledges and freezes in force, each with what is still held and its paper."""

    def label_from_instance(self, obj: Any) -> str:
        told = obj.content
        amount = pollutant_words(still_held(obj), obj.lot.pollutant)
        yearly = gettext("%(amount)s per year") % {"amount": amount}
        parts = (obj.get_act_display(), yearly, told.get("paper_issuer"), told.get("paper"))
        return " · ".join(str(part) for part in parts if part)


class LotActForm(OnceForm):
    """What is to be done with a lot, on which paper, and why."""

    placing = PlacingChoice(
        label=_("What is released"),
        queryset=LedgerRequest.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    to = forms.CharField(label=_("Leased to (name or credit code)"), max_length=120)
    others = LotChoice(
        label=_("Merged with"), queryset=Lot.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    first = DayField(label=_("First day of the lease"))
    last = DayField(label=_("Last day"))
    price = MoneyField(label=_("Price"), unit_word=_("yuan per t per year"))
    issuer = forms.CharField(label=_("Issued by"), max_length=80)
    paper = forms.CharField(label=_("Number of the document"), max_length=60)
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=200)
    reason = forms.CharField(label=_("Reason"), max_length=80)

    def __init__(
        self, *args: Any, act: LotAct, lot: Lot, actor: Membership, today: datetime.date, **kw: Any
    ) -> None:
        self.act, self.lot = act, lot
        super().__init__(*args, **kw)
        self.fields["quantity"] = QuantityField(
            unit=SHOWN_IN[lot.pollutant.unit], label=_("Quantity per year"), least=1
        )
        self._keep_own()
        self._name_own()
        if act == A.MERGE:
            self._offer("others", mergeable_with(lot, today).select_related("pollutant"))
        if act == A.RELEASE:
            own = [one.pk for one in placings(lot) if not not_yours_to_release(one, actor)]
            self._offer("placing", placings(lot).filter(pk__in=own))
        if act == A.LEASE:
            self.initial.setdefault("first", today)

    def _keep_own(self) -> None:
        """Drop what the act does not ask for; what it may leave empty is optional."""
        own = ("once", *FIELDS[self.act], "reason")
        self.fields = {name: self.fields[name] for name in own}
        for name in own:
            if (self.act, name) in OPTIONAL:
                self.fields[name].required = False

    def _name_own(self) -> None:
        """Call each field what this act calls it."""
        words = {
            "paper": lot_words.PAPERS,
            "issuer": lot_words.ISSUERS,
            "last": lot_words.LASTS,
        }
        for name, labels in words.items():
            if name in self.fields:
                self.fields[name].label = labels[self.act]  # type: ignore[assignment]
        if "last" in self.fields:
            self.fields["last"].help_text = lot_words.LAST_HINTS[self.act]  # type: ignore[assignment]
        if self.act == A.RELEASE:
            self.fields["quantity"].help_text = _("Empty: all of it.")

    def _offer(self, name: str, rows: Any) -> None:
        choice = self.fields[name]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = rows

    def clean_to(self) -> Enterprise:
        """The one enterprise of the city with that credit code or name."""
        text = self.cleaned_data["to"].strip()
        city = self.lot.region.city_code[:4]
        found = list(
            Enterprise.objects.filter(
                Q(uscc=text.upper()) | Q(name=text), region__code__startswith=city, state="OPEN"
            )[:2]
        )
        if len(found) != 1:
            raise ValidationError(str(EnterpriseNotFound(name=text)), code=EnterpriseNotFound.code)
        return found[0]

    def order(self) -> LotOrder:
        """What the service takes."""
        said = self.cleaned_data
        return LotOrder(
            act=self.act,
            quantity=said.get("quantity"),
            to=said.get("to"),
            first=said.get("first"),
            last=said.get("last"),
            price_fen=said.get("price"),
            others=tuple(said.get("others") or ()),
            placing=said.get("placing"),
            paper=said.get("paper", ""),
            issuer=said.get("issuer", ""),
        )
