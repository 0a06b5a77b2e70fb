"""Addresses of permits, nested by what they show."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from parties import subjects
from parties.rules import Act
from parties.views import imports
from permits.register_imports import FACILITIES, OUTLETS, SITES
from permits.rules import Step

from .views import (
    admission,
    applications,
    catalogue,
    classes,
    facilities,
    open_data,
    permits,
    public,
    registrations,
    regulation,
    reports,
    review,
    rights,
    sections,
    sites,
    totals,
    versions,
    work,
)

FILE = "applications/<int:application_id>/"
RIGHT = "rights/certificates/<int:rights_certificate_id>/"

REVIEW_STEPS = [
    ("accept", Step.ACCEPT),
    ("correct", Step.ASK_CORRECTION),
    ("decline", Step.NOT_ACCEPT),
    ("review", Step.START_REVIEW),
    ("stop-clock", Step.STOP_CLOCK),
    ("run-clock", Step.RUN_CLOCK),
    ("panel", Step.CALL_PANEL),
    ("close-panel", Step.CLOSE_PANEL),
    ("propose", Step.PROPOSE),
    ("refuse", Step.REFUSE),
]
ISSUE_STEPS = [("issue", Step.ISSUE), ("return", Step.RETURN)]


def step_name(word: str) -> str:
    return f"application_{word.replace('-', '_')}"


urlpatterns = [
    path("register/", public.register, name="register"),
    path("register/<int:permit_id>/", public.register_permit, name="register_permit"),
    path("open-data/", open_data.open_data, name="open_data"),
    path("open-data/latest/<str:file_name>", open_data.latest_file, name="open_data_latest"),
    path("open-data/<str:open_day>/<str:file_name>", open_data.day_file, name="open_data_file"),
    path("verify/", public.verify_start, name="verify_start"),
    path("verify/file/", public.verify_upload, name="verify_file"),
    path("verify/rights/<str:rights_no>", rights.verify_rights_no, name="verify_right"),
    path("verify/<str:permit_no>", public.verify_permit, name="verify"),
    path("permits/", permits.permits, name="permits"),
    path("permits/<int:permit_id>/", permits.permit, name="permit"),
    path("permits/<int:permit_id>/history/", permits.permit_history, name="permit_history"),
    path("permits/<int:permit_id>/chain/", permits.permit_chain, name="permit_chain"),
    path("permits/<int:permit_id>/certificate.pdf", permits.certificate, name="certificate"),
    path("permits/<int:permit_id>/duplicate.pdf", permits.duplicate, name="duplicate"),
    path("permits/<int:permit_id>/whole.pdf", permits.permit_paper, name="permit_paper"),
    path("permits/<int:permit_id>/receipt/", permits.permit_receipt, name="permit_receipt"),
    path("permits/<int:permit_id>/end/", permits.permit_end, name="permit_end"),
    path("permits/<int:permit_id>/ending/", permits.ending, name="permit_ending"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:report_id>/", reports.report, name="report"),
    path("reports/<int:report_id>/edit/", reports.report_edit, name="report_edit"),
    path("reports/<int:report_id>/report.pdf", reports.report_paper, name="report_paper"),
    path("reports/<int:report_id>/return/", reports.report_return, name="report_return"),
    path("rights/certificates/", rights.rights_certificates, name="rights_certificates"),
    path(
        "rights/certificates/due/", rights.rights_certificates_due, name="rights_certificates_due"
    ),
    path(RIGHT, rights.rights_certificate, name="rights_certificate"),
    path(f"{RIGHT}certificate.pdf", rights.rights_certificate_file, name="rights_certificate_file"),
    path(f"{RIGHT}receipt/", rights.rights_certificate_receipt, name="rights_certificate_receipt"),
    path("lots/<int:lot_id>/certificate/", rights.lot_certify, name="lot_certify"),
    path(
        "lots/<int:lot_id>/ask-certificate/",
        rights.lot_ask_certificate,
        name="lot_ask_certificate",
    ),
    path("permits/regulation/rights/new/", regulation.rights_rule_new, name="rights_rule_new"),
    path(
        "permits/regulation/rights/<int:rights_rule_id>/",
        regulation.rights_rule,
        name="rights_rule",
    ),
    path("totals/", totals.totals, name="totals"),
    path("sites/", sites.sites, name="sites"),
    path("sites/new/", sites.site_new, name="site_new"),
    *imports.urls(SITES, Act.EDIT_REGISTERS, root="sites/", back="sites"),
    *imports.urls(OUTLETS, Act.EDIT_REGISTERS, root="outlets/", back="sites"),
    *imports.urls(FACILITIES, Act.EDIT_REGISTERS, root="units/", back="sites"),
    path("sites/<int:site_id>/", sites.site, name="site"),
    path("sites/<int:site_id>/edit/", sites.site_edit, name="site_edit"),
    path("sites/<int:site_id>/outlets/new/", sites.outlet_new, name="outlet_new"),
    path("sites/<int:site_id>/units/new/", facilities.facility_new, name="facility_new"),
    path("units/<int:facility_id>/edit/", facilities.facility_edit, name="facility_edit"),
    path(f"{FILE}class/", classes.application_class, name="application_class"),
    path(f"{FILE}units/", facilities.application_facilities, name="application_facilities"),
    path("permits/regulation/catalogue/new/", catalogue.catalogue_new, name="catalogue_new"),
    path(
        "permits/regulation/catalogue/<int:catalogue_entry_id>/",
        catalogue.catalogue_entry,
        name="catalogue_entry",
    ),
    path("outlets/<int:outlet_id>/edit/", sites.outlet_edit, name="outlet_edit"),
    path("applications/", applications.applications, name="applications"),
    path("applications/new/", applications.application_new, name="application_new"),
    path(FILE, applications.application, name="application"),
    path(f"{FILE}history/", applications.application_history, name="application_history"),
    path(f"{FILE}edit/", applications.application_edit, name="application_edit"),
    path(f"{FILE}check/", applications.application_check, name="application_check"),
    path(f"{FILE}sent/", applications.application_sent, name="application_sent"),
    path(f"{FILE}withdraw/", applications.application_withdraw, name="application_withdraw"),
    path(f"{FILE}project/", sections.application_project, name="application_project"),
    path(f"{FILE}basics/", sections.application_basics, name="application_basics"),
    path(f"{FILE}years/", sections.application_years, name="application_years"),
    path(f"{FILE}plan/", sections.application_plan, name="application_plan"),
    path(
        f"{FILE}replacements/", admission.application_replacements, name="application_replacements"
    ),
    path(f"{FILE}admission/", admission.application_admission, name="application_admission"),
    path(f"{FILE}verified/", admission.application_verified, name="application_verified"),
    path("permits/obligations/", admission.obligations, name="obligations"),
    path("registrations/", registrations.registrations, name="registrations"),
    path("registrations/new/", registrations.registration_new, name="registration_new"),
    path("registrations/<int:registration_id>/", registrations.registration, name="registration"),
    path(
        "registrations/<int:registration_id>/change/",
        registrations.registration_change,
        name="registration_change",
    ),
    path(
        "registrations/<int:registration_id>/receipt.pdf",
        registrations.registration_receipt,
        name="registration_receipt",
    ),
    path("permits/regulation/zones/new/", regulation.zone_new, name="zone_new"),
    path("permits/regulation/zones/<int:zone_id>/", regulation.zone, name="zone"),
    path("permits/regulation/list/new/", regulation.negative_item_new, name="negative_item_new"),
    path(
        "permits/regulation/list/<int:negative_item_id>/",
        regulation.negative_item,
        name="negative_item",
    ),
    path("permits/regulation/methods/new/", regulation.method_new, name="method_new"),
    path("permits/regulation/methods/<int:method_id>/", regulation.method, name="method"),
    path(
        "permits/<int:permit_id>/running-year/",
        versions.permit_running_year,
        name="permit_running_year",
    ),
    path(
        "permits/<int:permit_id>/versions/<int:version_id>/",
        versions.permit_version,
        name="permit_version",
    ),
    path(f"{FILE}files/", sections.application_files, name="application_files"),
    path("attachments/<int:attachment_id>/", sections.attachment, name="attachment"),
    path(
        "attachments/<int:attachment_id>/strike/",
        sections.attachment_strike,
        name="attachment_strike",
    ),
    path("permits/desk/", work.permit_desk, name="permit_desk"),
    path(f"{FILE}assign/", work.application_assign, name="application_assign"),
    path(f"{FILE}ask/", work.application_ask, name="application_ask"),
    path("enquiries/<int:enquiry_id>/", work.enquiry, name="enquiry"),
    path("panels/<int:panel_id>/minutes.pdf", work.panel_minutes, name="panel_minutes"),
    path("permits/regulation/", regulation.permit_regulation, name="permit_regulation"),
    path("permits/regulation/terms/new/", regulation.legal_clock_new, name="legal_clock_new"),
    path(
        "permits/regulation/terms/<int:legal_clock_id>/",
        regulation.legal_clock,
        name="legal_clock",
    ),
    path("permits/regulation/duties/new/", regulation.review_duty_new, name="review_duty_new"),
    path(
        "permits/regulation/duties/<int:review_duty_id>/",
        regulation.review_duty,
        name="review_duty",
    ),
    path(
        "permits/regulation/sizes/new/", regulation.attachment_rule_new, name="attachment_rule_new"
    ),
    path(
        "permits/regulation/sizes/<int:attachment_rule_id>/",
        regulation.attachment_rule,
        name="attachment_rule",
    ),
    path(f"{FILE}vote/", review.vote, name="application_vote"),
    *(
        path(f"{FILE}{word}/", review.review_step, {"step": step}, name=step_name(word))
        for word, step in REVIEW_STEPS
    ),
    *(
        path(f"{FILE}{word}/", review.issue_step, {"step": step}, name=step_name(word))
        for word, step in ISSUE_STEPS
    ),
]

subjects.register(
    "application",
    name=_("application"),
    url_name="application",
    argument="application_id",
    number=("permits.Application", "application_no"),
)
subjects.register(
    "permit",
    name=_("permit"),
    url_name="permit",
    argument="permit_id",
    number=("permits.Permit", "permit_no"),
)
