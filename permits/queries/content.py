"""What a permit says: the content that is approved, issued, hashed and printed."""

from typing import Any

from ledger.models import Lot
from ledger.queries import lots_of
from parties.models import Bureau
from permits.models import Application, Permit, PermitVersion, RequestedLimit
from permits.models.permits import Limit
from permits.rules import LimitLine

FORMAT = "yizheng-permit-1"


def line_of(row: RequestedLimit | Limit) -> LimitLine:
    """A requested or granted limit as the rules see it."""
    return LimitLine(
        outlet=row.outlet.code,
        outlet_kind=row.outlet.kind,
        outlet_medium=row.outlet.medium,
        pollutant=row.pollutant_id,
        pollutant_medium=row.pollutant.medium,
        concentration=row.concentration.normalize() if row.concentration is not None else None,
        quantity_per_year=row.quantity_per_year,
    )


def requested_lines(application: Application) -> list[LimitLine]:
    """What the application asks for."""
    rows = application.requested_limits.select_related("outlet", "pollutant")
    return [line_of(row) for row in rows]


def granted_lines(version: PermitVersion | None) -> list[LimitLine]:
    """What the version permits; nothing without one."""
    if version is None:
        return []
    return [line_of(row) for row in version.limits.select_related("outlet", "pollutant")]


def latest_version(permit: Permit | None) -> PermitVersion | None:
    """The version issued last, in force now or from the end of the present term."""
    if permit is None:
        return None
    return permit.versions.order_by("-number").first()


def issuing_bureau(application: Application) -> Bureau:
    """The bureau of the city divided into districts at the site's place (Regulation art. 6)."""
    return Bureau.objects.select_related("region").get(region_id=application.site.region.city_code)


def limit_content(row: RequestedLimit) -> dict[str, Any]:
    concentration = row.concentration
    return {
        "pollutant": row.pollutant_id,
        "pollutant_zh": row.pollutant.name_zh,
        "pollutant_en": row.pollutant.name_en,
        "concentration": f"{concentration.normalize():f}" if concentration is not None else None,
        "concentration_unit": "mg/L" if row.outlet.medium == "WATER" else "mg/m³",
        "quantity_per_year": row.quantity_per_year,
        "quantity_unit": row.pollutant.unit,
    }


def outlets_content(application: Application) -> list[dict[str, Any]]:
    rows = application.requested_limits.select_related("outlet", "pollutant").order_by(
        "outlet__code", "pollutant__position"
    )
    by_outlet: dict[int, dict[str, Any]] = {}
    for row in rows:
        outlet = row.outlet
        said = by_outlet.setdefault(
            outlet.pk,
            {
                "code": outlet.code,
                "medium": outlet.medium,
                "kind": outlet.kind,
                "name": outlet.name,
                "mode": outlet.mode,
                "destination": outlet.destination,
                "position": outlet.position,
                "limits": [],
            },
        )
        said["limits"].append(limit_content(row))
    return list(by_outlet.values())


def permit_content(application: Application, *, permit_no: str, number: int) -> dict[str, Any]:
    """Everything the new version would say, from the registers and the application as they
    are now; two persons approve exactly this. The term is added on the day of issue."""
    site, unit = application.site, application.site.enterprise
    issuer = issuing_bureau(application)
    return {
        "format": FORMAT,
        "permit_no": permit_no,
        "version": number,
        "business_type": application.kind,
        "application_no": application.application_no,
        "management_class": application.management_class,
        "unit": {
            "name": unit.name,
            "name_en": unit.name_en,
            "uscc": unit.uscc,
            "address": unit.address,
            "legal_representative": unit.legal_representative,
            "industry_code": unit.industry_code,
            "industry_name": unit.industry_name,
        },
        "site": {
            "site_no": site.site_no,
            "name": site.name,
            "address": site.address,
            "region": site.region_id,
            "region_zh": site.region.name_zh,
            "region_en": site.region.name_en,
            "basin": site.basin,
            "air_shed": site.air_shed,
        },
        "issuer": {
            "region": issuer.region_id,
            "name_zh": issuer.name_zh,
            "name_en": issuer.name_en,
        },
        "outlets": outlets_content(application),
    }


def rights_content(permit: Permit) -> list[dict[str, Any]]:
    """The rights the certificate shows: the unit's lots, initial, bought or leased."""
    return [lot_content(lot) for lot in lots_of(permit.site.enterprise)]


def lot_content(lot: Lot) -> dict[str, Any]:
    return {
        "lot_no": lot.lot_no,
        "pollutant": lot.pollutant_id,
        "pollutant_zh": lot.pollutant.name_zh,
        "pollutant_en": lot.pollutant.name_en,
        "quantity_per_year": lot.quantity_per_year,
        "quantity_unit": lot.pollutant.unit,
        "valid_from": lot.valid_from.isoformat(),
        "valid_to": lot.valid_to.isoformat(),
        "source": lot.source,
        "paid_state": lot.paid_state,
    }
