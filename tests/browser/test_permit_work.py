"""Permits in a real browser: from a draft with its sections to the certificate; change, renewal
and revocation, each as the people involved see it."""

import datetime

from django.utils import timezone
from playwright.sync_api import expect

from ledger.models import Account
from ledger.queries import ROW_CODES, verify
from parties.rules import Role
from permits import services
from permits.models import Application, LegalAct, LegalClock, Permit
from permits.rules import State
from tests import factories
from tests import factories_permits as make
from tests.browser import stage
from tests.permits.test_attachments import PDF

DAY = datetime.timedelta(days=1)
BUTTON = "main form button.btn-primary"


def take(page, address, application, word, **fields):
    """Open a step's page as the person signed in, fill it and send it."""
    here = f"{address}/applications/{application.pk}/{word}/"
    page.goto(here)
    for name, value in fields.items():
        box = page.locator(f"main [name={name}]").first
        if box.get_attribute("type") in ("radio", "checkbox"):
            page.locator(f'main [name={name}][value="{value}"]').check()
        elif box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    page.locator(BUTTON).first.click()
    page.wait_for_url(lambda url: url != here)


def attach(page, address, application, name):
    page.goto(f"{address}/applications/{application.pk}/files/")
    page.locator("[name=kind]").select_option("EIA")
    page.set_input_files(
        "[name=file]", files=[{"name": name, "mimeType": "application/pdf", "buffer": PDF}]
    )
    page.locator("main form button.btn-primary").click()
    expect(page.locator("main table")).to_contain_text(name)


def state(application):
    application.refresh_from_db()
    return application.state


def write_and_submit(page, address, agent, draft):
    """The enterprise fills the sections and hands the application in."""
    stage.sign_in(page, agent)
    take(
        page,
        address,
        draft,
        "project",
        nature="EXISTING",
        name="印染一厂",
        eia_no="清环建〔2020〕8号",
    )
    attach(page, address, draft, "环评批复.pdf")
    page.goto(f"{address}/applications/{draft.pk}/plan/")
    for box in page.locator("main select").all():
        box.select_option("AUTO/CONTINUOUS")
    page.locator(BUTTON).click()
    page.wait_for_url(f"**/applications/{draft.pk}/")
    stage.shoot(page, "application-draft")
    take(page, address, draft, "check")
    assert state(draft) == State.SUBMITTED


def test_first_application_goes_by_correction_and_collective_review_to_the_certificate(
    page, address, agent, officer, second_officer, city
):
    member = factories.bureau_member(city, Role.PANEL_MEMBER, "member")
    draft = make.draft(agent)
    write_and_submit(page, address, agent, draft)
    stage.sign_in(page, officer)
    page.goto(f"{address}/permits/desk/")
    stage.shoot(page, "permit-desk")
    page.goto(f"{address}/permits/desk/")
    page.locator(f"main input[value='{draft.pk}']").check()
    page.locator(BUTTON).click()
    expect(page.locator("main")).to_contain_text(str(officer.user))
    take(page, address, draft, "correct", opinion="补充平面布置图", legal_basis="条例第九条")
    assert state(draft) == State.CORRECTION
    stage.sign_in(page, agent)
    take(page, address, draft, "check")
    stage.sign_in(page, officer)
    take(page, address, draft, "accept")
    take(page, address, draft, "review")
    take(page, address, draft, "panel", members=str(member.pk), place="三楼会议室")
    stage.sign_in(page, member)
    take(page, address, draft, "vote", vote="FOR", opinion="同意")
    stage.sign_in(page, officer)
    take(page, address, draft, "close-panel", opinion="会议一致同意")
    take(page, address, draft, "propose", opinion="符合条件", legal_basis="条例第十一条")
    stage.sign_in(page, second_officer)
    take(page, address, draft, "issue")
    permit = Permit.objects.get()
    page.goto(f"{address}/permits/{permit.pk}/")
    expect(page.locator("main")).to_contain_text(permit.permit_no)
    pdf = page.request.get(f"{address}/permits/{permit.pk}/certificate.pdf")
    assert pdf.body().startswith(b"%PDF")


def finish(agent, officer, second_officer, application):
    """The officers' steps, which their own journey walks."""
    step = {"by": officer, "application": application, "now": timezone.now()}
    services.accept_application(**step, key=f"a{application.pk}")
    services.start_review(**step, has_site_check=False, key=f"r{application.pk}")
    services.propose_permit(
        **step, opinion="同意", legal_basis="条例第十四条", mark="P", key=f"p{application.pk}"
    )
    return services.issue_permit(
        by=second_officer, application=application, key=f"i{application.pk}", now=timezone.now()
    )


