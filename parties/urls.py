"""The addresses of parties."""

from django.urls import path

from parties.register_imports import ENTERPRISES, REGIONS
from parties.rules import Act
from parties.views import (
    approvals,
    deliveries,
    enterprises,
    holidays,
    imports,
    notices,
    own,
    people,
    regions,
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
    path("people/roles/<int:membership_id>/end/", people.end_role, name="end_role"),
    path("holidays/", holidays.holidays, name="holidays"),
    path("holidays/new/", holidays.new_holiday, name="new_holiday"),
    path("holidays/<int:holiday_id>/", holidays.holiday, name="holiday"),
    path("holidays/<int:holiday_id>/remove/", holidays.remove_holiday, name="remove_holiday"),
    path("regions/", regions.regions, name="regions"),
    path("regions/new/", regions.new_region, name="new_region"),
    *imports.urls(REGIONS, Act.MANAGE_SYSTEM, root="regions/", back="regions"),
    path("regions/<str:region_id>/", regions.region, name="region"),
]
