"""Electronic certificates of rights: issue, standing, void, papers, verification, pages."""

import datetime
import io

import pypdfium2
import pytest
import zxingcpp
from django.urls import reverse
from pyhanko.pdf_utils.generic import TextStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from ledger import services as ledger
from ledger.models import Lot
from ledger.services import set_lot_paid
from parties.models import Bureau
from parties.rules import Role
from parties.services import record, system_actor
from permits import services
from permits.models import RightsCertificate, RightsRule
from permits.queries.files import FileVerdict, verify_file
from permits.queries.rights_certificates import lots_to_certify, verify_right
from permits.rights_rules import Right, RightsVerdict, VoidCause, void_cause
from tests import factories, factories_ledger, factories_trading
from tests.permits.test_certificate import signature_of
from tests.refused import refused
from trading.services import take_payment

T = 10**9
DAY = datetime.date(2026, 11, 20)
SPLIT_ON = datetime.date(2026, 3, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(enterprise, officer):
    return factories_ledger.lot(enterprise, paid=True)


@pytest.fixture
def certificate(paid, officer, now):
    return issue(paid, officer, now)


@pytest.fixture
def by():
    return system_actor("demo")


def issue(lot, by, now):
    return services.issue_rights_certificate(by=by, lot=lot, now=now)


def judged(certificate, day=DAY):
    return verify_right(certificate.certificate_no, certificate.short_hash, day=day)


def split(lot, by, now, tonnes=4):
    return ledger.split_lot(
        by=by,
        lot=lot,
        quantity_per_year=tonnes * T,
        effective_date=SPLIT_ON,
        document=factories_ledger.DOCUMENT,
        key=f"split-{tonnes}",
        now=now,
    )


def sold(lot, by, now, to, tonnes=4):
    return ledger.transfer_lot(
        by=by,
        lot=lot,
        to_enterprise=to,
        quantity_per_year=tonnes * T,
        effective_date=SPLIT_ON,
        document=factories_ledger.DOCUMENT,
        key="sold",
        now=now,
    )


def test_paid_right_gets_one_certificate_however_often_it_is_asked_for(paid, officer, now):
    first = issue(paid, officer, now)
    again = issue(paid, officer, now + datetime.timedelta(days=3))
    assert again == first
    assert first.certificate_no == f"{paid.region_id}-2026-PZ-00001"
    said = first.content["right"]
    assert (said["holder"]["name"], said["pollutant"]) == (paid.enterprise.name, "COD")
    assert (first.quantity_per_year, said["quantity_per_year"]) == (10 * T, 10 * T)


def test_numbers_run_on_in_their_region_and_year(paid, enterprise, officer, now):
    other = factories_ledger.lot(enterprise, pollutant="SO2", key="other", paid=True)
    numbers = [issue(lot, officer, now).certificate_no[-5:] for lot in (paid, other)]
    assert numbers == ["00001", "00002"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "P450"),
        ({"paid": True, "pollutant": "WATER"}, "P453"),
        ({"paid": True, "valid_to": datetime.date(2026, 10, 1)}, "P451"),
    ],
)
def test_right_that_is_not_to_be_certified_is_refused(enterprise, officer, now, changes, code):
    lot = factories_ledger.lot(enterprise, key="x", **changes)
    with refused(code):
        issue(lot, officer, now)
    assert not RightsCertificate.objects.exists()


def test_reserve_and_merged_rights_get_no_certificate(paid, enterprise, officer, by, now):
    with refused("P452"):
        issue(factories_ledger.lot(None, region=enterprise.region, key="r"), officer, now)
    other = factories_ledger.lot(enterprise, key="other", paid=True)
    ledger.merge_lots(
        by=by,
        lots=[paid, other],
        effective_date=SPLIT_ON,
        document=factories_ledger.DOCUMENT,
        key="m",
        now=now,
    )
    with refused("P451"):
        issue(paid, officer, now)


