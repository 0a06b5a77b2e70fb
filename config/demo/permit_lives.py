"""The life of each permit: first issue, what happened since, what waits today."""

import datetime
from collections.abc import Iterable
from functools import partial

from parties.services import close_enterprise
from permits import services
from permits.models import Ending
from permits.rules import add_years

from .filings import Filing
from .stage import DAY, Plant, Stage, at

# Steps of an application that goes through, in working days after it is handed in.
THROUGH = (("submit", 0), ("accept", 1), ("review", 2), ("propose", 8), ("issue", 10))

# What happened to a permit since, or waits today: kind and steps, in working days ago.
STORIES: dict[str, tuple[str, tuple[tuple[str, int], ...]]] = {
    "change_submitted": ("CHANGE", (("submit", 1),)),
    "change_not_accepted": ("CHANGE", (("submit", 34), ("not_accept", 32))),
    "change_issued": (
        "CHANGE",
        (("submit", 82), ("accept", 81), ("review", 80), ("propose", 74), ("issue", 72)),
    ),
    "reissue_issued": (
        "REISSUE",
        (("submit", 122), ("accept", 121), ("review", 120), ("propose", 117), ("issue", 115)),
    ),
    "reapply_issued": (
        "REAPPLY",
        (
            ("submit", 160),
            ("accept", 158),
            ("review", 157),
            ("admit", 150),
            ("propose", 140),
            ("issue", 137),
        ),
    ),
    "reapply_review": ("REAPPLY", (("submit", 19), ("accept", 18), ("review", 17))),
    "reapply_paused": (
        "REAPPLY",
        (("submit", 20), ("accept", 18), ("review", 17), ("stop_clock", 6)),
    ),
    "reapply_refused": (
        "REAPPLY",
        (("submit", 60), ("accept", 58), ("review", 57), ("refuse", 41)),
    ),
    "renew_accepted": ("RENEW", (("submit", 9), ("accept", 8))),
    "renew_approved": (
        "RENEW",
        (("submit", 17), ("accept", 15), ("review", 14), ("propose", 2)),
    ),
    "cancelled": (
        "CANCEL",
        (("submit", 66), ("accept", 65), ("review", 64), ("propose", 60), ("issue", 58)),
    ),
    "new_draft": ("APPLY", (("draft", 3),)),
    "new_submitted": ("APPLY", (("submit", 2),)),
    "new_correction": ("APPLY", (("submit", 6), ("ask_correction", 4))),
    "new_panel": (
        "APPLY",
        (
            ("submit", 20),
            ("accept", 18),
            ("review", 17),
            ("admit", 9),
            ("call_panel", 3),
            ("vote", 2),
        ),
    ),
    "new_withdrawn": ("APPLY", (("submit", 45), ("withdraw", 40))),
}

# Stories whose permit ends (or ended) on a given day: days from today.
TERM_ENDS = {"renewed": -150, "expired": -38, "renew_accepted": 62, "renew_approved": 36}

# Ended by the bureau: ends as, working days ago, reason, article.
ENDINGS = {
    "revoked": (
        "REVOKED",
        75,
        "私设暗管偷排含铬废水，情节严重，依法吊销排污许可证。",
        "《排污许可管理条例》第三十四条",
    ),
    "withdrawn": (
        "WITHDRAWN",
        52,
        "以虚假验收材料取得许可，依法予以撤销。",
        "《排污许可管理条例》第四十条",
    ),
    "ending_proposed": (
        "CANCELLED",
        1,
        "企业已停产满一年且拆除主要生产设施，拟依职权注销。",
        "《中华人民共和国行政许可法》第七十条",
    ),
}


def plan_permits(stage: Stage) -> None:
    """Put the life of every permit on the agenda."""
    for plant in stage.plants:
        if not plant.is_new:
            plan_issue(stage, plant)
        if plant.permit in STORIES:
            plan_story(stage, plant)
        if plant.permit in ENDINGS:
            plan_ending(stage, plant)


def issue_day(stage: Stage, plant: Plant) -> datetime.date:
    """The day of the first issue; a term that is over or nearly so began five years before."""
    if plant.permit not in TERM_ENDS:
        months = stage.dice("issue", plant.place).randint(15, 45)
        return stage.workdays_from(stage.today - months * 30 * DAY, 0)
    last = stage.today + (TERM_ENDS[plant.permit] + plant.place % 7) * DAY
    return add_years(last + DAY, -5)


def plan_issue(stage: Stage, plant: Plant) -> None:
    """The first permit and, where the story says so, its renewal or the end of its term."""
    day = issue_day(stage, plant)
    first = stage.workdays_from(day, -THROUGH[-1][1])
    # Issued exactly on the day from which the term is counted, working day or not.
    steps = [(step, stage.workdays_from(first, after)) for step, after in THROUGH[:-1]]
    plan_steps(stage, plant, "APPLY", [*steps, ("issue", day)])
    last = add_years(day, 5) - DAY
    if plant.permit == "renewed":
        asked = stage.workdays_from(last, -62)
        plan_steps(
            stage,
            plant,
            "RENEW",
            [(step, stage.workdays_from(asked, after)) for step, after in THROUGH],
        )
    if plant.permit == "expired":
        stage.ends[plant.place] = last
        stage.agenda.add(at(last + DAY, 0, 20), lambda now: services.expire_due(now=now))


def plan_story(stage: Stage, plant: Plant) -> None:
    """What happened since, or waits today."""
    kind, steps = STORIES[plant.permit]
    plan_steps(stage, plant, kind, [(step, stage.workdays_ago(ago)) for step, ago in steps])
    if plant.permit == "cancelled":
        last = stage.workdays_ago(steps[-1][1])
        stage.ends[plant.place] = last
        stage.agenda.add(at(last, 17, 40), partial(close, stage, plant))


def plan_steps(
    stage: Stage, plant: Plant, kind: str, steps: Iterable[tuple[str, datetime.date]]
) -> None:
    """Each step at a moment of office hours that differs from plant to plant."""
    filing = Filing(stage, plant, kind)
    for place, (step, day) in enumerate(steps):
        moment = at(day, 9 + place, (plant.place * 7) % 60)
        stage.agenda.add(min(moment, stage.now), partial(filing.take, step))


def close(stage: Stage, plant: Plant, now: datetime.datetime) -> None:
    """The enterprise stops for good."""
    enterprise = stage.enterprises[plant.place]
    close_enterprise(by=stage.people["officer"], enterprise=enterprise, reason="停产关闭")


def plan_ending(stage: Stage, plant: Plant) -> None:
    """The bureau ends a permit: proposed by one officer, carried out by the second."""
    state, ago, reason, basis = ENDINGS[plant.permit]
    day = stage.workdays_ago(ago)

    def propose(now: datetime.datetime) -> None:
        services.propose_ending(
            by=stage.people["officer"],
            permit=stage.permits[plant.place],
            ends_as=state,
            reason=reason,
            legal_basis=basis,
            key=f"demo:ending:{plant.place}",
            now=now,
        )

    def decide(now: datetime.datetime) -> None:
        ending = Ending.objects.get(key=f"demo:ending:{plant.place}")
        services.decide_ending(
            by=stage.people["officer2"], ending=ending, granted=True, reason="同意", now=now
        )

    stage.agenda.add(min(at(day, 10, 30), stage.now), propose)
    if ago > 1:
        last = stage.workdays_from(day, 2)
        stage.ends[plant.place] = last
        stage.agenda.add(at(last, 15), decide)
