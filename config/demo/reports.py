"""Execution reports: opened when a period ends, written by most, late or sent back for a few."""

import datetime
from functools import partial

from permits.models import ExecutionReport
from permits.models.reports import ReportState
from permits.queries.reports import lines_of
from permits.services import (
    chase_reports,
    open_due_reports,
    return_report,
    save_report,
    submit_report,
)
from permits.services.reports import Entry, Texts

from .stage import DAY, Stage, at

# Places in the table of enterprises: report nothing, are sent back, have not written yet.
SILENT, SENT_BACK = (19, 33), (4, 12)
QUARTERS = ((1, 2), (4, 2), (7, 2), (10, 2))  # when a period of the quarter or the year ended
NOTE = "停产检修期间无排放；其余与自动监测数据一致"
BEFORE_CARDS = "刷卡排污设备安装前无设备记录，此前数据见手工监测台账"
MANY_DAYS = 100
TEXTS = Texts(
    treatment="治理设施运行正常，全期累计检修 2 次，药剂与用电台账齐全。",
    monitoring="按自行监测方案开展监测，自动监测设备运维记录完整，台账保存五年。",
    events="检修停产已提前报备，无异常排放。",
    is_committed=True,
)


def plan_reports(stage: Stage) -> None:
    """The reports of the last four ends of a quarter."""
    for year in (stage.today.year - 1, stage.today.year):
        for month, day in QUARTERS:
            first = datetime.date(year, month, day)
            if stage.today - 330 * DAY < first < stage.today:
                stage.agenda.add(at(first, 1), partial(begin, stage))
                stage.agenda.add(at(first + 20 * DAY, 1), lambda now: chase_reports(now=now))
    stage.agenda.add(min(at(stage.today, 1), stage.now), lambda now: chase_reports(now=now))


def begin(stage: Stage, now: datetime.datetime) -> None:
    """Open what is owed; each enterprise writes on a day of its own."""
    places = {site.pk: place for place, site in stage.sites.items()}
    for report in open_due_reports(now=now):
        place = places.get(report.permit.site_id)
        if place is None or place in SILENT:
            continue
        written = stage.workdays_from(now.date() + (3 + place % 9) * DAY, 0)
        moment = at(written, 13, place % 60)
        if moment < stage.now:
            stage.agenda.add(moment, partial(write, stage, place, report.pk))


def write(stage: Stage, place: int, report_id: int, now: datetime.datetime) -> None:
    """The recorded figures taken over, what is unusual explained, handed in."""
    report = ExecutionReport.objects.get(pk=report_id)
    saved = save_report(
        by=stage.agents[place],
        report=report,
        revision=report.revision,
        entries=[Entry(line.pk, line.recorded, line.recorded, NOTE) for line in lines_of(report)],
        texts=TEXTS,
    )
    handed_in = submit_report(
        by=stage.agents[place], report=saved, revision=saved.revision, now=now
    )
    is_last = now > stage.now - 60 * DAY
    if place in SENT_BACK and is_last and handed_in.state == ReportState.SUBMITTED:
        return_report(
            by=stage.people["officer"],
            report=handed_in,
            reason="停产天数与自动监测缺失天数不一致，请核对后重新提交。",
            now=now + datetime.timedelta(hours=2),
        )
