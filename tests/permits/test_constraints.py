"""Every guard of the permit tables, broken once."""

import datetime
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from permits.models import (
    Application,
    DeadlineNotice,
    Decision,
    LegalClock,
    Limit,
    NumberSeries,
    Outlet,
    Permit,
    PermitVersion,
    RequestedLimit,
    Site,
)
from permits.services import make_certificate
from tests import factories_permits as make
from tests.conftest import TRUNCATE_GUARDS
from tests.refused import broken


@pytest.fixture
def permit(agent, officer, second_officer, now):
    return make.issued(agent, officer, second_officer, now=now)


def test_site_numbers_are_three_digits_once_per_enterprise(enterprise, county):
    make.site(enterprise)
    values = {"enterprise": enterprise, "region": county, "name": "x", "address": "x"}
    with broken("site_no_is_unique_in_enterprise"):
        Site.objects.create(site_no="001", **values)
    for bad in ("000", "1", "0１1"):
        with broken("site_no_is_three_digits"):
            Site.objects.create(site_no=bad, **values)


def test_outlet_codes_fit_their_medium_once_per_site(enterprise):
    of = make.site(enterprise)
    make.outlet(of)
    values = {"site": of, "kind": "MAIN", "name": "x"}
    with broken("outlet_code_is_unique_on_site"):
        Outlet.objects.create(code="DW001", medium="WATER", **values)
    with broken("outlet_code_fits_its_medium"):
        Outlet.objects.create(code="DA001", medium="WATER", **values)


def test_legal_clocks_are_positive(db):
    with broken("legal_clock_is_positive"):
        LegalClock.objects.filter(act__code="ISSUE").update(amount=0)


def test_number_series_stand_once(county):
    NumberSeries.objects.create(region=county, series="SQ", year=2026)
    with broken("one_number_series_per_region_and_year"):
        NumberSeries.objects.create(region=county, series="SQ", year=2026)


def test_applications_are_numbered_and_one_is_open_per_site(agent, rival, now):
    application = make.submitted(agent, now=now)
    with broken("one_open_application_per_site"):
        Application.objects.create(
            site=application.site, kind="APPLY", management_class="KEY", applicant=agent, key="k"
        )
    with broken("submitted_application_has_a_number"):
        Application.objects.filter(pk=application.pk).update(application_no="")
    other = make.draft(rival)
    with broken("application_no_is_unique"):
        Application.objects.filter(pk=other.pk).update(application_no=application.application_no)


def test_requested_limits_are_positive_and_stand_once(agent):
    row = make.draft(agent).requested_limits.first()
    rows = RequestedLimit.objects.filter(pk=row.pk)
    with broken("requested_limit_is_positive"):
        rows.update(quantity_per_year=0)
    with broken("requested_limit_is_positive"):
        rows.update(concentration=-1)
    row.pk = None
    with broken("requested_limit_stands_once"):
        row.save()


def test_deadline_is_told_once(agent, now):
    values = {
        "application": make.submitted(agent, now=now),
        "due_on": now.date(),
        "is_overdue": False,
        "at": now,
    }
    DeadlineNotice.objects.create(**values)
    with broken("deadline_is_told_once"):
        DeadlineNotice.objects.create(**values)


def test_permit_number_and_term_have_their_form(permit):
    rows = Permit.objects.filter(pk=permit.pk)
    with broken("permit_no_has_its_form"), without_triggers():
        rows.update(permit_no="91339901MA00000001001p")
    with broken("permit_term_runs_forward"), without_triggers():
        rows.update(valid_to=permit.valid_from - datetime.timedelta(days=1))


