"""What stands behind the URL arguments of permits, made for one enterprise."""

import datetime
import hashlib
from typing import Any

from parties.models import Enterprise
from parties.rules import Role
from permits import services
from permits.models import (
    Application,
    Attachment,
    AttachmentRule,
    CatalogueEntry,
    Enquiry,
    ExecutionReport,
    Facility,
    LegalAct,
    LegalClock,
    NegativeItem,
    Outlet,
    Panel,
    Permit,
    Registration,
    ReviewDuty,
    RightsCertificate,
    RightsRule,
    Site,
    VerificationMethod,
    Zone,
)
from permits.report_rules import Period, ReportKind
from tests import factories_ledger
from tests import factories_permits as make
from tests.parties.objects import sheet_import


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


def attachment(enterprise: Enterprise) -> Attachment:
    """A paper of the application handed in."""
    of = application(enterprise)
    return Attachment.objects.get_or_create(
        application=of,
        sha256=hashlib.sha256(b"").hexdigest(),
        defaults={
            "kind": "OTHER",
            "name": "a.pdf",
            "media_type": "application/pdf",
            "size": 1,
            "by": of.applicant,
            "at": make.NOW,
        },
    )[0]


def enquiry(enterprise: Enterprise) -> Enquiry:
    """A request for information on the application handed in."""
    of = application(enterprise)
    officer = make.people(enterprise)[1]
    return Enquiry.objects.get_or_create(
        key=f"asked-{of.pk}",
        defaults={
            "application": of,
            "kind": "INFORMATION",
            "question": "请说明",
            "asked_by": officer,
            "asked_at": make.NOW,
        },
    )[0]


def panel(enterprise: Enterprise) -> Panel:
    """A closed collective review without votes."""
    return Panel.objects.get_or_create(
        application=application(enterprise),
        defaults={"called_at": make.NOW, "closed_at": make.NOW, "result": "FOR", "minutes": "纪要"},
    )[0]


def rule(model: Any, **values: Any) -> Any:
    """A row of regulation of the enterprise's city, from a day on which no test acts."""

    def made(enterprise: Enterprise) -> Any:
        dated = {"valid_from": datetime.date(2036, 1, 1), "legal_basis": "市局规定"}
        return model.objects.get_or_create(
            region_id=enterprise.region.city_code, **dated, defaults=values
        )[0]

    return made


def term(enterprise: Enterprise) -> LegalClock:
    """A legal term of the enterprise's city."""
    act = LegalAct.objects.get(code="INTAKE")
    return rule(LegalClock, act=act, amount=2, unit="WORKDAY")(enterprise)


def version(enterprise: Enterprise) -> tuple[Permit, Any]:
    """A permit with one of its versions."""
    own = permit(enterprise)
    return own, own.versions.earliest("number")


def registration(enterprise: Enterprise) -> Registration:
    """The registration of a site of its own."""
    return Registration.objects.get_or_create(
        site=make.site(enterprise, site_no="003"),
        defaults={
            "registration_no": f"DJ-{enterprise.pk}",
            "products": "豆制品",
            "treatment": "隔油池",
            "destination": "污水处理厂",
            "standards": "GB 8978",
            "contact": "王五",
            "valid_from": datetime.date(2026, 1, 1),
            "valid_to": datetime.date(2030, 12, 31),
            "filed_at": make.NOW,
            "key": "filed",
        },
    )[0]


def report(enterprise: Enterprise) -> ExecutionReport:
    """A quarterly report of the enterprise's permit, waiting to be written."""
    owing = permit(enterprise)
    period = Period(datetime.date(2027, 1, 1), datetime.date(2027, 3, 31))
    made = services.open_report(permit=owing, kind=ReportKind.QUARTER, period=period)
    assert made, "a key permit owes quarterly reports"
    return made


def facility(enterprise: Enterprise) -> Facility:
    """A treatment unit of the enterprise's site."""
    values = {"kind": "WATER", "name": "废水处理站"}
    return Facility.objects.get_or_create(site=site(enterprise), code="TW001", defaults=values)[0]


def rights_certificate(enterprise: Enterprise) -> RightsCertificate:
    """The certificate of a paid right."""
    officer = make.people(enterprise)[1]
    paid = factories_ledger.lot(enterprise, key=f"certified-{enterprise.pk}", paid=True)
    return services.issue_rights_certificate(by=officer, lot=paid, now=make.NOW)


def open_file(enterprise: Enterprise) -> tuple[str, str]:
    """A published day and one of its files."""
    del enterprise
    made = services.publish_day(now=make.NOW)
    assert made, "there is a bureau"
    return made.day.isoformat(), "permits.csv"


# An enterprise's files and questions of the bureau are its own, a row of regulation is a place's.
REGIONAL = {
    "legal_clock_id",
    "review_duty_id",
    "attachment_rule_id",
    "zone_id",
    "negative_item_id",
    "method_id",
    "catalogue_entry_id",
    "rights_rule_id",
    "sites_import_id",
    "outlets_import_id",
    "units_import_id",
}

OBJECTS: dict[Any, Any] = {
    ("permit_id", "version_id"): version,
    ("open_day", "file_name"): open_file,
    "file_name": lambda enterprise: open_file(enterprise)[1],
    "registration_id": registration,
    "zone_id": rule(Zone, code="Z1", name_zh="重点管控单元", kind="KEY"),
    "negative_item_id": rule(NegativeItem, industry="17", effect="BAN", text="禁止"),
    "method_id": rule(VerificationMethod, rank=1, name_zh="实测", name_en="measured"),
    "catalogue_entry_id": rule(
        CatalogueEntry,
        row_no=28,
        scope="INDUSTRY",
        industry="17",
        management_class="KEY",
        measure="FACT",
        text_zh="有染色工序的",
    ),
    "facility_id": facility,
    "sites_import_id": sheet_import("sites", Role.PERMIT_OFFICER),
    "outlets_import_id": sheet_import("outlets", Role.PERMIT_OFFICER),
    "units_import_id": sheet_import("units", Role.PERMIT_OFFICER),
    "attachment_id": attachment,
    "enquiry_id": enquiry,
    "panel_id": panel,
    "legal_clock_id": term,
    "review_duty_id": rule(ReviewDuty, duty="PANEL"),
    "attachment_rule_id": rule(AttachmentRule, most_bytes=10, most_bytes_in_all=20),
    "permit_id": permit,
    "application_id": application,
    "report_id": report,
    "site_id": site,
    "outlet_id": outlet,
    "permit_no": permit_no,
    "rights_certificate_id": rights_certificate,
    "rights_no": lambda enterprise: rights_certificate(enterprise).certificate_no,
    "rights_rule_id": rule(RightsRule, issued_when="ASKED"),
}
