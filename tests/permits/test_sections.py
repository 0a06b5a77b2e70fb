"""The sections of a draft: saved apart, never over another's work, carried into the permit."""

import datetime
from decimal import Decimal

import pypdfium2
import pytest
from django.db import connection

from ledger.models import Lot
from permits import services
from permits.book_paper import draw_duplicate
from permits.differences import differences
from permits.models import (
    BasicChange,
    Duty,
    LimitYear,
    MonitoringItem,
    Project,
    RequestedYear,
    SpecialPeriod,
)
from permits.queries.content import latest_version
from permits.queries.findings import findings
from permits.services import PeriodLine, PlanLine, YearLine
from shell.paper_parts import Foot
from tests import factories_permits as make
from tests.permits.test_constraints import broken_guard, truncate_is_refused
from tests.refused import broken, refused

T = 10**9


# What the registers lack is looked at in test_facilities.py and test_catalogue.py.
OF_REGISTERS = {"P437", "P438", "P442"}


def codes(application, day):
    found = {sentence.rsplit("[", 1)[1].rstrip("]") for sentence in findings(application, day)}
    return found - OF_REGISTERS


def cod(application):
    return application.requested_limits.get(pollutant_id="COD")


def save_years(by, draft, *, years=(), periods=()):
    limit = cod(draft)
    return services.save_years(
        by=by,
        application=draft,
        revision=draft.revision,
        years=[YearLine(limit.pk, n, quantity) for n, quantity in enumerate(years, 1)],
        periods=[PeriodLine(limit.pk, *line) for line in periods],
    )


PROJECT = {
    "nature": "NEW",
    "name": "年产一万吨印染项目",
    "eia_no": "清环建〔2026〕12号",
    "eia_on": datetime.date(2026, 6, 1),
    "accepted_on": None,
    "acceptance_document": "",
}


def save_project(by, draft, **given):
    return services.save_project(
        by=by, application=draft, revision=draft.revision, **PROJECT | given
    )


def save_plan(by, draft):
    outlets = {outlet.code: outlet.pk for outlet in draft.site.outlets.all()}
    return services.save_plan(
        by=by,
        application=draft,
        revision=draft.revision,
        items=[
            PlanLine(outlets["DW001"], "COD", "AUTO", "CONTINUOUS"),
            PlanLine(outlets["DW001"], "NH3N", "AUTO", "CONTINUOUS"),
            PlanLine(outlets["DA001"], "SO2", "MANUAL", "MONTH"),
        ],
        duties={"LEDGER": "台账保存五年", "OTHER": " "},
    )


def test_sections_are_kept_apart_and_each_saving_counts(agent):
    draft = save_plan(agent, save_project(agent, make.draft(agent)))
    assert draft.revision == 3
    assert Project.objects.get().eia_no == "清环建〔2026〕12号"
    assert MonitoringItem.objects.count() == 3
    assert [duty.text for duty in Duty.objects.all()] == ["台账保存五年"]


def test_stale_section_is_refused_with_who_and_what_changed(agent):
    draft = make.draft(agent)
    seen = draft.revision
    outlet = draft.site.outlets.get(code="DW001")
    services.save_draft(
        by=agent,
        application=draft,
        revision=seen,
        management_class="KEY",
        statement="新建项目申领",
        is_committed=True,
        lines=[services.RequestedLine(outlet.pk, "COD", Decimal(50), 8 * T)],
    )
    with refused("P103"):
        services.save_project(by=agent, application=draft, revision=seen, **PROJECT)
    with pytest.raises(Exception, match=r"10\.000 t → .*8\.000 t"):
        services.save_project(by=agent, application=draft, revision=seen, **PROJECT)


def test_acceptance_needs_its_document(agent):
    draft = make.draft(agent)
    accepted = {"accepted_on": datetime.date(2026, 10, 1)}
    with refused("P171"):
        save_project(agent, draft, **accepted)
    with broken("acceptance_names_its_document"):
        Project.objects.create(application=draft, nature="NEW", **accepted)


