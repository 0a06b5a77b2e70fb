"""What a permit says: the content that is approved, issued, hashed and printed."""

from typing import Any

from django.utils import translation

from ledger.models import Lot
from ledger.queries import lots_of
from parties.models import Bureau
from permits.models import (
    Application,
    BasicChange,
    MonitoringItem,
    Permit,
    PermitVersion,
    Project,
    RequestedLimit,
    SpecialPeriod,
    VerifiedQuantity,
)
from permits.models.permits import Limit
from permits.rules import LimitLine
from shell.units import plain

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
        years=tuple(year.quantity for year in row.years.all()) if row.pk else (),
    )


def requested_lines(application: Application) -> list[LimitLine]:
    """What the application asks for."""
    rows = application.requested_limits.select_related("outlet", "pollutant").prefetch_related(
        "years"
    )
    return [line_of(row) for row in rows]


def granted_lines(version: PermitVersion | None) -> list[LimitLine]:
    """What the version permits; nothing without one."""
    if version is None:
        return []
    rows = version.limits.select_related("outlet", "pollutant").prefetch_related("years")
    return [line_of(row) for row in rows]


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
        "concentration": plain(concentration) if concentration is not None else None,
        "concentration_unit": "mg/L" if row.outlet.medium == "WATER" else "mg/m³",
        "quantity_per_year": row.quantity_per_year,
        "quantity_unit": row.pollutant.unit,
        **year_content(row),
    }


def year_content(row: RequestedLimit) -> dict[str, Any]:
    """Single years and special periods, where the limit has such."""
    said: dict[str, Any] = {}
    if years := [year.quantity for year in row.years.all()]:
        said["years"] = years
    if periods := [period_content(period) for period in row.special_periods.all()]:
        said["special_periods"] = periods
    return said


def period_content(period: SpecialPeriod) -> dict[str, Any]:
    return {
        "name": period.name,
        "from": period.starts,
        "to": period.ends,
        "is_ban": period.is_ban,
        "quantity_per_day": period.quantity_per_day,
    }


def plan_content(application: Application) -> dict[str, Any]:
    """Self-monitoring plan, duties and project, where the application says something of them."""
    said: dict[str, Any] = {}
    items = application.monitoring_items.select_related("outlet", "pollutant")
    if monitoring := [monitoring_content(item) for item in items]:
        said["monitoring"] = monitoring
    with translation.override("zh-hans"):  # what a permit says is Chinese for every reader
        if duties := [
            f"{duty.get_kind_display()}：{duty.text}" for duty in application.duties.all()
        ]:
            said["duties"] = duties
    project = Project.objects.filter(application=application).select_related("zone").first()
    if verified := [verified_content(row) for row in application.verified_quantities.all()]:
        said["verified"] = verified
    if project:
        said["project"] = project_content(project)
    return said


def monitoring_content(item: MonitoringItem) -> dict[str, Any]:
    return {
        "outlet": item.outlet.code,
        "pollutant": item.pollutant_id,
        "pollutant_zh": item.pollutant.name_zh,
        "pollutant_en": item.pollutant.name_en,
        "method": item.method,
        "frequency": item.frequency,
    }


def verified_content(row: VerifiedQuantity) -> dict[str, Any]:
    """A verified total (核定) with its method and paper."""
    return {
        "pollutant": row.pollutant_id,
        "quantity_per_year": row.quantity_per_year,
        "method_zh": row.method.name_zh,
        "document": row.document,
    }


def project_content(project: Project) -> dict[str, Any]:
    return {
        "nature": project.nature,
        "name": project.name,
        "eia_no": project.eia_no,
        "eia_on": project.eia_on and project.eia_on.isoformat(),
        "accepted_on": project.accepted_on and project.accepted_on.isoformat(),
        "acceptance_document": project.acceptance_document,
        "zone": project.zone and project.zone.code,
    }


def unit_content(application: Application) -> dict[str, Any]:
    """The unit as the register has it, or as the change application says it is now."""
    unit = application.site.enterprise
    said: Any = BasicChange.objects.filter(application=application).first() or unit
    return {
        "name": said.name,
        "name_en": said.name_en,
        "uscc": unit.uscc,
        "address": said.address,
        "legal_representative": said.legal_representative,
        "industry_code": unit.industry_code,
        "industry_name": unit.industry_name,
    }


def outlets_content(application: Application) -> list[dict[str, Any]]:
    rows = (
        application.requested_limits.select_related("outlet", "pollutant")
        .prefetch_related("years", "special_periods")
        .order_by("outlet__code", "pollutant__position")
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


def facilities_said(application: Application) -> list[dict[str, Any]]:
    """The production and treatment units in use on the site (Regulation art. 13)."""
    return [
        {
            "code": unit.code,
            "kind": unit.kind,
            "name": unit.name,
            "process": unit.process,
            "capacity": unit.capacity,
            "outlets": [link.outlet.code for link in unit.links.all()],
        }
        for unit in application.site.facilities.in_use().prefetch_related("links__outlet")
    ]


def permit_content(application: Application, *, permit_no: str, number: int) -> dict[str, Any]:
    """Everything the new version would say, from the registers and the application as they
    are now; two persons approve exactly this. The term is added on the day of issue."""
    site = application.site
    issuer = issuing_bureau(application)
    return {
        "format": FORMAT,
        "permit_no": permit_no,
        "version": number,
        "business_type": application.kind,
        "application_no": application.application_no,
        "management_class": application.management_class,
        "unit": unit_content(application),
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
        **({"facilities": units} if (units := facilities_said(application)) else {}),
        **plan_content(application),
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
