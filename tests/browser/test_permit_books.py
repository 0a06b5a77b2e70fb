"""Registers and reports in a real browser: 500 enterprises from a spreadsheet, a yearly report,
units and the catalogue's class in a draft."""

import datetime
import re

import pypdfium2
from django.utils import timezone
from playwright.sync_api import expect

from cardswipe.models import DailyTotal
from parties.models import Enterprise
from parties.register_imports import ENTERPRISES
from permits import services
from permits.models import ExecutionReport
from permits.models.reports import ReportState
from shell.sheets import XLSX, write_sheet
from tests import factories, factories_cards
from tests import factories_permits as make
from tests.browser import stage

DAY = datetime.timedelta(days=1)
MANY = 500
BUTTON = "main form button.btn-primary"
TAKE_OVER = "form[data-once] button.btn-primary"


def book(county, *, fault=""):
    """A workbook of 500 enterprises; `fault` spoils the code of one in the middle."""
    rows = [
        [
            fault if fault and number == MANY // 2 else factories.uscc(7000 + number),
            f"批量企业{number:03d}",
            "",
            county.pk,
            "1713",
            "棉印染精加工",
            f"工业路{number}号",
            "张三",
        ]
        for number in range(1, MANY + 1)
    ]
    return write_sheet("企业", [column.heads[0] for column in ENTERPRISES.columns], rows)


def send(page, address, name, content):
    """Send a file; the page of its verdict opens."""
    page.goto(f"{address}/enterprises/import/")
    page.set_input_files("[name=file]", files=[{"name": name, "mimeType": XLSX, "buffer": content}])
    page.locator(BUTTON).click()
    page.wait_for_url(re.compile(r"/enterprises/import/\d+/"))


def test_500_enterprises_are_tried_shown_row_by_row_and_taken_over_once(
    page, address, officer, county
):
    stage.sign_in(page, officer)
    before = Enterprise.objects.count()
    send(page, address, "有误.xlsx", book(county, fault="913399"))
    faults = page.locator("main table.records").first
    expect(faults).to_contain_text(str(MANY // 2 + 1))  # the head is row 1
    expect(page.locator(TAKE_OVER)).to_have_count(0)
    stage.shoot(page, "import-faults")
    good = book(county)
    send(page, address, "企业名录.xlsx", good)
    expect(page.locator("dl.numbers dd").first).to_have_text(str(MANY))
    assert Enterprise.objects.count() == before
    stage.shoot(page, "import-preview")
    page.locator(TAKE_OVER).click()
    expect(page.locator(TAKE_OVER)).to_have_count(0)
    assert Enterprise.objects.count() == before + MANY
    send(page, address, "再传一次.xlsx", good)
    expect(page.locator(TAKE_OVER)).to_have_count(0)
    assert Enterprise.objects.count() == before + MANY


def recorded_year(permit):
    """A device that recorded each day of the last year but its last ten."""
    box = factories_cards.controller(permit.site.enterprise)
    first = datetime.date(timezone.localdate().year - 1, 1, 1)
    DailyTotal.objects.bulk_create(
        DailyTotal(
            controller=box,
            pollutant_id=pollutant,
            day=first + number * DAY,
            enterprise=permit.site.enterprise,
            quantity=quantity,
            events=1,
        )
        for number in range(355)
        for pollutant, quantity in (("COD", 2 * 10**7), ("NH3N", 2 * 10**6))
    )


def test_yearly_report_is_pre_filled_explained_signed_and_received(
    page, address, agent, officer, second_officer
):
    permit = make.issued(agent, officer, second_officer, now=timezone.now() - 700 * DAY)
    recorded_year(permit)
    services.open_due_reports(now=timezone.now())
    report = ExecutionReport.objects.get(kind="YEAR")
    stage.sign_in(page, agent)
    page.goto(f"{address}/reports/")
    page.locator(f"main a[href='/reports/{report.pk}/']").first.click()
    page.locator(f"a[href='/reports/{report.pk}/edit/']").click()
    expect(page.locator("main table")).to_contain_text("7.100 t")  # 355 days of 20 kg
    stage.shoot(page, "report-edit")
    page.goto(f"{address}/reports/{report.pk}/edit/")
    page.locator("button[name=send]").click()
    expect(page.locator("main")).to_contain_text("P404")
    page.locator(f"a[href='/reports/{report.pk}/edit/']").click()
    for box in page.locator("main table input[name^='r-']").all():
        box.fill(box.input_value() or "0")
    for box in page.locator("main table input[name^='n-']").all():
        box.fill("年末停产检修十天")
    page.locator("[name=events]").fill("12月22日至31日停产检修，已报备。")
    page.locator("[name=is_committed]").check()
    page.locator("button[name=send]").click()
    page.wait_for_url(f"**/reports/{report.pk}/")
    report.refresh_from_db()
    assert report.state == ReportState.SUBMITTED
    assert report.submitted_by == agent
    stage.sign_in(page, officer)
    page.goto(f"{address}/reports/{report.pk}/")
    expect(page.locator("main")).to_contain_text("年末停产检修十天")
    stage.shoot(page, "report")
    paper = pypdfium2.PdfDocument(page.request.get(f"{page.url}report.pdf").body())
    text = "".join(sheet.get_textpage().get_text_range() for sheet in paper)
    assert "年末停产检修十天" in "".join(text.split())


def test_draft_takes_its_units_and_the_class_that_the_catalogue_proposes(page, address, agent):
    draft = make.draft(agent)
    stage.sign_in(page, agent)
    page.goto(f"{address}/applications/{draft.pk}/units/")
    page.locator("a.btn-primary").first.click()
    page.locator("[name=kind]").select_option("WATER")
    page.locator("[name=code]").fill("TW001")
    page.locator("[name=name]").fill("综合废水处理站")
    page.get_by_label("DW001").check()
    page.locator(BUTTON).click()
    page.wait_for_url("**/units/")
    expect(page.locator("main table")).to_contain_text("TW001")
    stage.shoot(page, "application-units")
    page.goto(f"{address}/applications/{draft.pk}/class/")
    for box in page.locator("main table select").all():
        box.select_option("no")
    for box in page.locator("main table input[type=text]").all():
        box.fill("0")
    page.locator("main select[name^='a-']").first.select_option("yes")
    stage.shoot(page, "application-class")
    page.goto(f"{address}/applications/{draft.pk}/class/")
    page.locator("main select[name^='a-']").first.select_option("yes")
    page.locator(BUTTON).click()
    page.wait_for_url(f"**/applications/{draft.pk}/")
    expect(page.locator("#class")).to_be_visible()
    draft.refresh_from_db()
    assert draft.management_class == draft.classification.chosen
