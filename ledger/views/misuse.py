"""Keys that were used for two different bookings, for auditors."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ledger.models import KeyMisuse
from parties.access import ActorRequest, allow
from parties.models import Membership
from parties.rules import Act
from shell.figures import NOTHING
from shell.tables import Column, Table, table_page


@allow(Act.AUDIT)
def misuses(request: ActorRequest) -> HttpResponse:
    """Who sent which key with another body, when, how often, and what the key stands for."""
    rows = KeyMisuse.objects.for_actor(request.actor)
    people = {
        member.pk: f"{member.user} · {member.get_role_display()}"
        for member in Membership.objects.filter(pk__in=rows.values("asked_by_id")).select_related(
            "user"
        )
    }
    table = Table(
        rows,
        [
            Column("last_at", _("Last at"), kind="second", sort="last_at"),
            Column("scope", _("Scope"), kind="code"),
            Column("key", _("Key"), kind="code", sort="key"),
            Column("first_operation_id", _("Stands for the operation"), value=first_operation),
            Column("asked_kind", _("Kind asked for"), kind="code"),
            Column("asked_by_id", _("By"), value=lambda row: people.get(row.asked_by_id, NOTHING)),
            Column("times", _("Times"), kind="count", sort="times"),
        ],
        request=request,
        caption=_("Keys used for two bookings"),
        empty=_("No key was ever used for two different bookings."),
    )
    return table_page(request, "ledger/misuses.html", table, {})


def first_operation(row: KeyMisuse) -> Any:
    """The operation the key stands for."""
    if row.first_operation_id is None:
        return NOTHING
    url = reverse("operation", args=[row.first_operation_id])
    return format_html('<a href="{}">{}</a>', url, row.first_operation_id)
