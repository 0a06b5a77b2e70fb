"""The list of accounts."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.figures import amount_of
from ledger.filters import AccountFilter, periods_of
from ledger.models import Account
from ledger.models.accounts import Restriction
from ledger.models.holds import HoldState
from ledger.queries import held_from
from parties.access import ActorRequest, allow
from parties.rules import Act
from shell.tables import Column, Status, Table, table_page


def restriction(account: Account) -> Status | None:
    """A mark for an account that does not move freely."""
    tones = {Restriction.RECEIVE_ONLY: "yellow", Restriction.CLOSED: "closed"}
    tone = tones.get(Restriction(account.restriction))
    return Status(tone, account.get_restriction_display()) if tone else None


def held(rows: Any) -> Any:
    """What is held of an account; a dash where nothing is. Few accounts have holds: one query."""
    amounts = held_from(rows.filter(holds__state=HoldState.HELD).distinct())
    return lambda account: amount_of(amounts.get(account.pk), account.asset)


@allow(Act.SEE_LEDGER)
def accounts(request: ActorRequest) -> HttpResponse:
    """The accounts this person may see, of the present quota period unless asked otherwise."""
    rows = Account.objects.for_actor(request.actor).select_related(
        "enterprise", "region", "asset__pollutant", "asset__period"
    )
    narrowed = AccountFilter(asked(request), queryset=rows, actor=request.actor)
    columns = [
        Column("purpose", _("Account"), value=lambda a: a.get_purpose_display(), sort="purpose"),
        Column("holder", _("Holder"), value=lambda a: a.enterprise or a.region, sort="enterprise"),
        Column("asset", _("Counts"), value=lambda a: a.asset, sort="asset"),
        Column(
            "balance", _("Balance"), kind="amount", value=lambda a: amount_of(a.balance, a.asset)
        ),
        Column("held", _("Held"), kind="amount", value=held(rows)),
        Column("moved_at", _("Last moved"), kind="moment", sort="moved_at"),
        Column("restriction", _("Restriction"), kind="status", value=restriction),
    ]
    if request.actor.enterprise_id:
        del columns[1]
    table = Table(
        narrowed.qs.order_by("asset__pollutant__position", "enterprise", "purpose", "pk"),
        columns,
        request=request,
        caption=_("Accounts"),
        row_url=lambda account: reverse("account", args=[account.pk]),
        empty=_("No account matches. Choose another quota period, or show the empty ones too."),
    )
    return table_page(request, "ledger/accounts.html", table, {"filter": narrowed})


def asked(request: ActorRequest) -> Any:
    """What the address asks for; without anything, the quota period of today."""
    if set(request.GET) - {"page", "sort", "format"}:
        return request.GET
    today = timezone.localdate()
    present = periods_of(request.actor).filter(start_date__lte=today, end_date__gte=today).first()
    wanted = request.GET.copy()
    if present:
        wanted["period"] = str(present.pk)
    return wanted