def test_name_the_font_cannot_draw_is_refused_and_uses_no_number(paid, officer, now):
    owner = paid.enterprise
    owner.name = "𠮷祥印染厂"
    record(owner, by=officer, reason="renamed")
    with refused("S201"):
        issue(paid, officer, now)
    owner.name = "吉祥印染厂"
    record(owner, by=officer, reason="renamed")
    assert issue(paid, officer, now).certificate_no.endswith("-00001")


def test_right_without_a_bureau_in_its_city_is_refused(db, by, now):
    lonely = factories.enterprise(factories.county(factories.city("330800"), "330802"))
    Bureau.objects.filter(region__code="330800").delete()
    with refused("P454"):
        issue(factories_ledger.lot(lonely, paid=True), by, now)


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        ({}, None),
        ({"gives": 6, "leased": 4}, None),
        ({"gives": 6, "was_split": True}, VoidCause.SPLIT),
        ({"gives": 6, "was_split": True, "went_to_others": True}, VoidCause.TRANSFERRED),
        ({"gives": 0, "is_merged": True}, VoidCause.MERGED),
        ({"gives": 0, "has_ended": True}, VoidCause.ENDED),
        ({"gives": 8}, VoidCause.RETIRED),
    ],
)
def test_cause_of_the_void_follows_from_the_right(state, cause):
    usual = dict.fromkeys(("has_ended", "is_merged", "went_to_others", "was_split"), False)
    right = Right(**{"gives": 10, "leased": 0, "valid_to": DAY} | usual | state)
    assert void_cause(10, right) == cause


def test_genuine_certificate_of_an_untouched_right_is_valid(certificate):
    found = judged(certificate)
    assert (found.verdict, found.certificate) == (RightsVerdict.VALID, certificate)
    assert verify_right(certificate.certificate_no, "", day=DAY).verdict == RightsVerdict.VALID


def test_other_hash_does_not_match_and_other_number_is_unknown(certificate):
    number = certificate.certificate_no
    assert verify_right(number, "0" * 16, day=DAY).verdict == RightsVerdict.MISMATCH
    for unknown in ("339901-2026-PZ-99999", "x", "", "339901-2026-PZ-00001'--"):
        assert verify_right(unknown, "", day=DAY).verdict == RightsVerdict.UNKNOWN


def test_term_that_is_over_is_told(certificate):
    assert judged(certificate, datetime.date(2027, 1, 1)).verdict == RightsVerdict.OVER


def test_split_voids_at_once_for_the_public_and_names_the_new_certificates(
    certificate, paid, officer, by, now
):
    part = split(paid, by, now)
    found = judged(certificate)
    assert (found.verdict, found.cause) == (RightsVerdict.VOID, VoidCause.SPLIT)
    assert [(one.lot, one.certificate) for one in found.successors] == [(paid, None), (part, None)]
    rest, new = issue(paid, officer, now), issue(part, officer, now)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.void_cause) == ("VOID", "SPLIT")
    assert [one.certificate for one in judged(certificate).successors] == [rest, new]
    assert (rest.quantity_per_year, new.quantity_per_year) == (6 * T, 4 * T)
    assert new.content["right"]["split_from"] == paid.lot_no
    assert judged(rest).verdict == judged(new).verdict == RightsVerdict.VALID


def test_clock_voids_what_was_sold_and_issues_for_rest_and_buyer(certificate, paid, rival, by, now):
    sold(paid, by, now, rival.enterprise)
    assert judged(certificate).cause == VoidCause.TRANSFERRED
    assert services.issue_due(by=by, now=now) == 2
    assert services.issue_due(by=by, now=now) == 0
    certificate.refresh_from_db()
    assert certificate.void_cause == VoidCause.TRANSFERRED
    holders = {one.lot.enterprise for one in RightsCertificate.objects.valid()}
    assert holders == {paid.enterprise, rival.enterprise}


