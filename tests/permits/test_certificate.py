"""The main copy as PDF and its public verification."""

import datetime
import io
import re

import pytest
from reportlab.pdfbase import pdfmetrics

from ledger.services import set_lot_paid
from parties.services import record
from permits import services
from permits.models import Certificate
from permits.paper import draw_certificate
from permits.queries.verification import Verdict, certificate_content, verify
from shell.paper_parts import Foot
from tests import factories_ledger
from tests import factories_permits as make
from tests.refused import refused

DAY = datetime.timedelta(days=1)


@pytest.fixture
def permit(agent, officer, second_officer, now):
    return make.issued(agent, officer, second_officer, now=now)


@pytest.fixture
def certificate(permit, now):
    return services.make_certificate(permit=permit, now=now)


def judged(permit, now, short_hash=""):
    return verify(permit.permit_no, short_hash, day=(now + DAY).date())


def test_same_version_and_rights_give_the_same_document(permit, certificate, now):
    again = services.make_certificate(permit=permit, now=now + 10 * DAY)
    assert again == certificate
    assert bytes(again.document) == bytes(certificate.document)


def test_drawing_twice_gives_the_same_bytes(certificate):
    content = certificate_content(certificate.version, certificate.rights)
    foot = Foot("1", "2", "https://example.org/verify/1?h=2")
    assert draw_certificate(content, foot) == draw_certificate(content, foot)


def test_document_embeds_its_font_and_no_other(certificate):
    pdf = bytes(certificate.document)
    fonts = re.findall(rb"/BaseFont /(\S+)", pdf)
    assert fonts
    assert all(b"NotoSansSC" in name for name in fonts)
    assert pdf.count(b"/FontFile2") >= 2
    assert b"/Helvetica" not in pdf


def test_document_says_what_the_version_says(permit, certificate):
    said = certificate.version.content
    assert said["unit"]["name"] == "清源印染有限公司"
    assert said["permit_no"] == permit.permit_no
    assert [right["pollutant"] for right in certificate.rights] == ["COD", "NH3N", "SO2"]
    assert certificate.document_no == f"{permit.permit_no}-01-01"


def test_name_the_font_cannot_draw_is_refused_with_the_character_named(
    agent, officer, second_officer, now
):
    enterprise = agent.enterprise
    enterprise.name = "𠮷祥印染厂"
    record(enterprise, by=officer, reason="renamed")
    permit = make.issued(agent, officer, second_officer, now=now)
    with refused("S201"):
        services.make_certificate(permit=permit, now=now)


def test_genuine_and_current_certificate_is_valid(permit, certificate, now):
    found = judged(permit, now, certificate.short_hash)
    assert found.verdict == Verdict.VALID
    assert found.certificate == certificate


def test_permit_asked_for_without_hash_is_in_force(permit, now):
    assert judged(permit, now).verdict == Verdict.IN_FORCE


@pytest.mark.parametrize("short_hash", ["0" * 16, "é", "'--", "%00"])
def test_hash_that_no_certificate_has_does_not_match(permit, certificate, now, short_hash):
    assert judged(permit, now, short_hash).verdict == Verdict.MISMATCH


def test_unknown_number_is_unknown(db, now):
    assert verify("91350100M000100Y43001P", "", day=now.date()).verdict == Verdict.UNKNOWN


def test_right_won_at_auction_shows_on_a_new_certificate_and_ages_the_old(permit, certificate, now):
    factories_ledger.lot(permit.site.enterprise, source="AUCTION", key="won")
    found = judged(permit, now, certificate.short_hash)
    assert (found.verdict, found.has_other_rights) == (Verdict.SUPERSEDED, True)
    new = services.make_certificate(permit=permit, now=now + DAY)
    assert "AUCTION" in [right["source"] for right in new.rights]
    assert new.document_no.endswith("-01-02")
    assert judged(permit, now, new.short_hash).verdict == Verdict.VALID


def test_payment_of_a_right_ages_the_certificate(permit, certificate, officer, now):
    lot = permit.site.enterprise.lot_set.first()
    set_lot_paid(by=officer, lot=lot, state="PAID")
    assert judged(permit, now, certificate.short_hash).verdict == Verdict.SUPERSEDED


def test_certificate_of_an_older_version_is_superseded(
    permit, certificate, agent, officer, second_officer, now
):
    make.issued(agent, officer, second_officer, now=now + DAY, kind="CHANGE")
    found = judged(permit, now, certificate.short_hash)
    assert found.verdict == Verdict.SUPERSEDED
    assert [version.number for version in found.later_versions] == [2]


def test_revoked_permit_is_not_valid_and_gets_no_certificate(
    permit, certificate, officer, second_officer, now
):
    ending = services.propose_ending(
        by=officer,
        permit=permit,
        ends_as="REVOKED",
        reason="严重超总量排放",
        legal_basis="《排污许可管理条例》第三十四条",
        key="end",
        now=now,
    )
    services.decide_ending(by=second_officer, ending=ending, granted=True, reason="", now=now)
    found = judged(permit, now, certificate.short_hash)
    assert (found.verdict, found.ending) == (Verdict.NOT_VALID, ending)
    permit.refresh_from_db()
    with refused("P134"):
        services.make_certificate(permit=permit, now=now)
    assert Certificate.objects.count() == 1


def test_font_is_registered_in_both_weights(certificate):
    assert {"NotoSansSC", "NotoSansSC-Bold"} <= set(pdfmetrics.getRegisteredFontNames())
    assert io.BytesIO(bytes(certificate.document)).read(5) == b"%PDF-"