@contextmanager
def without_triggers():
    """Only constraints look at the block; ends with its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    yield


def test_one_decision_stands_and_a_grant_has_its_approval(agent, officer, now):
    decision = make.decided(agent, officer, now=now).decisions.get()
    with broken("grant_needs_an_approval"):
        Decision.objects.filter(pk=decision.pk).update(approval=None)
    with broken("one_standing_decision_per_application"):
        Decision.objects.create(
            application=decision.application,
            outcome="REFUSE",
            opinion="x",
            legal_basis="x",
            decided_by=officer,
            decided_at=now,
            content_sha256=b"x",
        )


def test_versions_are_numbered_in_order_and_do_not_overlap(permit, rival, officer, now):
    waiting = make.decided(rival, officer, now=now)
    first, today = permit.versions.get(), now.date()
    values = {
        "permit": permit,
        "number": 2,
        "business_type": "CHANGE",
        "management_class": "KEY",
        "valid_from": today,
        "valid_to": today,
        "in_force_from": today,
        "content": {},
        "content_sha256": b"x",
        "application": waiting,
        "approval": waiting.decisions.get().approval,
        "issued_by": officer,
        "issued_at": now,
    }
    with broken("version_number_is_unique_in_permit"):
        PermitVersion.objects.create(**values | {"number": first.number})
    with broken("permit_versions_in_force_do_not_overlap"):
        PermitVersion.objects.create(**values)
    with broken("version_term_runs_forward"):
        PermitVersion.objects.create(
            **values | {"valid_to": today - datetime.timedelta(days=1), "in_force_until": today}
        )


@pytest.mark.parametrize(
    ("table", "updated", "deleted", "truncated"),
    [
        (
            "permits_reviewstep",
            "review_step_is_not_updated",
            "review_step_is_not_deleted",
            "review_step_is_not_truncated",
        ),
        ("permits_limit", "limit_is_not_updated", "limit_is_not_deleted", "limit_is_not_truncated"),
        (
            "permits_certificate",
            "certificate_is_not_updated",
            "certificate_is_not_deleted",
            "certificate_is_not_truncated",
        ),
    ],
)
def test_what_is_on_file_is_neither_edited_nor_removed(
    permit, now, table, updated, deleted, truncated
):
    make_certificate(permit=permit, now=now)
    with connection.cursor() as cursor:
        with broken_guard(updated):
            cursor.execute(f"UPDATE {table} SET id = id")
        with broken_guard(deleted):
            cursor.execute(f"DELETE FROM {table}")
        truncate_is_refused(cursor, table, truncated)


@contextmanager
def broken_guard(trigger):
    """The database refuses the block by this trigger."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.diag.constraint_name == trigger


def truncate_is_refused(cursor, table, guard):
    """The guard is on after migration (tests switch it off to flush) and refuses."""
    (trigger,) = [name for name in TRUNCATE_GUARDS if name.startswith(f"{table}.")]
    assert (TRUNCATE_GUARDS[trigger], guard in trigger) == ("O", True)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(f'ALTER TABLE {table} ENABLE TRIGGER "{trigger.split(".")[1]}"')
    with broken_guard(guard):
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_issued_version_says_the_same_for_ever(permit, now):
    version_says_the_same_for_ever = {"content": {}}
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        PermitVersion.objects.update(**version_says_the_same_for_ever)
    with broken_guard("permit_version_is_not_deleted"):
        PermitVersion.objects.all()._raw_delete("default")
    with connection.cursor() as cursor:
        truncate_is_refused(cursor, "permits_permitversion", "permit_version_is_not_truncated")


def test_limits_carry_quantity_at_main_outlets_only(permit):
    version = permit.versions.get()
    water = make.outlet(permit.site, code="DW009", kind="GENERAL")
    values = {"version": version, "outlet": water, "pollutant_id": "COD", "concentration": 50}
    with broken("only_main_outlets_carry_quantity"):
        Limit.objects.create(outlet_kind="GENERAL", quantity_per_year=1, **values)
    with broken("limit_is_positive"):
        Limit.objects.create(outlet_kind="MAIN", quantity_per_year=-1, **values)
    Limit.objects.create(outlet_kind="GENERAL", **values)
    with broken("limit_stands_once_per_version"):
        Limit.objects.create(outlet_kind="GENERAL", **values)


def test_certificates_stand_once_per_content_and_serial(permit, now):
    made = make_certificate(permit=permit, now=now)
    made.pk = None
    with broken("one_certificate_per_version_and_rights"):
        made.save()
    made.content_sha256 = b"x" * 32
    with broken("certificate_serial_is_unique_in_version"):
        made.save()
    made.serial = 2
    with broken("certificate_file_stands_once"):
        made.save()