def test_years_and_periods_become_limits_content_and_lots(agent, officer, second_officer, now):
    draft = save_years(
        agent,
        make.draft(agent),
        years=[10 * T, 10 * T, 8 * T, 8 * T, 8 * T],
        periods=[
            ("枯水期", "12-01", "12-31", False, 10**7),
            ("亚运保障", "09-10", "09-20", True, None),
        ],
    )
    permit = take_through(agent, officer, second_officer, draft, now)
    version = latest_version(permit)
    assert LimitYear.objects.filter(limit__version=version).count() == 5
    said = next(
        limit
        for outlet in version.content["outlets"]
        for limit in outlet["limits"]
        if limit["pollutant"] == "COD"
    )
    assert said["years"][2] == 8 * T
    assert [period["is_ban"] for period in said["special_periods"]] == [True, False]
    lots = Lot.objects.filter(pollutant_id="COD").order_by("valid_from")
    assert [(lot.quantity_per_year, lot.valid_from.year) for lot in lots] == [
        (10 * T, 2026),
        (8 * T, 2028),
    ]


def take_through(agent, officer, second_officer, draft, now):
    """From a written draft to the permit."""
    application = services.submit_application(
        by=agent, application=draft, revision=draft.revision, key=f"s-{draft.pk}", now=now
    )
    step = {"by": officer, "application": application, "now": now}
    services.accept_application(**step, key=f"a-{draft.pk}")
    services.start_review(**step, has_site_check=False, key=f"r-{draft.pk}")
    services.propose_permit(
        **step, opinion="同意", legal_basis="第十一条", mark="P", key=f"p-{draft.pk}"
    )
    return services.issue_permit(
        by=second_officer, application=application, key=f"i-{draft.pk}", now=now
    )


@pytest.mark.parametrize(
    ("years", "periods", "code"),
    [
        ([11 * T] * 5, [], "P167"),
        ([], [("x", "13-01", "12-31", True, None)], "P169"),
        ([], [("x", "12-31", "01-02", True, None)], "P169"),
    ],
)
def test_years_and_periods_that_cannot_be_are_refused(agent, years, periods, code):
    with refused(code):
        save_years(agent, make.draft(agent), years=years, periods=periods)


def test_years_with_a_gap_are_refused(agent):
    draft = make.draft(agent)
    with refused("P168"):
        services.save_years(
            by=agent,
            application=draft,
            revision=draft.revision,
            years=[YearLine(cod(draft).pk, 2, T)],
            periods=[],
        )


def test_limit_of_another_application_is_refused(agent, rival):
    foreign = make.draft(rival)
    draft = make.draft(agent)
    with refused("P114"):
        services.save_years(
            by=agent,
            application=draft,
            revision=draft.revision,
            years=[YearLine(cod(foreign).pk, 1, T)],
            periods=[],
        )


def test_change_carries_new_unit_data_into_permit_and_register(agent, officer, second_officer, now):
    make.issued(agent, officer, second_officer, now=now)
    old_name = agent.enterprise.name
    draft = make.draft(agent, kind="CHANGE")
    draft = services.save_basics(
        by=agent,
        application=draft,
        revision=draft.revision,
        changed_on=datetime.date(2026, 11, 2),
        name="清源新材料有限公司",
        name_en="Qingyuan New Materials",
        address="清源市临溪区新路9号",
        legal_representative="李四",
    )
    permit = take_through(agent, officer, second_officer, draft, now)
    agent.enterprise.refresh_from_db()
    assert agent.enterprise.name == permit.holder_name == "清源新材料有限公司"
    assert agent.enterprise.history.filter(name=old_name).exists()
    assert latest_version(permit).content["unit"]["legal_representative"] == "李四"
    assert BasicChange.objects.get().changed_on == datetime.date(2026, 11, 2)


def test_versions_tell_years_periods_plan_and_duties_apart(agent, officer, second_officer, now):
    permit = make.issued(agent, officer, second_officer, now=now)
    draft = save_plan(agent, make.draft(agent, kind="REAPPLY"))
    periods = [("枯水期", "12-01", "12-31", True, None)]
    draft = save_years(agent, draft, years=[10 * T] * 5, periods=periods)
    take_through(agent, officer, second_officer, draft, now)
    old, new = (version.content for version in permit.versions.order_by("number"))
    told = " ".join(f"{one.what} {one.before} {one.after}" for one in differences(old, new))
    for word in ("10.000 t/a / 10.000 t/a", "枯水期 12-01–12-31", "自动监测", "台账保存五年"):
        assert word in told
    paper = pypdfium2.PdfDocument(draw_duplicate({"permit": new, "rights": []}, FOOT))
    text = "".join(sheet.get_textpage().get_text_range() for sheet in paper)
    for word in ("第 5 年", "枯水期", "禁止排放", "自动监测", "台账保存五年"):
        assert word in text


FOOT = Foot("1", "0" * 16, "http://localhost/verify")


