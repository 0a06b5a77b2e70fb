"""An act on a lot: its form, what would happen to the gram, then the deed or a second person."""

import datetime
import hashlib
import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from ledger import lot_words, services
from ledger.figures import pollutant_amount
from ledger.lot_forms import LotActForm
from ledger.lot_orders import LotOrder
from ledger.lot_refusals import LotActUnknown, PreviewIsStale
from ledger.lot_rules import PeriodPart
from ledger.models import LedgerRequest, Lot
from ledger.models.requests import LotAct, RequestState
from ledger.queries.lot_acts import needs_second, not_yours_to_release, placings, refusal_of
from ledger.queries.lot_preview import Preview, preview, refuse_short
from ledger.views.lots import holder
from parties.access import ActorRequest, allow, door
from parties.rules import Act
from shell.refusals import Refusal, refusals_to
from shell.tables import Column, Status, Table

SLUGS = {act.value.lower(): act for act in LotAct}


@allow(Act.SEE_LEDGER, methods=("GET", "POST"))
def lot_act(request: ActorRequest, lot_id: int, lot_act: str) -> HttpResponse:
    """The form of one act on a lot; sent, it shows what would happen, and confirmed it is done."""
    rows = Lot.objects.for_actor(request.actor).select_related("enterprise", "region", "pollutant")
    shown = door(rows, pk=lot_id)
    if lot_act not in SLUGS:
        raise LotActUnknown
    page = ActPage(request, shown, SLUGS[lot_act], timezone.localdate())
    if request.method == "POST":
        return page.answer()
    return page.show(200)


class ActPage:
    """One look at the page: who looks, at which lot, for which act, on which day."""

    def __init__(
        self, request: ActorRequest, shown: Lot, act: LotAct, today: datetime.date
    ) -> None:
        self.request, self.lot, self.act, self.today = request, shown, act, today
        self.found: Preview | None = None
        self.order: LotOrder | None = None
        self.form = LotActForm(
            request.POST if request.method == "POST" else None,
            act=act,
            lot=shown,
            actor=request.actor,
            today=today,
        )

    @property
    def key(self) -> str:
        """What makes sending the form twice one request."""
        return f"lot:{self.form.data.get('once', '')}"

    def answer(self) -> HttpResponse:
        """The page again, with what would happen or what stands against it; or the request."""
        done = None
        known = LedgerRequest.objects.for_actor(self.request.actor).filter(key=self.key).first()
        if self.form.is_valid():
            with refusals_to(self.form):
                done = self.confirm(is_known=known is not None)
        elif known:
            done = known
        if done:
            messages.success(self.request, words_for(done))
            return redirect("ledger_request", done.pk)
        return self.show(422 if self.form.errors else 200)

    def confirm(self, *, is_known: bool) -> LedgerRequest | None:
        """Do it if what would happen was seen and is still so; else work out what would happen.
        What is done already is only told again."""
        self.order = self.form.order()
        if not is_known and not self.is_seen():
            return None
        return services.ask_for_lot(
            by=self.request.actor,
            lot=self.lot,
            order=self.order,
            reason=self.form.cleaned_data["reason"],
            legal_basis=self.form.cleaned_data.get("legal_basis", ""),
            key=self.key,
            now=timezone.now(),
        )

    def is_seen(self) -> bool:
        """Whether the person confirms what is shown to him; refuses (L225) what is stale."""
        assert self.order, "is_seen looks at what was ordered"
        if self.refusal:
            raise self.refusal
        self.found = preview(self.lot, self.order, self.today)
        refuse_short(self.lot, self.found)
        if self.request.POST.get("step") != "do":
            return False
        if self.request.POST.get("seen") != self.fingerprint:
            raise PreviewIsStale
        return True

    @property
    def fingerprint(self) -> str:
        """What was ordered and what it would do, as one word."""
        if self.found is None or self.order is None:
            return ""
        told = [self.order.content(self.lot), self.found.before, self.found.part]
        told += [[one.label, one.free, one.moved] for one in self.found.periods]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @cached_property
    def refusal(self) -> Refusal | None:
        """Why this cannot be done at all, by this person or with this lot."""
        found = refusal_of(self.act, self.lot, self.request.actor, self.today)
        if found is None and self.act == LotAct.RELEASE:
            whys = [not_yours_to_release(one, self.request.actor) for one in placings(self.lot)]
            found = None if None in whys else whys[0]
        return found

    def show(self, status: int) -> HttpResponse:
        """The page."""
        waits = needs_second(self.act, self.lot, self.request.actor, self.today)
        context = {
            "lot": self.lot,
            "title": lot_words.BUTTONS[self.act],
            "meaning": lot_words.MEANINGS[self.act],
            "undone": lot_words.UNDONE[self.act],
            "refusal": self.refusal,
            "waits": waits,
            "form": self.form,
            "facts": head_of(self.lot),
            "found": self.found,
            "seen": self.fingerprint,
            "effects": effects_of(self.act, self.lot, self.found) if self.found else [],
            "table": period_table(self.request, self.lot, self.found) if self.found else None,
            "submit": _("Ask the bureau") if self.request.actor.enterprise_id else ask_words(waits),
        }
        return render(self.request, "ledger/lot_act.html", context, status=status)


def ask_words(waits: bool) -> str:  # noqa: FBT001 -- a word for either case
    """What the button that confirms says."""
    return _("Ask a second person") if waits else _("Confirm and book")


def words_for(done: LedgerRequest) -> str:
    """What became of it, for the notice at the top."""
    if done.state == RequestState.DONE:
        return _("Done and booked.")
    return _("Asked. A second person decides.")


def head_of(lot: Lot) -> list[tuple[str, Any]]:
    """The lot in short, beside its form."""
    return [
        (_("Holder"), holder(lot)),
        (_("Pollutant"), lot.pollutant),
        (_("Per year"), pollutant_amount(lot.quantity_per_year, lot.pollutant)),
        (_("Term"), f"{lot.valid_from} – {lot.valid_to}"),
    ]


def effects_of(act: LotAct, lot: Lot, found: Preview) -> list[tuple[Any, Any]]:
    """What happens to the yearly quantity."""
    return [
        (_("The lot gives per year now"), pollutant_amount(found.before, lot.pollutant)),
        (lot_words.PARTS[act], pollutant_amount(found.part, lot.pollutant)),
        (_("The lot gives per year then"), pollutant_amount(found.after, lot.pollutant)),
    ]


def period_table(request: ActorRequest, lot: Lot, found: Preview) -> Table:
    """What happens in each quota period, as it will be booked."""

    def amount(name: str) -> Any:
        return lambda one: pollutant_amount(getattr(one, name), lot.pollutant)

    def mark(one: PeriodPart) -> Status | None:
        return Status("closed", _("too little")) if one.is_short else None

    columns = [
        Column("label", _("Quota period")),
        Column("free", _("Free now"), kind="amount", value=amount("free")),
        Column("moved", _("Moves"), kind="amount", value=amount("moved")),
        Column("left", _("Free then"), kind="amount", value=amount("left")),
    ]
    if found.short:
        columns.append(Column("mark", _("State"), kind="status", value=mark))
    return Table(
        list(found.periods),
        columns,
        request=request,
        caption=_("What happens in each quota period"),
        empty=_("No quota period is touched: nothing is left in any of them."),
        can_export=False,
    )
