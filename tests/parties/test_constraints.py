"""Each guard of the parties tables, broken once behind the services' back."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from parties.models import Approval, Enterprise, Membership, Region, SheetImport
from parties.rules import Role
from tests import factories
from tests.factories_parties import NOW, approval, holiday


def broken(name, write):
    """The write is refused by the constraint of that name."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert caught.value.__cause__.diag.constraint_name == name


def region(code, level, parent):
    values = {"name_zh": "某地", "name_en": "Somewhere"}
    return lambda: Region.objects.create(code=code, level=level, parent_id=parent, **values)


def member(**values):
    usual = {"user": factories.user(), "valid_from": datetime.date(2026, 1, 1)}
    return lambda: Membership.objects.create(**(usual | values))


@pytest.mark.parametrize("code", ["33990", "3399AB", "３３９９０１"])
def test_region_code_is_six_digits(city, code):
    broken("region_code_is_six_digits", region(code, "COUNTY", "339900"))


def test_only_a_province_has_no_parent(city):
    broken("only_a_province_has_no_parent", region("339700", "CITY", None))
    broken("only_a_province_has_no_parent", region("340000", "PROVINCE", "330000"))


@pytest.mark.parametrize(
    ("code", "level", "parent"), [("339700", "COUNTY", "339900"), ("339902", "CITY", "330000")]
)
def test_region_code_fits_its_level(city, code, level, parent):
    broken("region_code_fits_its_level", region(code, level, parent))


def test_region_lies_in_the_region_its_code_names(city):
    factories.city("339800")
    broken("region_lies_in_the_region_its_code_names", region("339902", "COUNTY", "339800"))


@pytest.mark.parametrize("uscc", ["9133990", "91339901MA000000I5", "91339901ma00000015"])
def test_uscc_has_eighteen_characters(enterprise, uscc):
    change = Enterprise.objects.filter(pk=enterprise.pk)
    broken("uscc_has_eighteen_characters", lambda: change.update(uscc=uscc))


def test_membership_is_in_one_place(city, enterprise):
    both = member(role=Role.VIEWER, bureau=factories.bureau(city), enterprise=enterprise)
    broken("membership_is_in_one_place", both)
    broken("membership_is_in_one_place", member(role=Role.SYSTEM_ADMIN))


def test_one_membership_per_person_role_and_place(officer):
    again = member(user=officer.user, role=officer.role, bureau=officer.bureau)
    broken("one_membership_per_person_role_and_place", again)


def test_role_fits_its_place(city, enterprise):
    broken("role_fits_its_place", member(role=Role.PERMIT_OFFICER, enterprise=enterprise))
    broken("role_fits_its_place", member(role=Role.AGENT, bureau=factories.bureau(city)))


def test_membership_ends_after_it_begins(city):
    early = datetime.date(2025, 12, 31)
    late = member(role=Role.AUDITOR, bureau=factories.bureau(city), valid_to=early)
    broken("membership_ends_after_it_begins", late)


def test_one_administrator_office_per_person_at_a_time(city):
    admin = factories.bureau_member(city, Role.SYSTEM_ADMIN)
    second = member(user=admin.user, role=Role.AUDIT_ADMIN, bureau=admin.bureau)
    broken("one_administrator_office_per_person_at_a_time", second)


def test_approval_needs_two_persons(officer):
    asked = Approval.objects.filter(pk=approval(officer).pk)
    own = {"checker": officer, "checker_user": officer.user, "decided_at": NOW}
    broken("approval_needs_two_persons", lambda: asked.update(state="GRANTED", **own))


def test_approval_decision_is_complete(officer):
    asked = Approval.objects.filter(pk=approval(officer).pk)
    broken("approval_decision_is_complete", lambda: asked.update(state="GRANTED"))


def test_one_open_approval_per_subject_and_act(officer):
    row = approval(officer)
    row.pk = None
    broken("one_open_approval_per_subject_and_act", row.save)


def test_approval_hash_is_of_its_content(officer):
    asked = Approval.objects.filter(pk=approval(officer).pk)
    broken("approval_hash_is_of_its_content", lambda: asked.update(content=b"something else"))


@pytest.mark.parametrize(
    ("date", "kind"), [((2026, 11, 21), "DAY_OFF"), ((2026, 11, 20), "MAKE_UP")]
)
def test_day_off_is_a_weekday_and_make_up_day_is_not(db, date, kind):
    name = "day_off_is_a_weekday_and_make_up_day_is_not"
    broken(name, lambda: holiday(datetime.date(*date), kind=kind))


def sheet(officer, **changes):
    usual = {
        "kind": "enterprises",
        "bureau": officer.bureau,
        "file_name": "a.xlsx",
        "content": b"x",
        "content_hash": bytes.fromhex(
            "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        ),
        "state": "READY",
        "sent_by": officer,
        "sent_at": NOW,
    }
    return lambda: SheetImport.objects.create(**(usual | changes))


def test_one_import_per_file(officer):
    sheet(officer)()
    broken("one_import_per_file", sheet(officer))


def test_import_hash_is_of_its_content(officer):
    broken("import_hash_is_of_its_content", sheet(officer, content=b"y"))


def test_applied_import_has_its_moment(officer):
    broken("applied_import_has_its_moment", sheet(officer, state="APPLIED"))
