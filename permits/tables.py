"""Columns and rows that several pages of permits show alike."""

import dataclasses
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from ledger.models.lots import PaidState
from permits.models.permits import PermitState
from permits.rules import State
from shell import figures
from shell.tables import Column
from shell.units import plain

PERMIT_TONES = {
    PermitState.VALID: "normal",
    PermitState.EXPIRED: "unknown",
    PermitState.REVOKED: "closed",
    PermitState.WITHDRAWN: "closed",
    PermitState.CANCELLED: "neutral",
}

APPLICATION_TONES = {
    State.DRAFT: "neutral",
    State.SUBMITTED: "waiting",
    State.CORRECTION: "yellow",
    State.ACCEPTED: "active",
    State.UNDER_REVIEW: "active",
    State.PANEL: "active",
    State.APPROVED: "waiting",
    State.ISSUED: "normal",
    State.REFUSED: "closed",
    State.REJECTED_INTAKE: "closed",
    State.WITHDRAWN: "unknown",
}

PAID_TONES = {PaidState.PAID: "normal", PaidState.PART: "yellow", PaidState.UNPAID: "waiting"}


def permit_tone(permit: Any) -> str:
    """The tone of a permit's state."""
    return PERMIT_TONES[PermitState(permit.state)]


def application_tone(application: Any) -> str:
    """The tone of an application's state."""
    return APPLICATION_TONES[State(application.state)]


@dataclasses.dataclass(frozen=True)
class LimitRow:
    """A limit as a table row: the figures as text with their units."""

    outlet: str
    outlet_name: str
    kind: str
    pollutant: str
    concentration: str
    quantity: str


def shown_quantity(value: int | None, unit: str) -> str:
    """A yearly quantity with its unit: t for masses, m³ for waste water."""
    if value is None:
        return figures.NOTHING
    return f"{figures.m3(value)} m³" if unit == "L" else f"{figures.t3(value)} t"


def shown_concentration(value: Decimal | None, medium: str) -> str:
    """A concentration with its unit."""
    if value is None:
        return figures.NOTHING
    return f"{plain(value)} {'mg/L' if medium == 'WATER' else 'mg/m³'}"


def limit_rows(limits: Iterable[Any]) -> list[LimitRow]:
    """Requested or granted limits as rows, by outlet and pollutant."""
    return [
        LimitRow(
            row.outlet.code,
            row.outlet.name,
            row.outlet.get_kind_display(),
            str(row.pollutant),
            shown_concentration(row.concentration, row.outlet.medium),
            shown_quantity(row.quantity_per_year, row.pollutant.unit),
        )
        for row in limits
    ]


LIMIT_COLUMNS = [
    Column("outlet", _("Outlet"), kind="code"),
    Column("outlet_name", _("Outlet name")),
    Column("kind", _("Kind of outlet")),
    Column("pollutant", _("Pollutant")),
    Column("concentration", _("Permitted concentration"), kind="amount"),
    Column("quantity", _("Permitted quantity per year"), kind="amount"),
]

LOT_COLUMNS = [
    Column("lot_no", _("Lot number"), kind="code"),
    Column("pollutant", _("Pollutant")),
    Column(
        "quantity",
        _("Quantity per year"),
        kind="amount",
        value=lambda lot: shown_quantity(lot.quantity_per_year, lot.pollutant.unit),
    ),
    Column("valid_from", _("valid from"), kind="date"),
    Column("valid_to", _("valid to"), kind="date"),
    Column("get_source_display", _("Source")),
    Column(
        "get_paid_state_display",
        _("Payment"),
        kind="status",
        tone=lambda lot: PAID_TONES[PaidState(lot.paid_state)],
    ),
]

Facts = list[tuple[Any, Any]]


def site_facts(site: Any) -> Facts:
    """A site as label and value pairs."""
    return [
        (_("Enterprise"), site.enterprise),
        (_("Unified social credit code"), site.enterprise.uscc),
        (_("Site number"), site.site_no),
        (_("County"), site.region),
        (_("Production address"), site.address),
        (_("River basin"), site.basin or None),
        (_("Air-shed"), site.air_shed or None),
    ]


def application_facts(application: Any) -> Facts:
    """An application as label and value pairs."""
    return [
        (_("Enterprise"), application.site.enterprise),
        (_("Site"), application.site),
        (_("Kind of application"), application.get_kind_display()),
        (_("Management class"), application.get_management_class_display()),
        (_("Submitted"), figures.moment(application.submitted_at)),
        (_("Accepted"), figures.moment(application.accepted_at)),
        (_("Statement of the applicant"), application.statement or None),
        (_("In the hands of"), application.assignee and application.assignee.user),
        (_("Letter of commitment"), _("given") if application.is_committed else _("not given")),
    ]


def permit_facts(permit: Any, version: Any) -> Facts:
    """What the latest version says of the unit and the site, as label and value pairs."""
    said = version.content if version else {}
    unit, site, issuer = said.get("unit", {}), said.get("site", {}), said.get("issuer", {})
    return [
        (_("Permit number"), permit.permit_no),
        (_("Discharging unit"), figures.named(unit.get("name", ""), unit.get("name_en", ""))),
        (_("Unified social credit code"), unit.get("uscc")),
        (_("Legal representative"), unit.get("legal_representative")),
        (_("Registered address"), unit.get("address")),
        (_("Production address"), site.get("address")),
        (_("Industry"), f"{unit.get('industry_code', '')} {unit.get('industry_name', '')}"),
        (_("Management class"), version and version.get_management_class_display()),
        (_("Term"), f"{permit.valid_from:%Y-%m-%d} – {permit.valid_to:%Y-%m-%d}"),
        (
            _("Issuing authority"),
            figures.named(issuer.get("name_zh", ""), issuer.get("name_en", "")),
        ),
        (_("Version"), version and version.number),
    ]


def certificate_facts(certificate: Any) -> Facts:
    """The foot of a certificate as label and value pairs."""
    return [
        (_("Document number"), certificate.document_no),
        (_("Document hash"), certificate.short_hash),
        (_("Made at"), figures.moment(certificate.made_at)),
        (_("SHA-256 of the file"), bytes(certificate.document_sha256).hex()),
    ]
