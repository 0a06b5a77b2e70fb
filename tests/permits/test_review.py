"""From submission to decision: intake, one correction, legal clocks, collective review."""

import datetime

import pytest

from parties.models import Holiday
from parties.rules import Role
from permits import services
from permits.models import ClockPause, DeadlineNotice, LegalAct, LegalClock, Panel, ReviewStep
from permits.rules import State
from tests import factories
from tests import factories_permits as make
from tests.refused import broken, refused

DAY = datetime.timedelta(days=1)


def accept(by, application, now, key="accept"):
    return services.accept_application(by=by, application=application, key=key, now=now)


def correct(by, application, now, key="correct"):
    return services.ask_correction(
        by=by, application=application, gaps="缺少自行监测方案", key=key, now=now
    )


def test_submission_gives_a_number_with_region_and_starts_the_intake_clock(agent, now):
    application = make.submitted(agent, now=now)
    assert application.application_no == "339901-2026-SQ-00001"
    # Friday 20 November: three working days end on Wednesday.
    assert (application.clock_act, application.due_on) == ("INTAKE", datetime.date(2026, 11, 25))
    assert "第九条" in application.clock_basis


def test_holiday_moves_the_deadline(agent, now):
    Holiday.objects.create(
        date=datetime.date(2026, 11, 24), kind="DAY_OFF", name="测试", legal_basis="国办发明电"
    )
    assert make.submitted(agent, now=now).due_on == datetime.date(2026, 11, 26)


def test_sending_twice_submits_once(agent, now):
    application = make.submitted(agent, now=now)
    again = services.submit_application(
        by=agent,
        application=application,
        revision=application.revision,
        key=f"submit-{application.pk}",
        now=now,
    )
    assert again.application_no == application.application_no
    assert ReviewStep.objects.count() == 1


def test_submission_of_a_stale_page_is_refused(agent, now):
    application = make.draft(agent)
    with refused("P103"):
        services.submit_application(
            by=agent, application=application, revision=0, key="stale", now=now
        )


def test_one_correction_notice_and_no_second(agent, officer, now):
    application = correct(officer, make.submitted(agent, now=now), now)
    assert (application.state, application.due_on) == (State.CORRECTION, None)
    services.submit_application(
        by=agent, application=application, revision=application.revision, key="again", now=now
    )
    with refused("P102"):
        correct(officer, application, now, key="second")


def test_database_holds_one_correction_notice_per_application(agent, officer, now):
    application = correct(officer, make.submitted(agent, now=now), now)
    step = ReviewStep.objects.get(step="ASK_CORRECTION")
    with broken("one_correction_notice_per_application"):
        ReviewStep.objects.create(
            application=application,
            step=step.step,
            from_state=step.from_state,
            to_state=step.to_state,
            by=officer,
            at=now,
            key="other",
        )


def test_correction_without_a_reason_is_refused(agent, officer, now):
    application = make.submitted(agent, now=now)
    with refused("P116"):
        services.ask_correction(by=officer, application=application, gaps="", key="x", now=now)


def test_unanswered_application_counts_as_accepted_from_the_day_received(agent, now):
    application = make.submitted(agent, now=now)
    assert services.deem_unanswered(now=now + 3 * DAY) == 0
    assert services.deem_unanswered(now=now + 8 * DAY) == 1
    application.refresh_from_db()
    assert application.state == State.ACCEPTED
    assert application.clock_from == datetime.date(2026, 11, 20)
    assert ReviewStep.objects.get(step="ACCEPT").by.role == Role.SYSTEM
    assert services.deem_unanswered(now=now + 8 * DAY) == 0


def test_site_check_lengthens_the_decision_term(agent, officer, now):
    application = accept(officer, make.submitted(agent, now=now), now)
    assert (application.clock_act, application.due_on) == (
        "DECIDE_KEY",
        datetime.date(2027, 1, 1),
    )
    checked = services.start_review(
        by=officer, application=application, has_site_check=True, key="review", now=now
    )
    assert (checked.clock_act, checked.due_on) == (
        "DECIDE_KEY_SITE_CHECK",
        datetime.date(2027, 1, 22),
    )


def test_days_on_which_the_clock_stood_do_not_count(agent, officer, now):
    application = make.reviewed(agent, officer, now=now)
    due = application.due_on
    stop = {"by": officer, "application": application, "now": now + 3 * DAY}
    application = services.stop_clock(
        **stop, pause_reason="EXPERT_REVIEW", told="组织专家评审，不计入审批期限", key="stop"
    )
    assert application.due_on is None
    with refused("P124"):
        services.stop_clock(**stop, pause_reason="TESTING", told="检测", key="stop-2")
    application = services.run_clock(
        by=officer, application=application, key="run", now=now + 17 * DAY
    )
    assert application.due_on == due + 14 * DAY
    with refused("P124"):
        services.run_clock(by=officer, application=application, key="run-2", now=now)


