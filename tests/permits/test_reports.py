"""Execution reports: who owes one, what fills it, what keeps it open, who is told."""

import datetime
from contextlib import contextmanager

import pgtrigger
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from cardswipe.models import DailyTotal
from ledger.queries import verify
from parties.models import Notice
from permits import services
from permits.models import ExecutionReport, ReportLine, ReportReminder
from permits.models.permits import PermitVersion
from permits.queries.reports import comparisons, lines_of
from permits.report_paper import draw_report
from permits.report_rules import Figures, Period, ReportKind, findings, held_days, last_ended
from permits.services.reports import Entry, Texts
from tests import factories_cards
from tests import factories_permits as make
from tests.refused import refused

DAY = datetime.timedelta(days=1)
FIRST, LAST = datetime.date(2027, 1, 1), datetime.date(2027, 3, 31)
QUARTER = Period(FIRST, LAST)
AFTER = datetime.datetime(2027, 4, 2, 3, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("kind", "today", "first", "last"),
    [
        ("YEAR", "2027-01-01", "2026-01-01", "2026-12-31"),
        ("YEAR", "2026-12-31", "2025-01-01", "2025-12-31"),
        ("QUARTER", "2027-01-01", "2026-10-01", "2026-12-31"),
        ("QUARTER", "2026-06-30", "2026-01-01", "2026-03-31"),
        ("MONTH", "2028-03-01", "2028-02-01", "2028-02-29"),
        ("MONTH", "2027-01-15", "2026-12-01", "2026-12-31"),
    ],
)
def test_last_period_that_ended(kind, today, first, last):
    found = last_ended(ReportKind(kind), datetime.date.fromisoformat(today))
    assert (found.start.isoformat(), found.end.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("held_from", "held_to", "days"),
    [
        ("2020-01-01", "2030-01-01", 90),
        ("2027-03-31", "2030-01-01", 1),
        ("2027-04-01", "2030-01-01", 0),
    ],
)
def test_days_held_in_the_period(held_from, held_to, days):
    first, last = map(datetime.date.fromisoformat, (held_from, held_to))
    assert held_days(QUARTER, first, last) == days


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ({"reported": 5}, []),
        ({}, ["P401"]),
        ({"reported": 6}, ["P402"]),
        ({"reported": 6, "note": "抽样复核"}, []),
        ({"reported": 5, "permitted": 9, "running_year": 10}, ["P403"]),
        ({"reported": 5, "permitted": 10, "running_year": 10}, []),
        ({"reported": 5, "gap_days": 3}, ["P404"]),
        ({"reported": 5, "is_over_concentration": True}, ["P408"]),
        ({"note": "停产"}, ["P401"]),
    ],
)
def test_unusual_figures_must_be_explained(line, codes):
    found = findings([Figures(where="DW001 · COD", recorded=5, **line)], is_committed=True)
    assert [one.code for one in found] == codes


def test_report_without_commitment_is_not_handed_in():
    line = Figures(where="x", recorded=5, reported=5)
    assert [one.code for one in findings([line], is_committed=False)] == ["P405"]


@pytest.fixture
def permit(agent, officer, second_officer, now):
    return make.issued(agent, officer, second_officer, now=now)


@pytest.fixture
def device(permit):
    return factories_cards.controller(permit.site.enterprise)


def swipe(device, day, **loads):
    """What the device booked on a day."""
    for pollutant, quantity in loads.items():
        DailyTotal.objects.create(
            controller=device,
            pollutant_id=pollutant,
            day=day,
            enterprise=device.outlet.site.enterprise,
            quantity=quantity,
            events=1,
        )


@pytest.fixture
def report(permit, device):
    """A quarter in which the device recorded each day but the last."""
    for number in range(89):
        swipe(device, FIRST + number * DAY, COD=10**6, NH3N=10**5)
    return services.open_report(permit=permit, kind=ReportKind.QUARTER, period=QUARTER)


