"""What an application of the demo says beside its limits: project, class, plan, papers."""

import datetime
import functools
import io

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from ledger.models import ReplacementRatio
from permits import services
from permits.models import Application, Permit, VerificationMethod
from permits.queries.admission import project_of
from permits.queries.content import granted_lines, latest_version, requested_lines
from permits.rules import totals
from permits.services import PlanLine, ReplacementLine, VerifiedLine

from .rulebook import zone_of
from .stage import DAY, Plant, Stage

MILLE = 1000
DUTIES = {
    "TREATMENT": "污染防治设施与生产设施同步运行，检修停运提前报告。",
    "LEDGER": "按 HJ 944-2018 建立环境管理台账，电子和纸质台账保存不少于五年。",
    "REPORT": "每年 1 月 31 日前提交上年度执行报告，重点管理单位另按季提交。",
    "DISCLOSURE": "在厂区门口显示屏和全国排污许可证管理信息平台公开监测数据。",
}
# Stories in which something is built; the others are for units that run already.
BUILT = {"reapply_issued", "reapply_review", "reapply_paused", "reapply_refused"}


def is_built(plant: Plant) -> bool:
    """Whether the application is for something new."""
    return plant.is_new or plant.permit in BUILT


def fill(stage: Stage, plant: Plant, draft: Application, now: datetime.datetime) -> Application:
    """Every section that this kind of application has."""
    by = stage.agents[plant.place]
    if draft.kind == "CHANGE":
        return change_basics(stage, plant, draft, now)
    if draft.kind in ("APPLY", "REAPPLY"):
        draft = say_project(stage, plant, draft, now)
        draft = services.save_class(
            by=by,
            application=draft,
            revision=draft.revision,
            answers={},
            chosen="",
            reason="",
            now=now,
        )
    if draft.kind == "APPLY":
        draft = plan(stage, plant, draft)
    return draft


def change_basics(
    stage: Stage, plant: Plant, draft: Application, now: datetime.datetime
) -> Application:
    """A new legal representative; the register follows when the change is issued."""
    unit = draft.site.enterprise
    return services.save_basics(
        by=stage.agents[plant.place],
        application=draft,
        revision=draft.revision,
        changed_on=now.date() - 5 * DAY,
        name=unit.name,
        name_en=unit.name_en,
        address=unit.address,
        legal_representative="程建业",
    )


def say_project(
    stage: Stage, plant: Plant, draft: Application, now: datetime.datetime
) -> Application:
    """What is built and its EIA; the refused one has none, which is why it is refused."""
    by = stage.agents[plant.place]
    is_new = is_built(plant) and (plant.is_new or draft.kind == "REAPPLY")
    has_eia = plant.permit != "reapply_refused"
    nature = ("NEW" if draft.kind == "APPLY" else "EXTENSION") if is_new else "EXISTING"
    draft = services.save_project(
        by=by,
        application=draft,
        revision=draft.revision,
        nature=nature,
        name=f"{plant.industry}{'新建' if plant.is_new else '扩建' if is_new else ''}项目",
        eia_no=f"清环建〔{now.year}〕{plant.place + 10}号" if has_eia else "",
        eia_on=now.date() - 60 * DAY if has_eia else None,
        accepted_on=None,
        acceptance_document="",
        zone=zone_of(plant.county),
    )
    if not is_new:
        return draft
    if has_eia:
        attach_eia(stage, plant, draft, now)
    return services.save_replacements(
        by=by, application=draft, revision=draft.revision, lines=replacements(plant, draft)
    )


@functools.cache
def eia_paper() -> bytes:
    """A one-page PDF that stands for the EIA approval."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4, invariant=1)
    page.drawString(72, 760, "EIA approval (demo data)")
    page.save()
    return out.getvalue()


def attach_eia(stage: Stage, plant: Plant, draft: Application, now: datetime.datetime) -> None:
    """The approval as a paper of the file."""
    services.attach_file(
        by=stage.agents[plant.place],
        application=draft,
        kind="EIA",
        name=f"环评批复-{plant.place + 10}号.pdf",
        content=eia_paper(),
        now=now,
    )


def replacements(plant: Plant, draft: Application) -> list[ReplacementLine]:
    """A named source stops what the project adds, at the ratio."""
    ratios = dict(ReplacementRatio.objects.values_list("pollutant_id", "ratio_permille"))
    return [
        ReplacementLine(
            source="AREA",
            name="云岭化工二厂关停",
            pollutant=code,
            quantity_per_year=-(-more * ratios[code] // MILLE),
            document=f"清环函〔2025〕{plant.place + 40}号",
        )
        for code, more in added(draft).items()
    ]


def added(draft: Application) -> dict[str, int]:
    """What the application asks for above what the permit grants now, by pollutant."""
    permit = Permit.objects.filter(site_id=draft.site_id).first()
    held = totals(granted_lines(latest_version(permit)))
    asked = masses(draft)
    return {code: more for code in asked if (more := asked[code] - held.get(code, 0)) > 0}


def masses(draft: Application) -> dict[str, int]:
    """What the application asks for in a year, by pollutant counted by mass."""
    asked = totals(requested_lines(draft))
    return {code: quantity for code, quantity in asked.items() if code != "WATER"}


def plan(stage: Stage, plant: Plant, draft: Application) -> Application:
    """Self-monitoring of every limit, and the duties."""
    is_key = draft.management_class == "KEY"
    how = ("AUTO", "CONTINUOUS") if is_key else ("MANUAL", "QUARTER")
    rows = draft.requested_limits.exclude(pollutant="WATER")
    return services.save_plan(
        by=stage.agents[plant.place],
        application=draft,
        revision=draft.revision,
        items=[PlanLine(row.outlet_id, row.pollutant_id, *how) for row in rows],
        duties=DUTIES,
    )


def admit(stage: Stage, application: Application, key: str, now: datetime.datetime) -> None:
    """The officer verifies the totals and files the check, where something is built."""
    if project_of(application) is None:
        return
    officer = stage.people["officer"]
    method = VerificationMethod.objects.order_by("rank").first()
    assert method, "the reference data name methods"
    asked = masses(application)
    services.save_verified(
        by=officer,
        application=application,
        lines=[
            VerifiedLine(
                pollutant=code,
                quantity_per_year=quantity,
                method_id=method.pk,
                why_not_before="",
                document="总量核定意见书",
            )
            for code, quantity in asked.items()
        ],
        now=now,
    )
    services.file_admission(by=officer, application=application, key=f"{key}:admission", now=now)