def test_nearest_region_and_day_decide_the_term(agent, officer, now, city):
    act = LegalAct.objects.get(code="INTAKE")
    LegalClock.objects.create(
        act=act,
        region=city,
        amount=2,
        unit="WORKDAY",
        valid_from=datetime.date(2026, 1, 1),
        valid_to=datetime.date(2026, 11, 20),
        legal_basis="市级承诺时限",
    )
    assert make.submitted(agent, now=now).due_on == datetime.date(2026, 11, 24)
    rival = factories.enterprise_member(factories.enterprise(agent.enterprise.region), Role.AGENT)
    later = make.submitted(rival, now=now + 3 * DAY)
    assert later.due_on == datetime.date(2026, 11, 26)


def test_terms_of_one_act_and_region_do_not_overlap(db):
    clock = LegalClock.objects.get(act__code="INTAKE")
    with broken("legal_clocks_do_not_overlap"):
        LegalClock.objects.create(
            act=clock.act,
            amount=5,
            unit="WORKDAY",
            valid_from=datetime.date(2026, 1, 1),
            legal_basis="x",
        )


def test_act_without_a_term_names_what_is_missing(agent, now):
    LegalClock.objects.filter(act__code="INTAKE").delete()
    with refused("P128"):
        make.submitted(agent, now=now)


def members(city, number=3):
    return [factories.bureau_member(city, Role.PANEL_MEMBER) for _ in range(number)]


def test_collective_review_counts_every_vote_once(agent, officer, city, now):
    application = make.reviewed(agent, officer, now=now)
    called = members(city)
    panel = services.call_panel(
        by=officer, application=application, members=called, key="call", now=now
    )
    vote = {"panel": panel, "opinion": "", "now": now}
    with refused("P122"):
        services.cast_vote(by=officer, vote="FOR", **vote)
    for member, choice in zip(called[:2], ["FOR", "FOR"], strict=True):
        services.cast_vote(by=member, vote=choice, **vote)
    close = {"by": officer, "application": application, "minutes": "会议纪要", "now": now}
    with refused("P121"):
        services.close_panel(**close, key="close")
    with refused("P123"):
        services.cast_vote(by=called[0], vote="AGAINST", **vote)
    services.cast_vote(by=called[2], vote="AGAINST", **vote)
    panel = services.close_panel(**close, key="close")
    assert (panel.result, panel.minutes) == ("FOR", "会议纪要")
    application.refresh_from_db()
    assert application.state == State.UNDER_REVIEW


def test_collective_review_needs_members(agent, officer, now):
    application = make.reviewed(agent, officer, now=now)
    with refused("P130"):
        services.call_panel(by=officer, application=application, members=[], key="c", now=now)


def test_refusal_ends_the_application_with_its_reasons(agent, officer, now):
    application = services.refuse_permit(
        by=officer,
        application=make.reviewed(agent, officer, now=now),
        reason="位于饮用水水源保护区",
        legal_basis="《排污许可管理条例》第十一条",
        key="refuse",
        now=now,
    )
    assert application.state == State.REFUSED
    assert application.decisions.get().outcome == "REFUSE"
    assert make.draft(agent).state == State.DRAFT


def test_withdrawal_is_open_until_the_decision(agent, officer, now):
    application = make.decided(agent, officer, now=now)
    with refused("P101"):
        services.withdraw_application(
            by=agent, application=application, reason="项目取消", key="w", now=now
        )


def test_near_and_missed_deadlines_are_told_once_each(agent, now):
    make.submitted(agent, now=now)
    assert len(services.tell_deadlines(now=now)) == 1
    assert services.tell_deadlines(now=now) == []
    assert services.tell_deadlines(now=now + 10 * DAY)[0].is_overdue
    assert DeadlineNotice.objects.count() == 2


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("one_running_pause_per_application", {"from_date": datetime.date(2026, 11, 21)}),
        (
            "clock_pause_ends_after_it_begins",
            {"from_date": datetime.date(2026, 11, 21), "to_date": datetime.date(2026, 11, 20)},
        ),
    ],
)
def test_pauses_make_sense(agent, officer, now, constraint, row):
    application = make.reviewed(agent, officer, now=now)
    ClockPause.objects.create(
        application=application, reason="HEARING", from_date=datetime.date(2026, 11, 20)
    )
    with broken(constraint):
        ClockPause.objects.create(application=application, reason="HEARING", **row)


def test_one_panel_is_open_and_a_closed_one_has_its_result(agent, officer, now):
    application = make.reviewed(agent, officer, now=now)
    panel = Panel.objects.create(application=application, called_at=now)
    with broken("one_open_panel_per_application"):
        Panel.objects.create(application=application, called_at=now)
    with broken("closed_panel_has_a_result"):
        Panel.objects.filter(pk=panel.pk).update(closed_at=now)
    panel.votes.create(member=officer, member_user=officer.user)
    with broken("one_vote_per_person_and_panel"):
        panel.votes.create(member=officer, member_user=officer.user)
    with broken("vote_has_its_time"):
        panel.votes.update(vote="FOR")
