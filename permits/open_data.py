"""What the register's open data say: files, columns, and how a version becomes rows (pure).

Everything comes from the issued versions' own content, so that a row never says more than a
permit does; the persons named in a permit are left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shell.units import plain

FORMAT = "yizheng-open-data/1"
PERMITS, VERSIONS, OUTLETS, LIMITS = "permits", "versions", "outlets", "limits"


@dataclass(frozen=True)
class Field:
    """A column: its name in the files, the type a program reads it as, what it means."""

    name: str
    type: str
    label: str | Promise


@dataclass(frozen=True)
class Resource:
    """One CSV file: its name, what a row is, its columns; together the key is unique."""

    name: str
    label: str | Promise
    key: tuple[str, ...]
    fields: tuple[Field, ...]


PERMIT_NO = Field("permit_no", "string", _("Permit number; never given to another site"))
VERSION = Field("version", "integer", _("Version"))
OUTLET_ID = Field("outlet_id", "string", _("Permit number and outlet code: the outlet for ever"))
VALID = (
    Field("valid_from", "date", _("Valid from")),
    Field("valid_to", "date", _("Valid to (last day)")),
)

RESOURCES = (
    Resource(
        PERMITS,
        _("A permit as it stands today"),
        ("permit_no",),
        (
            PERMIT_NO,
            Field("state", "string", "VALID | EXPIRED | REVOKED | WITHDRAWN | CANCELLED"),
            Field("unit_name", "string", _("Discharging unit")),
            Field("unit_name_en", "string", _("English name, where there is one")),
            Field("uscc", "string", _("Unified social credit code")),
            Field("industry_code", "string", _("Industry code (GB/T 4754)")),
            Field("industry_name", "string", _("Industry")),
            Field("region_code", "string", _("County (GB/T 2260)")),
            Field("region_name", "string", _("County's name")),
            Field("site_no", "string", _("Site number of the unit")),
            Field("site_name", "string", _("Site name")),
            Field("production_address", "string", _("Production address")),
            Field("management_class", "string", "KEY | SIMPLIFIED"),
            *VALID,
            Field("version", "integer", _("Latest version")),
            Field("issuer", "string", _("Issuing authority")),
        ),
    ),
    Resource(
        VERSIONS,
        _("A version of a permit, whether it is in force or was"),
        ("permit_no", "version"),
        (
            PERMIT_NO,
            VERSION,
            Field("business_type", "string", "APPLY | CHANGE | RENEW | REAPPLY | REISSUE"),
            Field("management_class", "string", "KEY | SIMPLIFIED"),
            *VALID,
            Field("in_force_from", "date", _("In force from")),
            Field("in_force_until", "date", _("Followed by another on; empty: by none")),
            Field("issued_on", "date", _("Issued on")),
        ),
    ),
    Resource(
        OUTLETS,
        _("An outlet as a version permits it"),
        ("outlet_id", "version"),
        (
            OUTLET_ID,
            PERMIT_NO,
            VERSION,
            Field("outlet_code", "string", _("Outlet code on the site (HJ 608)")),
            Field("medium", "string", "WATER | AIR"),
            Field("kind", "string", _("MAIN carries quantities, GENERAL concentrations only")),
            Field("name", "string", _("Outlet name")),
            Field("mode", "string", "DIRECT | INDIRECT"),
            Field("destination", "string", _("Discharge destination")),
            Field("position", "string", _("Position")),
        ),
    ),
    Resource(
        LIMITS,
        _("What a version permits at an outlet of one pollutant"),
        ("outlet_id", "version", "pollutant"),
        (
            OUTLET_ID,
            PERMIT_NO,
            VERSION,
            Field("pollutant", "string", "COD | NH3N | SO2 | NOX | TP | TN | VOCS | WATER"),
            Field("pollutant_name", "string", _("Pollutant")),
            Field("concentration", "number", _("Permitted concentration; empty: none")),
            Field("concentration_unit", "string", "mg/L | mg/m³"),
            Field("quantity_per_year", "number", _("Permitted quantity per year; empty: none")),
            Field("quantity_unit", "string", "t | m3"),
            Field("quantities_by_year", "string", _("Where years differ: year 1; year 2; …")),
        ),
    ),
)

Row = Sequence[Any]


def quantity(value: int | None, unit: str) -> Decimal | None:
    """A ledger figure as tonnes or cubic metres, exact."""
    return None if value is None else Decimal(plain(value, unit="m3" if unit == "L" else "t"))


def permit_row(permit: Any, last: Any) -> Row:
    """A permit with what its latest version says of the unit and the site."""
    said = last.content
    unit, site = said["unit"], said["site"]
    return (
        permit.permit_no,
        permit.state,
        unit["name"],
        unit["name_en"],
        unit["uscc"],
        unit["industry_code"],
        unit["industry_name"],
        site["region"],
        site["region_zh"],
        site["site_no"],
        site["name"],
        site["address"],
        last.management_class,
        permit.valid_from,
        permit.valid_to,
        last.number,
        said["issuer"]["name_zh"],
    )


def version_row(permit_no: str, version: Any) -> Row:
    return (
        permit_no,
        version.number,
        version.business_type,
        version.management_class,
        version.valid_from,
        version.valid_to,
        version.in_force_from,
        version.in_force_until,
        version.content["issue_date"],
    )


def outlet_rows(permit_no: str, version: Any) -> Iterator[Row]:
    for outlet in version.content["outlets"]:
        names = ("code", "medium", "kind", "name", "mode", "destination", "position")
        head = (f"{permit_no}{outlet['code']}", permit_no, version.number)
        yield (*head, *(outlet[name] for name in names))


def limit_rows(permit_no: str, version: Any) -> Iterator[Row]:
    for outlet in version.content["outlets"]:
        for limit in outlet["limits"]:
            unit = limit["quantity_unit"]
            years = [f"{quantity(one, unit):f}" for one in limit.get("years", [])]
            yield (
                f"{permit_no}{outlet['code']}",
                permit_no,
                version.number,
                limit["pollutant"],
                limit["pollutant_zh"],
                limit["concentration"] and Decimal(limit["concentration"]),
                limit["concentration_unit"],
                quantity(limit["quantity_per_year"], unit),
                "m3" if unit == "L" else "t",
                "; ".join(years),
            )


def rows_of(permit: Any, versions: Sequence[Any]) -> dict[str, list[Row]]:
    """The rows of one permit in each file; the versions in their order, the latest last."""
    number = permit.permit_no
    return {
        PERMITS: [permit_row(permit, versions[-1])],
        VERSIONS: [version_row(number, one) for one in versions],
        OUTLETS: [row for one in versions for row in outlet_rows(number, one)],
        LIMITS: [row for one in versions for row in limit_rows(number, one)],
    }


def nested(rows: dict[str, list[Row]]) -> dict[str, Any]:
    """One permit for the JSON file: its versions inside it, their outlets and limits in those."""
    (permit,) = named(PERMITS, rows[PERMITS])
    outlets, limits = list(named(OUTLETS, rows[OUTLETS])), list(named(LIMITS, rows[LIMITS]))
    for outlet in outlets:
        outlet["limits"] = inside(outlet, limits, ("outlet_id", "version"))
    versions = list(named(VERSIONS, rows[VERSIONS]))
    for version in versions:
        version["outlets"] = inside(version, outlets, ("permit_no", "version"))
    return permit | {"versions": versions}


def named(name: str, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Rows as objects, by the names of their columns."""
    (resource,) = (one for one in RESOURCES if one.name == name)
    keys = [field.name for field in resource.fields]
    return (dict(zip(keys, row, strict=True)) for row in rows)


def inside(whole: dict[str, Any], parts: Iterable[dict[str, Any]], by: Sequence[str]) -> Any:
    """The parts that belong to a whole."""
    return [part for part in parts if all(part[name] == whole[name] for name in by)]
