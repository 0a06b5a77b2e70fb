"""What stands behind the URL arguments of permits, made for one enterprise."""

from typing import Any

from parties.models import Enterprise
from permits.models import Application, Outlet, Permit, Site
from tests import factories_permits as make


def permit(enterprise: Enterprise) -> Permit:
    """The enterprise's permit, issued once."""
    return Permit.objects.filter(site__enterprise=enterprise).first() or make.permit(enterprise)


def application(enterprise: Enterprise) -> Application:
    """An application handed in, which officers and the enterprise both may open."""
    there = Application.objects.filter(site__enterprise=enterprise, state="SUBMITTED").first()
    # A site of its own: whatever other makers did to the first site's permit, this stands.
    own = make.site(enterprise, site_no="002")
    return there or make.submitted(make.people(enterprise)[0], of=own)


def site(enterprise: Enterprise) -> Site:
    return permit(enterprise).site


def outlet(enterprise: Enterprise) -> Outlet:
    return make.outlet(site(enterprise))


def permit_no(enterprise: Enterprise) -> str:
    return permit(enterprise).permit_no


OBJECTS: dict[str, Any] = {
    "permit_id": permit,
    "application_id": application,
    "site_id": site,
    "outlet_id": outlet,
    "permit_no": permit_no,
}
