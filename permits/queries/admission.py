"""The check of space, total and project (三位一体): computed from the file and the dated tables."""

import datetime
import hashlib
from typing import Any

from django.db.models import Q, Sum

from ledger.models import Lot, Pollutant, ReplacementRatio
from permits.admission import Demand, Effect, Listed, Source, fits, is_admitted
from permits.models import Application, Permit, Project
from permits.models.admission import AdmissionCheck, NegativeItem
from permits.models.permits import PermitState
from permits.rules import Nature, canonical, totals
from permits.work_refusals import NoRatio

from .content import granted_lines, latest_version, requested_lines
from .dated import in_force
from .obligations import owed_in


def project_of(application: Application) -> Project | None:
    """What the application says is built; None when nothing is."""
    project = Project.objects.filter(application=application).select_related("zone").first()
    return None if project is None or project.nature == Nature.EXISTING else project


def asked_hash(application: Application) -> bytes:
    """What the check is made of, hashed: any change of it makes a check on file out of date."""
    project = Project.objects.filter(application=application).first()
    said = {
        "limits": totals(requested_lines(application)),
        "industry": application.site.enterprise.industry_code,
        "project": [project.nature, project.eia_no, project.zone_id] if project else None,
        "replacements": [
            [row.source, row.name, row.pollutant_id, row.quantity_per_year, row.document]
            for row in application.replacements.all()
        ],
    }
    return hashlib.sha256(canonical(said)).digest()


def listed_lines(application: Application, project: Project, day: datetime.date) -> list[Listed]:
    """The lines of the negative list that fit the project's zone and the unit's industry."""
    kind = project.zone.kind if project.zone else ""
    rows = in_force(NegativeItem.objects.all(), region=application.site.region, day=day)
    industry = application.site.enterprise.industry_code
    return [
        Listed(Effect(row.effect), row.text, row.legal_basis)
        for row in rows.filter(Q(zone_kind="") | Q(zone_kind=kind))
        if fits(industry, listed=row.industry)
    ]


def demands_of(application: Application, day: datetime.date) -> list[Demand]:
    """Each pollutant that the project asks more of, with all that stands against it."""
    asked = totals(requested_lines(application))
    permit = Permit.objects.filter(site_id=application.site_id, state=PermitState.VALID).first()
    held = totals(granted_lines(latest_version(permit)))
    own, area = (replaced(application, source) for source in (Source.OWN, Source.AREA))
    media = dict(Pollutant.objects.values_list("pk", "medium"))
    return [
        Demand(
            pollutant=code,
            asked=quantity,
            held=held.get(code, 0),
            own_reduction=own.get(code, 0),
            area_replacement=area.get(code, 0),
            ratio_permille=ratio(application, code, day),
            reserve=free_reserve(application, code, media[code], day),
        )
        for code, quantity in sorted(asked.items())
        if code != "WATER"
    ]


def replaced(application: Application, source: Source) -> dict[str, int]:
    """Per pollutant what stops at the firm's own or at named other sources."""
    rows = application.replacements.filter(source=source).values("pollutant_id")
    return dict(rows.annotate(sum=Sum("quantity_per_year")).values_list("pollutant_id", "sum"))


def ratio(application: Application, pollutant: str, day: datetime.date) -> int:
    """The replacement ratio in force at the site, in thousandths; P183 when none is on record."""
    rows = ReplacementRatio.objects.filter(pollutant_id=pollutant)
    found = in_force(rows, region=application.site.region, day=day).first()
    if found is None:
        raise NoRatio(pollutant=pollutant, region=application.site.region, day=day)
    permille: int = found.ratio_permille
    return permille


def free_reserve(application: Application, pollutant: str, medium: str, day: datetime.date) -> int:
    """What the city's reserve has of the pollutant on the day, in the site's basin or air-shed,
    and does not owe to units that must still buy."""
    site = application.site
    place = site.basin if medium == "WATER" else site.air_shed
    lots = Lot.objects.filter(
        enterprise__isnull=True,
        pollutant_id=pollutant,
        region__code__startswith=site.region.city_code[:4],
        valid_from__lte=day,
        valid_to__gte=day,
        ended_on__isnull=True,
    )
    if place:
        lots = lots.filter(basin__in=["", place])
    have: int = lots.aggregate(sum=Sum("quantity_per_year"))["sum"] or 0
    return max(0, have - owed_in(site.region.city_code, pollutant, day))


def admission_of(application: Application, day: datetime.date) -> dict[str, Any] | None:
    """Everything the check finds today, ready for the file; None when nothing is built."""
    project = project_of(application)
    if project is None:
        return None
    listed = listed_lines(application, project, day)
    demands = demands_of(application, day)
    has_eia = bool(project.eia_no and project.eia_on)
    return {
        "day": day.isoformat(),
        "space": {
            "zone": project.zone.code if project.zone else None,
            "zone_zh": project.zone.name_zh if project.zone else None,
            "industry": application.site.enterprise.industry_code,
            "listed": [
                {"effect": line.effect.value, "text": line.text, "legal_basis": line.legal_basis}
                for line in listed
            ],
        },
        "total": [demand.as_content() for demand in demands],
        "project": {"nature": project.nature, "eia_no": project.eia_no, "has_eia": has_eia},
        "is_passed": project.zone is not None
        and is_admitted(demands, listed=listed, has_eia=has_eia),
    }


def standing_check(application: Application) -> AdmissionCheck | None:
    """The last check on file, if the application still asks what was checked."""
    last = application.admission_checks.order_by("-id").first()
    if last is None or bytes(last.asked_sha256) != asked_hash(application):
        return None
    return last