def write(agent, report, *, note="装置检修", is_committed=True, **changed):
    """The enterprise takes the recorded figures over, save those that are given."""
    report.refresh_from_db()
    entries = [
        Entry(
            line.pk,
            changed.get(f"{line.outlet.code}_{line.pollutant_id}", line.recorded),
            None,
            note,
        )
        for line in lines_of(report)
    ]
    return services.save_report(
        by=agent,
        report=report,
        revision=report.revision,
        entries=entries,
        texts=Texts(events="3月31日检修", is_committed=is_committed),
    )


def send(agent, report, now=AFTER):
    return services.submit_report(by=agent, report=report, revision=report.revision, now=now)


def line_of(report, pollutant):
    return report.lines.get(pollutant=pollutant)


def test_report_is_filled_from_what_the_devices_recorded(report):
    cod = line_of(report, "COD")
    assert (cod.recorded, cod.gap_days, cod.permitted) == (89 * 10**6, 1, 10 * 10**9)
    assert line_of(report, "SO2").gap_days == 90
    assert report.due_on == datetime.date(2027, 4, 15)
    assert "HJ 944" in report.legal_basis


def test_lines_filled_and_renewed_by_the_clock_agree_with_their_history(report, device):
    assert list(verify(only={"V13"})) == []
    swipe(device, LAST, COD=5)
    services.keep_reports(now=AFTER)
    assert line_of(report, "COD").gap_days == 0
    assert list(verify(only={"V13"})) == []


def test_reports_owed_are_opened_once_for_the_periods_that_ended(permit):
    opened = services.open_due_reports(now=AFTER)
    assert [(one.kind, one.start_date) for one in opened] == [("QUARTER", FIRST)]
    assert services.open_due_reports(now=AFTER + DAY) == []


def test_permit_held_too_short_owes_no_report(permit):
    # Held since 20 November: 42 days, enough for the quarter, too short for the year.
    opened = services.open_due_reports(now=datetime.datetime(2027, 1, 5, tzinfo=datetime.UTC))
    assert [one.kind for one in opened] == ["QUARTER"]


def test_simplified_permit_owes_no_quarterly_report(permit):
    with connection_trigger_off():
        PermitVersion.objects.update(management_class="SIMPLIFIED")
    period = Period(datetime.date(2027, 1, 1), datetime.date(2027, 12, 31))
    assert services.open_report(permit=permit, kind=ReportKind.QUARTER, period=QUARTER) is None
    assert services.open_report(permit=permit, kind=ReportKind.YEAR, period=period)


@contextmanager
def connection_trigger_off():
    """Lets a test change what an issued version says; the guard itself is tested elsewhere."""

    with pgtrigger.ignore("permits.PermitVersion:version_says_the_same_for_ever"):
        yield


def test_report_handed_in_keeps_its_content_and_is_closed(agent, report):
    done = send(agent, write(agent, report))
    assert done.state == "SUBMITTED"
    assert done.content["lines"][0]["reported"] is not None
    assert len(bytes(done.content_sha256)) == 32
    with refused("P406"):
        write(agent, done)
    assert send(agent, done).pk == done.pk


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"note": ""}, "P404"),
        ({"DW001_COD": None}, "P401"),
        ({"is_committed": False}, "P405"),
    ],
)
def test_report_with_a_finding_is_not_handed_in(agent, report, given, code):
    saved = write(agent, report, **given)
    with refused(code):
        send(agent, saved)
    report.refresh_from_db()
    assert report.state == "OPEN"


def test_stale_report_is_refused(agent, report):
    saved = write(agent, report)
    with refused("P103"):
        services.submit_report(by=agent, report=saved, revision=0, now=AFTER)


def test_officer_sends_a_report_back_and_the_enterprise_is_told(agent, officer, report):
    done = send(agent, write(agent, report))
    with refused("P407"):
        services.return_report(
            by=officer,
            report=services.return_report(by=officer, report=done, reason="缺台账", now=AFTER),
            reason="again",
            now=AFTER,
        )
    report.refresh_from_db()
    assert (report.state, report.returned_for, report.is_committed) == ("OPEN", "缺台账", False)
    assert Notice.objects.filter(enterprise=agent.enterprise, text_zh__contains="缺台账").exists()