def test_lease_pledge_and_new_name_burden_but_do_not_void(
    certificate, paid, rival, officer, by, now
):
    ledger.lease_lot(
        by=by,
        lot=paid,
        to_enterprise=rival.enterprise,
        quantity_per_year=4 * T,
        valid_from=datetime.date(2026, 4, 1),
        valid_to=datetime.date(2026, 12, 31),
        document=factories_ledger.DOCUMENT,
        key="l",
        now=now,
    )
    ledger.place_hold(
        by=by,
        account=factories_ledger.lot_account(paid),
        amount=T,
        purpose="PLEDGE",
        document=factories_ledger.DOCUMENT,
        key="h",
        now=now,
    )
    found = judged(certificate)
    assert found.verdict == RightsVerdict.BURDENED
    assert [lease.quantity_per_year for lease in found.leases] == [4 * T]
    assert [hold.amount for hold in found.holds] == [T]
    assert services.void_overtaken(by=by, rows=RightsCertificate.objects.all(), now=now) == 0
    paid.enterprise.name = "清源新印染有限公司"
    record(paid.enterprise, by=officer, reason="renamed")
    assert judged(certificate).holder_now == "清源新印染有限公司"
    new = issue(paid, officer, now)
    assert new.quantity_per_year == 10 * T
    assert judged(certificate).cause == VoidCause.RENEWED


def test_right_that_ended_is_void_and_has_no_successor(certificate, paid, by, now):
    Lot.objects.filter(pk=paid.pk).update(ended_on=DAY, quantity_per_year=0, units=[])
    found = judged(certificate)
    assert (found.verdict, found.cause, found.successors) == ("VOID", VoidCause.ENDED, ())


def test_payment_of_the_last_part_issues_where_the_rule_says_so(enterprise, city, now):
    cashier = factories.bureau_member(city, Role.FINANCE)
    bill = factories_trading.bill(enterprise)
    lots = Lot.objects.filter(bill_lines__bill=bill)
    half = int(bill.amount.amount * 100) // 2
    for number in (1, 2):
        assert not RightsCertificate.objects.exists()
        take_payment(
            by=cashier,
            bill=bill,
            amount_fen=half,
            bank_reference=f"QYYH20261120000{number}",
            paid_on=now.date(),
            now=now,
        )
    assert [one.lot for one in RightsCertificate.objects.all()] == list(lots)


def test_nothing_is_issued_by_itself_where_officers_issue_on_request(paid, city, officer, by, now):
    rule = RightsRule(region=city, issued_when="ASKED", valid_from=DAY, legal_basis="市局规定")
    services.enter_permit_rule(by=officer, rule=rule, reason="local")
    assert services.issue_due(by=by, now=now) == 0
    assert services.certify_paid(by=by, lots=Lot.objects.all(), now=now) == 0
    assert issue(paid, officer, now).state == "VALID"


def test_batch_issues_a_page_at_a_time_and_names_what_it_could_not(enterprise, rival, officer, now):
    rival.enterprise.name = "𠮷祥印染厂"
    record(rival.enterprise, by=officer, reason="renamed")
    factories_ledger.lot(rival.enterprise, key="bad", paid=True)
    for number in range(3):
        factories_ledger.lot(enterprise, key=f"l{number}", tonnes=1, paid=True)
    own = Lot.objects.for_actor(officer)
    first = services.issue_many(by=officer, lots=own, now=now, most=2)
    assert (first.count, [refusal.code for _lot, refusal in first.refused]) == (2, ["S201"])
    assert services.issue_many(by=officer, lots=own, now=now, most=2).count == 1
    assert services.issue_many(by=officer, lots=own, now=now, most=2).count == 0
    assert [lot.enterprise for lot in lots_to_certify(own, DAY)] == [rival.enterprise]


def test_paper_says_it_all_in_one_page_and_its_code_opens_the_verification(certificate, settings):
    document = pypdfium2.PdfDocument(bytes(certificate.document))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range()
    number = certificate.certificate_no
    for words in ("电子凭证", "化学需氧量", "10.000 t/a", "已缴清", number):
        assert words in text.replace("排 污 权 ", ""), words
    read = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    assert [one.text for one in read] == [
        f"{settings.PUBLIC_ADDRESS}/verify/rights/{number}?h={certificate.short_hash}"
    ]


