"""Every guard of certificates of rights, broken once."""

import datetime

import pgtrigger
import pytest
from django.db import ProgrammingError, connection, transaction

from ledger import services as ledger
from permits.models import RightsCertificate, RightsRule
from permits.services import issue_rights_certificate, void_overtaken
from tests import factories_ledger
from tests.permits.test_constraints import broken_guard, truncate_is_refused
from tests.refused import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(enterprise, officer, now):
    paid = factories_ledger.lot(enterprise, paid=True)
    return issue_rights_certificate(by=officer, lot=paid, now=now)


def copied(made, **changes):
    """Another certificate of the same right, not saved."""
    copy = RightsCertificate.objects.get(pk=made.pk)
    values = {"pk": None, "certificate_no": "339901-2026-PZ-00099", "document_sha256": b"x" * 32}
    for name, value in (values | changes).items():
        setattr(copy, name, value)
    return copy


def cut(made, officer, now):
    ledger.split_lot(
        by=officer,
        lot=made.lot,
        quantity_per_year=10**9,
        effective_date=datetime.date(2026, 3, 1),
        document=factories_ledger.DOCUMENT,
        key="cut",
        now=now,
    )


def test_right_has_one_valid_certificate_and_each_file_stands_once(made, now):
    with broken("one_valid_rights_certificate_per_lot"):
        copied(made).save()
    void = {"state": "VOID", "void_cause": "SPLIT", "voided_at": now}
    with broken("rights_certificate_file_stands_once"):
        copied(made, document_sha256=made.document_sha256, **void).save()


def test_certificate_has_its_form_and_a_void_one_says_why(made):
    with broken("rights_certificate_no_has_its_form"):
        copied(made, certificate_no="339901-2026-17").save()
    with broken("void_rights_certificate_says_why_and_when"):
        copied(made, state="VOID").save()
    fits = pgtrigger.ignore("permits.RightsCertificate:rights_certificate_fits_its_lot")
    with fits, broken("rights_certificate_is_about_something"):
        copied(made, quantity_per_year=0).save()


def test_certificate_says_what_the_right_gives(made, officer, now):
    with broken_guard("rights_certificate_fits_its_lot"):
        copied(made, quantity_per_year=made.quantity_per_year + 1).save()
    cut(made, officer, now)
    with broken_guard("rights_certificate_fits_its_lot"):
        copied(made).save()


def test_void_certificate_never_becomes_valid_again(made, officer, now):
    cut(made, officer, now)
    rows = RightsCertificate.objects.all()
    assert void_overtaken(by=officer, rows=rows, now=now) == 1
    with broken_guard("rights_certificate_follows_the_table"):
        rows.update(state="VALID", void_cause="", voided_at=None)
    with broken_guard("void_rights_certificate_stays"):
        rows.update(void_cause="MERGED")


def test_issued_certificate_says_the_same_for_ever_and_is_kept(made):
    rights_certificate_says_the_same_for_ever = {"content": {}}
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        RightsCertificate.objects.update(**rights_certificate_says_the_same_for_ever)
    with broken_guard("rights_certificate_is_not_deleted"):
        RightsCertificate.objects.all()._raw_delete("default")
    with connection.cursor() as cursor:
        truncate_is_refused(
            cursor, "permits_rightscertificate", "rights_certificate_is_not_truncated"
        )


def test_rules_of_one_region_do_not_overlap(city):
    values = {"region": city, "issued_when": "ASKED", "legal_basis": "市局规定"}
    RightsRule.objects.create(valid_from=datetime.date(2026, 1, 1), **values)
    with broken("rights_rules_do_not_overlap"):
        RightsRule.objects.create(valid_from=datetime.date(2026, 5, 1), **values)