def begin(page, address, agent, permit, kind):
    """The enterprise begins a later application on its page."""
    stage.sign_in(page, agent)
    page.goto(f"{address}/applications/new/")
    page.locator("[name=site]").select_option(str(permit.site_id))
    page.locator(f"[name=kind][value={kind}]").check()
    page.locator("[name=management_class][value=KEY]").check()
    page.locator(BUTTON).click()
    page.wait_for_url("**/edit/")
    page.locator("[name=statement]").fill("单位更名、期满延续")
    page.locator("[name=is_committed]").check()
    page.locator(BUTTON).first.click()
    page.wait_for_url("**/check/")
    return Application.objects.get(kind=kind)


def test_change_shows_line_by_line_what_the_new_version_says(
    page, address, agent, officer, second_officer
):
    permit = make.issued(agent, officer, second_officer, now=timezone.now() - DAY)
    old = permit.holder_name
    draft = begin(page, address, agent, permit, "CHANGE")
    fields = {"name": "清源新材料有限公司", "legal_representative": "李四"}
    day = (timezone.localdate() - 3 * DAY).isoformat()
    take(page, address, draft, "basics", changed_on=day, **fields)
    take(page, address, draft, "check")
    finish(agent, officer, second_officer, draft)
    page.goto(f"{address}/permits/{permit.pk}/")
    page.locator("main a[href*='/versions/']").first.click()
    shown = page.locator("main table").first
    for word in (old, fields["name"], "李四"):
        expect(shown).to_contain_text(word)
    stage.shoot(page, "permit-version")


def test_renewal_is_called_for_by_the_sixty_days_and_follows_without_a_gap(
    page, address, agent, officer, second_officer, city
):
    LegalClock.objects.create(
        act=LegalAct.objects.get(code="PERMIT_TERM"),
        region=city,
        amount=1,
        unit="YEAR",
        valid_from="2024-01-01",
        legal_basis="试点期限",
    )
    issued_at = timezone.now() - 255 * DAY
    permit = make.issued(agent, officer, second_officer, now=issued_at)
    services.tell_renewals(now=timezone.now())
    stage.sign_in(page, agent)
    page.goto(f"{address}/messages/")
    expect(page.locator("main")).to_contain_text(permit.permit_no)
    draft = begin(page, address, agent, permit, "RENEW")
    expect(page.locator("#findings, [aria-labelledby=findings]").first).to_contain_text("P174")
    take(page, address, draft, "check")
    before = permit.valid_to
    finish(agent, officer, second_officer, draft)
    page.goto(f"{address}/permits/{permit.pk}/")
    permit.refresh_from_db()
    renewed = permit.versions.get(number=2)
    assert (renewed.valid_from, permit.valid_to) == (before + DAY, renewed.valid_to)
    expect(page.locator("main")).to_contain_text(renewed.valid_to.isoformat())


def balance(permit, purpose):
    rows = Account.objects.filter(enterprise=permit.site.enterprise, purpose=purpose)
    return sum(row.balance for row in rows)


def test_revocation_by_two_gives_the_rights_back_and_expiry_lets_them_lapse(
    page, address, agent, rival, officer, second_officer
):
    permit = make.issued(agent, officer, second_officer, now=timezone.now() - DAY)
    other = make.issued(rival, officer, second_officer, now=timezone.now() - DAY)
    assert balance(permit, "AVAILABLE") > 0
    stage.sign_in(page, officer)
    page.goto(f"{address}/permits/{permit.pk}/end/")
    page.locator("[name=ends_as][value=REVOKED]").check()
    page.locator("[name=reason]").fill("严重超总量排放")
    page.locator("[name=legal_basis]").fill("条例第三十四条")
    page.locator(BUTTON).click()
    page.wait_for_url(f"**/permits/{permit.pk}/")
    stage.sign_in(page, second_officer)
    page.goto(f"{address}/permits/{permit.pk}/ending/")
    page.locator("[name=granted][value=yes]").check()
    page.locator("[name=reason]").fill("同意")
    page.locator(BUTTON).click()
    page.wait_for_url(f"**/permits/{permit.pk}/")
    expect(page.locator("main")).to_contain_text("严重超总量排放")
    assert balance(permit, "AVAILABLE") == balance(permit, "LAPSED") == 0
    after = datetime.datetime.combine(other.valid_to + DAY, datetime.time(4), datetime.UTC)
    assert services.expire_due(now=after) == 1
    assert balance(other, "AVAILABLE") == 0
    assert balance(other, "LAPSED") > 0
    assert list(verify(only=ROW_CODES)) == []