def test_late_report_is_chased_once_and_the_bureau_is_told(agent, report):
    due = datetime.datetime(2027, 4, 15, 3, tzinfo=datetime.UTC)
    assert services.chase_reports(now=due - 10 * DAY) == []
    assert [one.is_overdue for one in services.chase_reports(now=due - 2 * DAY)] == [False]
    assert services.chase_reports(now=due) == []
    assert [one.is_overdue for one in services.chase_reports(now=due + DAY)] == [True]
    assert services.chase_reports(now=due + 2 * DAY) == []
    assert ReportReminder.objects.count() == 2
    told = Notice.objects.filter(link__contains="/reports/").order_by("pk")
    assert [(one.tone, bool(one.enterprise_id)) for one in told] == [
        ("yellow", True),
        ("red", True),
        ("yellow", False),
    ]


def test_books_are_compared_per_pollutant(agent, report):
    saved = write(agent, report, DW001_COD=88 * 10**6)
    by_code = {row.pollutant.pk: row for row in comparisons(saved, list(lines_of(saved)))}
    cod = by_code["COD"]
    assert (cod.recorded, cod.reported, cod.booked, cod.is_even) == (
        89 * 10**6,
        88 * 10**6,
        0,
        False,
    )
    assert by_code["SO2"].is_even


def test_paper_of_a_report_is_drawn_in_chinese_whoever_asks(agent, report):
    with translation.override("en"):
        assert draw_report(report, list(lines_of(report))).startswith(b"%PDF-")


@contextmanager
def broken(constraint):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.diag.constraint_name == constraint


def test_reports_are_guarded_by_the_database(report):
    values = {"permit": report.permit, "kind": "QUARTER", "due_on": LAST, "legal_basis": "x"}
    with broken("one_report_per_permit_and_period"):
        ExecutionReport.objects.create(start_date=FIRST, end_date=LAST, **values)
    with broken("report_period_runs_forward"):
        ExecutionReport.objects.create(start_date=LAST, end_date=FIRST, **values)
    with broken("report_handed_in_is_signed"):
        ExecutionReport.objects.filter(pk=report.pk).update(state="SUBMITTED")
    line = line_of(report, "COD")
    with broken("report_line_stands_once"):
        ReportLine.objects.create(report=report, outlet=line.outlet, pollutant=line.pollutant)
    with broken("report_figures_are_not_negative"):
        ReportLine.objects.filter(pk=line.pk).update(reported=-1)
    ReportReminder.objects.create(report=report, is_overdue=True, at=AFTER)
    with broken("report_is_told_once"):
        ReportReminder.objects.create(report=report, is_overdue=True, at=AFTER)


def test_enterprise_writes_its_report_on_the_page_and_the_officer_reads_it(agent, officer, report):
    agent_client, officer_client = signed_in(agent), signed_in(officer)
    page = agent_client.get(f"/reports/{report.pk}/edit/")
    form = page.context["form"]
    data = {"revision": form["revision"].value(), "is_committed": "on", "send": "1"}
    for row in form.rows():
        data[row["reported"].html_name] = row["reported"].value()
        data[row["note"].html_name] = "设备检修"
    answer = agent_client.post(f"/reports/{report.pk}/edit/", data, follow=True)
    assert "报告已提交" in answer.content.decode()
    shown = officer_client.get(f"/reports/{report.pk}/").content.decode()
    assert "设备检修" in shown
    assert "0.089" in shown
    assert (
        officer_client.get(f"/reports/{report.pk}/report.pdf")["Content-Type"] == "application/pdf"
    )
    assert (
        report.permit.holder_name in officer_client.get("/reports/?standing=done").content.decode()
    )


def signed_in(member):
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client