def test_renewal_begins_with_plan_and_periods_of_the_permit(agent, officer, second_officer, now):
    draft = save_plan(
        agent, save_years(agent, make.draft(agent), periods=[("枯", "12-01", "12-31", True, None)])
    )
    permit = take_through(agent, officer, second_officer, draft, now)
    renewal = services.start_application(
        by=agent, site=permit.site, kind="RENEW", management_class="KEY", key="renew"
    )
    assert renewal.monitoring_items.count() == 3
    assert renewal.duties.count() == 1
    assert cod(renewal).special_periods.count() == 1


def test_findings_name_what_is_missing_by_number(agent, now):
    day = now.date()
    draft = make.draft(agent)
    assert codes(draft, day) == {"P175"}
    draft = save_project(agent, save_plan(agent, draft), eia_no="", eia_on=None)
    assert codes(draft, day) == {"P170", "P176", "P178"}


def test_findings_of_a_late_change_and_a_lost_permit(agent, officer, second_officer, now):
    make.issued(agent, officer, second_officer, now=now)
    draft = make.draft(agent, kind="CHANGE")
    assert codes(draft, now.date()) == {"P172"}
    services.save_basics(
        by=agent,
        application=draft,
        revision=draft.revision,
        changed_on=datetime.date(2026, 9, 1),
        name="新名",
        name_en="",
        address="a",
        legal_representative="b",
    )
    assert codes(draft, now.date()) == {"P173"}
    services.withdraw_application(by=agent, application=draft, reason="x", key="w", now=now)
    assert codes(make.draft(agent, kind="REISSUE"), now.date()) == {"P178"}


@pytest.mark.parametrize(
    ("day", "code"), [(datetime.date(2031, 6, 1), "P174"), (datetime.date(2031, 10, 1), "P179")]
)
def test_draft_of_a_renewal_says_where_it_stands_on_the_sixty_days(
    agent, officer, second_officer, now, day, code
):
    make.issued(agent, officer, second_officer, now=now)
    assert code in codes(make.draft(agent, kind="RENEW"), day)


def test_database_keeps_the_sections_in_order(agent):
    draft = save_years(
        agent, make.draft(agent), years=[T] * 5, periods=[("x", "12-01", "12-31", True, None)]
    )
    limit = cod(draft)
    with broken("requested_year_stands_once"):
        RequestedYear.objects.create(limit=limit, year_no=1, quantity=1)
    with broken("requested_year_is_in_range"):
        RequestedYear.objects.create(limit=limit, year_no=11, quantity=1)
    period = {"limit": limit, "name": "y", "starts": "12-01", "ends": "12-31", "is_ban": True}
    with broken("special_period_begins_once_per_limit"):
        SpecialPeriod.objects.create(**period)
    with broken("special_period_has_days_of_the_year"):
        SpecialPeriod.objects.create(**period | {"starts": "1-1"})
    with broken("special_period_bans_or_limits"):
        SpecialPeriod.objects.create(**period | {"starts": "11-01", "is_ban": False})


def test_database_keeps_plan_and_duties_in_order(agent):
    draft = save_plan(agent, make.draft(agent))
    item = draft.monitoring_items.first()
    values = {"application": draft, "outlet_id": item.outlet_id, "pollutant_id": item.pollutant_id}
    with broken("monitoring_item_stands_once"):
        MonitoringItem.objects.create(**values, method="MANUAL", frequency="DAY")
    with broken("only_automatic_monitoring_is_continuous"):
        draft.monitoring_items.update(method="MANUAL", frequency="CONTINUOUS")
    with broken("duty_stands_once"):
        Duty.objects.create(application=draft, kind="LEDGER", text="x")


def test_issued_years_stay_as_they_are(agent, officer, second_officer, now):
    draft = save_years(agent, make.draft(agent), years=[T] * 5)
    take_through(agent, officer, second_officer, draft, now)
    year = LimitYear.objects.first()
    with broken("limit_year_stands_once"):
        LimitYear.objects.create(limit=year.limit, year_no=1, quantity=1)
    with broken("limit_year_is_in_range"):
        LimitYear.objects.create(limit=year.limit, year_no=0, quantity=1)
    with connection.cursor() as cursor:
        with broken_guard("limit_year_is_not_updated"):
            cursor.execute("UPDATE permits_limityear SET quantity = 1")
        with broken_guard("limit_year_is_not_deleted"):
            cursor.execute("DELETE FROM permits_limityear")
        truncate_is_refused(cursor, "permits_limityear", "limit_year_is_not_truncated")
