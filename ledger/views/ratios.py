"""Replacement ratios: how much must be bought to own one part; dated rows with legal basis."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from ledger import services
from ledger.forms import RatioForm
from ledger.models import ReplacementRatio
from ledger.queries.ratios import ratios_for
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.refusals import refusals_to
from shell.tables import Column, Table, table_page

PERMILLE = 1000


def ratio_words(row: ReplacementRatio) -> str:
    """The ratio as people write it: bought to owned, without needless noughts."""
    whole, rest = divmod(row.ratio_permille, PERMILLE)
    decimals = f".{rest:03d}".rstrip("0").rstrip(".")
    return f"{whole}{decimals} : 1"


@allow(Act.SEE_LEDGER)
def ratios(request: ActorRequest) -> HttpResponse:
    """The ratios that hold here, with those that ended."""
    table = Table(
        ratios_for(request.actor),
        [
            Column("pollutant", _("Pollutant")),
            Column("ratio", _("Bought : owned"), value=ratio_words),
            Column("region", _("Region")),
            Column("valid_from", _("Valid from"), kind="date"),
            Column("valid_to", _("Valid to"), kind="date"),
            Column("legal_basis", _("Legal basis")),
        ],
        request=request,
        caption=_("Replacement ratios"),
        empty=_(
            "No ratio is entered: what is bought for a new project cannot be retired by ratio."
            " An officer enters it with its legal basis."
        ),
    )
    context: dict[str, Any] = {"can_edit": request.actor.may(Act.MANAGE_REGULATION)}
    return table_page(request, "ledger/ratios.html", table, context)


@allow(Act.MANAGE_REGULATION, methods=("GET", "POST"))
def ratio_new(request: ActorRequest) -> HttpResponse:
    """Enter a ratio from a day on; the row before ends on its eve."""
    form = RatioForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        with refusals_to(form):
            services.set_replacement_ratio(
                by=request.actor, ratio_permille=said.pop("ratio"), **said
            )
            messages.success(request, _("Ratio entered; the one before ends on its eve."))
            return redirect("ratios")
    status = 422 if form.errors else 200
    return render(request, "ledger/ratio_form.html", {"form": form}, status=status)
