"""A right from its payment to its certificate, to the scanned code, to the void after a split."""

from urllib.parse import urlsplit

import pypdfium2
import zxingcpp
from django.utils import timezone
from playwright.sync_api import expect

from ledger.models import Lot
from ledger.services import split_lot
from parties.rules import Role
from permits.models import RightsCertificate
from tests import factories, factories_ledger, factories_trading
from tests.browser import stage


def pay(page, address, bill):
    """Record the whole amount as the cashier does."""
    page.goto(f"{address}/bills/{bill.pk}/payment/")
    page.locator("[name=amount]").fill(f"{bill.amount.amount:.2f}")
    page.locator("[name=bank_reference]").fill("QYYH202611200001")
    page.locator("[name=paid_on]").fill(timezone.localdate().isoformat())
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"**/bills/{bill.pk}/")


def scanned(page, address, certificate):
    """Where the code on the downloaded paper leads, on this server."""
    body = page.request.get(
        f"{address}/rights/certificates/{certificate.pk}/certificate.pdf"
    ).body()
    image = pypdfium2.PdfDocument(body)[0].render(scale=2).to_pil()
    (code,) = zxingcpp.read_barcodes(image)
    found = urlsplit(code.text)
    return f"{address}{found.path}?{found.query}"


def test_paid_right_has_a_certificate_whose_code_tells_the_split(
    page, address, city, enterprise, agent, officer
):
    bill = factories_trading.bill(enterprise)
    stage.sign_in(page, factories.bureau_member(city, Role.FINANCE))
    pay(page, address, bill)
    certificate = RightsCertificate.objects.get()
    stage.sign_in(page, agent)
    page.goto(f"{address}/rights/certificates/")
    stage.shoot(page, "rights-certificates")
    page.goto(f"{address}/rights/certificates/")
    page.get_by_role("link", name=certificate.certificate_no).click()
    expect(page.locator("h1")).to_contain_text(certificate.certificate_no)
    code = scanned(page, address, certificate)
    page.context.clear_cookies()
    page.goto(code)
    expect(page.locator(".verify-valid")).to_be_visible()
    stage.shoot(page, "verify-right")
    lot = Lot.objects.get(pk=certificate.lot_id)
    split_lot(
        by=officer,
        lot=lot,
        quantity_per_year=lot.quantity_per_year // 2,
        effective_date=max(lot.valid_from, timezone.localdate()),
        document=factories_ledger.DOCUMENT,
        key="split",
        now=timezone.now(),
    )
    page.goto(code)
    expect(page.locator(".verify-void")).to_contain_text(lot.lot_no)
    stage.shoot(page, "verify-right-void")
