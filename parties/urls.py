"""The addresses of parties."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from parties import contents, personal, subjects
from parties.models.access_requests import AccessKind
from parties.models.people import ROLE_NAMES
from parties.register_imports import ENTERPRISES, REGIONS
from parties.rules import Act
from parties.services.access_requests import SUBJECT
from parties.views import (
    access,
    approvals,
    deliveries,
    enterprises,
    holidays,
    imports,
    notices,
    own,
    own_people,
    people,
    personal_data,
    regions,
)

subjects.register(
    SUBJECT,
    name=_("request about a person's access"),
    url_name="access_request",
    argument="access_request_id",
)
contents.name(
    {
        "access_kind": _("What is asked"),
        "erased_datum": _("What is erased"),
        "erased_no": _("Number in the register"),
        "person": _("Person"),
        "username": _("User name"),
        "role": _("Role"),
        "bureau": _("Bureau"),
        "enterprise": _("Enterprise"),
        "valid_from": _("First day"),
        "valid_to": _("Last day"),
    },
    access_kind=dict(AccessKind.choices),
    role=ROLE_NAMES,
    erased_datum=personal.NAMES,
)

urlpatterns = [
    path("role/", own.switch_role, name="switch_role"),
    path("me/", own.me, name="me"),
    path("me/sessions/end/", own.end_sessions, name="end_sessions"),
    path("me/phone/", own.phone, name="my_phone"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/provider/new/", deliveries.new_provider, name="new_sms_provider"),
    path("deliveries/template/new/", deliveries.new_template, name="new_sms_template"),
    path("messages/", notices.messages, name="messages"),
    path("messages/<int:notice_id>/", notices.message, name="message"),
    path("personal-data/", personal_data.personal_data, name="personal_data"),
    path("personal-data/keeping/", personal_data.keepings, name="personal_keepings"),
    path("personal-data/keeping/new/", personal_data.keeping_new, name="personal_keeping_new"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:approval_id>/", approvals.approval, name="approval"),
    path("approvals/<int:approval_id>/decide/", approvals.decide_approval, name="decide_approval"),
    path(
        "approvals/<int:approval_id>/withdraw/",
        approvals.withdraw_approval,
        name="withdraw_approval",
    ),
    path("enterprises/", enterprises.enterprises, name="enterprises"),
    path("enterprises/new/", enterprises.new_enterprise, name="new_enterprise"),
    *imports.urls(ENTERPRISES, Act.EDIT_REGISTERS, root="enterprises/", back="enterprises"),
    path("enterprises/<int:enterprise_id>/", enterprises.enterprise, name="enterprise"),
    path(
        "enterprises/<int:enterprise_id>/edit/",
        enterprises.edit_enterprise,
        name="edit_enterprise",
    ),
    path(
        "enterprises/<int:enterprise_id>/close/",
        enterprises.close_enterprise,
        name="close_enterprise",
    ),
    path(
        "enterprises/<int:enterprise_id>/reopen/",
        enterprises.reopen_enterprise,
        name="reopen_enterprise",
    ),
    path("people/", people.people, name="people"),
    path("people/new/", people.new_person, name="new_person"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/roles/", people.grant_role, name="grant_role"),
    path("people/<int:person_id>/link/", people.password_link, name="password_link"),
    path("people/<int:person_id>/close/", people.close_account, name="close_account"),
    path("people/<int:person_id>/reopen/", people.reopen_account, name="reopen_account"),
    path("people/<int:person_id>/unlock/", people.unlock_sign_in, name="unlock_sign_in"),
    path("people/requests/", access.access_requests, name="access_requests"),
    path("people/requests/<int:access_request_id>/", access.access_request, name="access_request"),
    path(
        "people/requests/<int:access_request_id>/link/", access.make_link, name="make_access_link"
    ),
    path(
        "people/requests/<int:access_request_id>/back/",
        access.take_back_access,
        name="take_back_access",
    ),
    path("people/roles/<int:membership_id>/end/", people.end_role, name="end_role"),
    path("our-people/", own_people.own_people, name="own_people"),
    path("our-people/new/", own_people.new_own_person, name="new_own_person"),
    path("our-people/<int:person_id>/", own_people.own_person, name="own_person"),
    path("our-people/<int:person_id>/link/", own_people.first_link, name="own_first_link"),
    path(
        "our-people/roles/<int:membership_id>/end/",
        own_people.end_own_role,
        name="end_own_role",
    ),
    path("holidays/", holidays.holidays, name="holidays"),
    path("holidays/new/", holidays.new_holiday, name="new_holiday"),
    path("holidays/<int:holiday_id>/", holidays.holiday, name="holiday"),
    path("holidays/<int:holiday_id>/remove/", holidays.remove_holiday, name="remove_holiday"),
    path("regions/", regions.regions, name="regions"),
    path("regions/new/", regions.new_region, name="new_region"),
    *imports.urls(REGIONS, Act.MANAGE_SYSTEM, root="regions/", back="regions"),
    path("regions/<str:region_id>/", regions.region, name="region"),
]