def test_signature_certifies_the_whole_file(certificate):
    found = signature_of(bytes(certificate.document))
    assert (found.intact, found.valid, found.trusted, found.docmdp_ok) == (True,) * 4


def test_file_is_known_and_one_altered_byte_is_told(certificate):
    document = bytes(certificate.document)
    same = verify_file(document, day=DAY)
    assert (same.verdict, same.right.verdict) == (FileVerdict.SAME, RightsVerdict.VALID)
    altered = bytearray(document)
    altered[4000] ^= 1
    found = verify_file(bytes(altered), day=DAY)
    assert (found.verdict, found.differing_bytes, found.first_difference) == (
        FileVerdict.ALTERED,
        1,
        4000,
    )
    assert found.right.certificate == certificate


def test_incremental_update_is_told(certificate):
    writer = IncrementalPdfFileWriter(io.BytesIO(bytes(certificate.document)))
    writer.root["/Lang"] = TextStringObject("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    found = verify_file(out.getvalue(), day=DAY)
    assert (found.verdict, found.right.certificate) == (FileVerdict.APPENDED, certificate)


def test_officer_issues_from_the_lot_and_in_a_batch(client, paid, enterprise, officer):
    client.force_login(officer.user)
    client.session.save()
    factories_ledger.lot(enterprise, pollutant="SO2", key="other", paid=True)
    lot_page = client.get(reverse("lot", args=[paid.pk])).text
    assert reverse("lot_certify", args=[paid.pk]) in lot_page
    answer = client.post(reverse("lot_certify", args=[paid.pk]), follow=True)
    made = RightsCertificate.objects.get()
    assert made.certificate_no in answer.text
    assert "-SO2-" in client.get(reverse("rights_certificates_due")).text
    client.post(reverse("rights_certificates_due"))
    assert RightsCertificate.objects.count() == 2
    answer = client.post(reverse("rights_certificates_due"), follow=True)
    assert "每件已缴清" in answer.text or "Every paid right" in answer.text


def test_holder_sees_and_downloads_own_certificate_only(client, certificate, agent, rival):
    file = reverse("rights_certificate_file", args=[certificate.pk])
    client.force_login(agent.user)
    assert certificate.certificate_no in client.get(reverse("rights_certificates")).text
    assert client.get(file).content == bytes(certificate.document)
    client.force_login(rival.user)
    assert client.get(file).status_code == 404


def test_public_page_says_void_and_leads_to_what_replaced_it(
    client, certificate, paid, officer, by, now
):
    split(paid, by, now)
    new = issue(paid, officer, now)
    address = reverse("verify_right", args=[certificate.certificate_no])
    page = client.get(address, {"h": certificate.short_hash}).text
    assert "作废" in page
    assert reverse("verify_right", args=[new.certificate_no]) in page


def test_number_entered_on_the_verification_page_leads_to_the_certificate(client, certificate):
    for asked in (certificate.certificate_no, certificate.certificate_no.lower()):
        answer = client.get(reverse("verify_start"), {"permit_no": asked, "h": "ab"})
        assert answer.url == reverse("verify_right", args=[certificate.certificate_no]) + "?h=ab"
    assert client.get(reverse("verify_start"), {"permit_no": "123"}).status_code == 422


def test_lot_paid_later_shows_what_its_certificate_waits_for(client, enterprise, agent, officer):
    unpaid = factories_ledger.lot(enterprise)
    client.force_login(agent.user)
    assert "缴清" in client.get(reverse("lot", args=[unpaid.pk])).text
    set_lot_paid(by=officer, lot=unpaid, state="PAID")
    assert (
        reverse("lot_certify", args=[unpaid.pk])
        not in client.get(reverse("lot", args=[unpaid.pk])).text
    )
