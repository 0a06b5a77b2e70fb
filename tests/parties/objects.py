"""What stands behind the URL arguments of parties, made for one enterprise."""

import datetime

from parties import services
from parties.models import (
    AccessRequest,
    Approval,
    Enterprise,
    Holiday,
    Membership,
    Notice,
    Region,
    SheetImport,
    User,
)
from parties.rules import Act, Role
from tests import factories
from tests.factories_parties import NOW, SUBJECT


def person(enterprise: Enterprise) -> User:
    return membership(enterprise).user


def membership(enterprise: Enterprise) -> Membership:
    return factories.enterprise_member(enterprise, Role.VIEWER)


def approval(enterprise: Enterprise) -> Approval:
    """Asked for by an officer of the enterprise's county."""
    maker = factories.bureau_member(enterprise.region, Role.PERMIT_OFFICER)
    return services.request_approval(
        by=maker,
        act=Act.ISSUE_PERMIT,
        region_code=enterprise.region_id,
        subject_type=SUBJECT,
        subject_id=enterprise.pk,
        content=b'{"name": "x"}',
        now=NOW,
    )


def region(enterprise: Enterprise) -> Region:
    return enterprise.region


def holiday(enterprise: Enterprise) -> Holiday:
    values = {"kind": "DAY_OFF", "name": "元旦", "legal_basis": "通知"}
    found, _ = Holiday.objects.get_or_create(date=datetime.date(2027, 1, 1), defaults=values)
    return found


def sheet_import(kind: str, role: Role):
    """A file that was sent by somebody of the bureau of the enterprise's county."""

    def make(enterprise: Enterprise) -> SheetImport:
        sender = factories.bureau_member(enterprise.region, role)
        return services.keep_import(
            by=sender, kind=kind, file_name="a.xlsx", content=b"no workbook", now=NOW
        )

    return make


def notice(enterprise: Enterprise) -> Notice:
    told = services.Told(enterprise, lambda: "something", "/")
    return services.give_notices(told=[told], now=NOW)[0]


def access_request(enterprise: Enterprise) -> AccessRequest:
    """Asked for by the security administrator of the enterprise's county."""
    asker = factories.bureau_member(enterprise.region, Role.SECURITY_ADMIN)
    person = factories.bureau_member(enterprise.region, Role.PERMIT_OFFICER).user
    return services.ask_for_link(by=asker, person=person, reason="x", now=NOW)


OBJECTS = {
    "access_request_id": access_request,
    "notice_id": notice,
    "enterprises_import_id": sheet_import("enterprises", Role.PERMIT_OFFICER),
    "regions_import_id": sheet_import("regions", Role.SYSTEM_ADMIN),
    "enterprise_id": lambda enterprise: enterprise,
    "person_id": person,
    "membership_id": membership,
    "approval_id": approval,
    "region_id": region,
    "holiday_id": holiday,
}
REGIONAL = {"access_request_id", "region_id", "enterprises_import_id", "regions_import_id"}
SHARED = {"holiday_id"}
