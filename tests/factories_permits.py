"""Nouns of permits for tests: sites, outlets, applications at each stage, permits."""

import datetime
import itertools
from decimal import Decimal
from typing import Any

from parties.models import Enterprise, Membership, Region
from parties.rules import Role
from permits import services
from permits.models import Application, Outlet, Permit, Site
from tests import factories

NOW = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.UTC)
_serial = itertools.count(1)


def site(enterprise: Enterprise, *, site_no: str = "001", **given: Any) -> Site:
    """The enterprise's site of this number, made if it is missing."""
    values = {
        "name": f"{enterprise.name}厂区",
        "region": enterprise.region,
        "address": enterprise.address,
        "basin": "钱塘江流域",
        "air_shed": "清源市",
    }
    made, _ = Site.objects.get_or_create(
        enterprise=enterprise, site_no=site_no, defaults=values | given
    )
    return made


def outlet(of: Site, *, code: str = "DW001", **given: Any) -> Outlet:
    """The site's outlet of this code, made if it is missing; main by default."""
    water = code.startswith("DW")
    values = {
        "medium": "WATER" if water else "AIR",
        "kind": "MAIN",
        "name": "污水总排口" if water else "锅炉烟囱",
        "destination": "工业园区污水处理厂" if water else "环境空气",
    }
    made, _ = Outlet.objects.get_or_create(site=of, code=code, defaults=values | given)
    return made


LIMITS = (
    ("DW001", "COD", "50", 10 * 10**9),
    ("DW001", "NH3N", "5", 10**9),
    ("DA001", "SO2", "35", 2 * 10**9),
)


def draft(
    agent: Membership, *, of: Site | None = None, kind: str = "APPLY", limits: Any = LIMITS
) -> Application:
    """A complete draft of the agent's enterprise, ready to be submitted."""
    place = of or site(agent.enterprise)
    application = services.start_application(
        by=agent, site=place, kind=kind, management_class="KEY", key=f"draft-{next(_serial)}"
    )
    lines = [
        services.RequestedLine(
            outlet_id=outlet(place, code=code).pk,
            pollutant=pollutant,
            concentration=Decimal(concentration),
            quantity_per_year=quantity,
        )
        for code, pollutant, concentration, quantity in limits
    ]
    return services.save_draft(
        by=agent,
        application=application,
        revision=application.revision,
        management_class="KEY",
        statement="新建项目申领",
        is_committed=True,
        lines=lines,
    )


def submitted(agent: Membership, *, now: datetime.datetime = NOW, **given: Any) -> Application:
    """An application just handed in."""
    application = draft(agent, **given)
    return services.submit_application(
        by=agent,
        application=application,
        revision=application.revision,
        key=f"submit-{application.pk}",
        now=now,
    )


def reviewed(
    agent: Membership, officer: Membership, *, now: datetime.datetime = NOW, **given: Any
) -> Application:
    """An application accepted and under review."""
    application = submitted(agent, now=now, **given)
    pk = application.pk
    services.accept_application(by=officer, application=application, key=f"accept-{pk}", now=now)
    return services.start_review(
        by=officer, application=application, has_site_check=False, key=f"review-{pk}", now=now
    )


def decided(
    agent: Membership, officer: Membership, *, now: datetime.datetime = NOW, **given: Any
) -> Application:
    """An application the first officer granted; a second one may issue it."""
    application = reviewed(agent, officer, now=now, **given)
    services.propose_permit(
        by=officer,
        application=application,
        opinion="符合许可条件，同意颁发",
        legal_basis="《排污许可管理条例》第十一条",
        mark="P",
        key=f"propose-{application.pk}",
        now=now,
    )
    application.refresh_from_db()
    return application


def issued(
    agent: Membership,
    officer: Membership,
    second_officer: Membership,
    *,
    now: datetime.datetime = NOW,
    **given: Any,
) -> Permit:
    """A permit issued by two officers on the agent's application."""
    application = decided(agent, officer, now=now, **given)
    return services.issue_permit(
        by=second_officer, application=application, key=f"issue-{application.pk}", now=now
    )


def people(enterprise: Enterprise) -> tuple[Membership, Membership, Membership]:
    """An agent of the enterprise and two officers of its city, for objects made anywhere."""
    city = Region.objects.get(code=enterprise.region.city_code)
    return (
        factories.enterprise_member(enterprise, Role.AGENT),
        factories.bureau_member(city, Role.PERMIT_OFFICER),
        factories.bureau_member(city, Role.PERMIT_OFFICER),
    )


def permit(enterprise: Enterprise, **given: Any) -> Permit:
    """A permit of the enterprise, issued through the services."""
    agent, officer, second_officer = people(enterprise)
    return issued(agent, officer, second_officer, **given)
