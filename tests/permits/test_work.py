"""Officers' work: hands, questions and answers, duties before the decision, many at once."""

import datetime
import uuid

import pypdfium2
import pytest
from django.urls import reverse

from parties.models import Notice
from parties.rules import Role
from permits import services
from permits.models import Enquiry, ReviewDuty
from permits.rules import State
from tests import factories
from tests import factories_permits as make
from tests.refused import broken, refused

DAY = datetime.timedelta(days=1)


def ask(by, application, now, *, kind="INFORMATION", key="ask", **more):
    return services.ask(
        by=by,
        application=application,
        kind=kind,
        question="请说明用水来源",
        key=key,
        now=now,
        **more,
    )


def answer(by, enquiry, now, *, key="answer", **more):
    return services.answer(by=by, enquiry=enquiry, text="自来水", key=key, now=now, **more)


def propose(by, application, now, key="propose"):
    return services.propose_permit(
        by=by,
        application=application,
        opinion="同意",
        legal_basis="第十一条",
        mark="P",
        key=key,
        now=now,
    )


@pytest.fixture
def reviewed(agent, officer, now):
    return make.reviewed(agent, officer, now=now)


def test_information_asked_for_with_a_legal_reason_stops_the_clock_until_the_answer(
    reviewed, agent, officer, now
):
    due = reviewed.due_on
    enquiry = ask(officer, reviewed, now + 3 * DAY, pause_reason="TESTING")
    reviewed.refresh_from_db()
    assert reviewed.due_on is None
    assert Notice.objects.filter(enterprise=agent.enterprise, text_zh__contains="用水来源").exists()
    answer(agent, enquiry, now + 17 * DAY)
    reviewed.refresh_from_db()
    assert reviewed.due_on == due + 14 * DAY


def test_question_without_a_legal_reason_leaves_the_clock_running(reviewed, officer, now):
    due = reviewed.due_on
    ask(officer, reviewed, now)
    reviewed.refresh_from_db()
    assert reviewed.due_on == due


def test_same_question_and_answer_sent_twice_are_one(reviewed, agent, officer, now):
    enquiry = ask(officer, reviewed, now)
    assert ask(officer, reviewed, now) == enquiry
    assert answer(agent, enquiry, now).answered_by == agent
    assert answer(agent, enquiry, now).answered_by == agent
    with refused("P162"):
        answer(agent, enquiry, now, key="other")


def test_clock_that_stands_is_not_stopped_again(reviewed, officer, now):
    ask(officer, reviewed, now, pause_reason="TESTING")
    with refused("P124"):
        ask(officer, reviewed, now, key="second", pause_reason="HEARING")


def test_nothing_is_decided_while_an_answer_is_missing(reviewed, agent, officer, now):
    enquiry = ask(officer, reviewed, now)
    with refused("P158"):
        propose(officer, reviewed, now)
    answer(agent, enquiry, now)
    propose(officer, reviewed, now)


def test_site_check_lengthens_the_term_and_must_be_on_file(reviewed, officer, now):
    enquiry = ask(officer, reviewed, now, kind="SITE_CHECK")
    reviewed.refresh_from_db()
    assert reviewed.clock_act == "DECIDE_KEY_SITE_CHECK"
    answer(officer, enquiry, now, finding="FIT")
    propose(officer, reviewed, now)


def test_announced_site_check_cannot_be_skipped(agent, officer, now):
    application = make.submitted(agent, now=now)
    services.accept_application(by=officer, application=application, key="a", now=now)
    services.start_review(
        by=officer, application=application, has_site_check=True, key="r", now=now
    )
    with refused("P159"):
        propose(officer, application, now)


@pytest.mark.parametrize("duty", ["PANEL", "PEER_REVIEW", "ASSESSMENT"])
def test_what_the_region_asks_for_cannot_be_skipped(reviewed, officer, city, now, duty):
    ReviewDuty.objects.create(
        region=city, kind="APPLY", duty=duty, valid_from="2026-01-01", legal_basis="市局规定"
    )
    with refused("P159"):
        propose(officer, reviewed, now)
    other = ReviewDuty.objects.get()
    other.kind = "RENEW"
    other.save()
    propose(officer, reviewed, now)


def test_peer_review_is_another_persons_own(reviewed, officer, second_officer, agent, now):
    with refused("P163"):
        ask(officer, reviewed, now, kind="PEER_REVIEW", asked_of=officer)
    enquiry = ask(officer, reviewed, now, kind="PEER_REVIEW", asked_of=second_officer)
    for stranger in (officer, agent):
        with refused("P161"):
            answer(stranger, enquiry, now)
    assert answer(second_officer, enquiry, now, finding="UNFIT").finding == "UNFIT"


def test_applicant_answers_only_requests_for_information(reviewed, officer, agent, now):
    with refused("P161"):
        answer(agent, ask(officer, reviewed, now, kind="ASSESSMENT"), now)


def test_collective_review_against_bars_the_grant(reviewed, officer, city, now):
    member = factories.bureau_member(city, Role.PANEL_MEMBER)
    panel = services.call_panel(
        by=officer, application=reviewed, members=[member], key="c", now=now, place="三楼会议室"
    )
    services.cast_vote(by=member, panel=panel, vote="AGAINST", opinion="选址不符", now=now)
    services.close_panel(by=officer, application=reviewed, minutes="纪要", key="d", now=now)
    with refused("P160"):
        propose(officer, reviewed, now)


def test_minutes_are_a_paper_with_votes_opinions_and_result(reviewed, officer, city, client, now):
    member = factories.bureau_member(city, Role.PANEL_MEMBER, "委员甲")
    panel = services.call_panel(
        by=officer, application=reviewed, members=[member], key="c", now=now, place="三楼会议室"
    )
    services.cast_vote(by=member, panel=panel, vote="FOR", opinion="同意选址", now=now)
    services.close_panel(by=officer, application=reviewed, minutes="会议一致同意", key="d", now=now)
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    paper = client.get(reverse("panel_minutes", args=[panel.pk]))
    text = "".join(
        page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(paper.content)
    )
    for word in ("集体审议记录", "委员甲", "同意选址", "会议一致同意", "三楼会议室"):
        assert word in text


def test_free_application_is_claimed_once_and_given_over(reviewed, officer, second_officer, now):
    claim = {"application": reviewed, "now": now}
    services.claim(by=officer, key="1", **claim)
    with refused("P166"):
        services.claim(by=second_officer, key="2", **claim)
    due = reviewed.due_on
    given = services.assign(by=officer, officer=second_officer, opinion="休假", key="3", **claim)
    assert (given.assignee, given.due_on) == (second_officer, due)


def test_claiming_a_submitted_application_does_not_restart_its_clock(agent, officer, now):
    application = make.submitted(agent, now=now)
    due = application.due_on
    claimed = services.claim(by=officer, application=application, key="1", now=now + 2 * DAY)
    assert (claimed.due_on, claimed.clock_from) == (due, datetime.date(2026, 11, 20))


def test_application_is_given_only_to_those_who_may_review_it(reviewed, officer, auditor, now):
    elsewhere = factories.bureau_member(factories.city("330800"), Role.PERMIT_OFFICER)
    for who in (auditor, elsewhere):
        with refused("P165"):
            services.assign(
                by=officer, application=reviewed, officer=who, key=f"x{who.pk}", now=now
            )


def test_many_are_taken_each_by_itself(agent, rival, officer, second_officer, now):
    free, held = make.submitted(agent, now=now), make.submitted(rival, now=now)
    services.claim(by=second_officer, application=held, key="held", now=now)
    batch = {"by": officer, "applications": [free, held], "key": "batch", "now": now}
    outcomes = services.claim_many(**batch)
    assert [bool(outcome.why) for outcome in outcomes] == [False, True]
    assert "P166" in outcomes[1].why
    assert [bool(outcome.why) for outcome in services.claim_many(**batch)] == [False, True]


def test_many_are_accepted_only_where_nothing_was_found(agent, officer, now):
    application = make.submitted(agent, now=now)
    outcome = services.accept_many(by=officer, applications=[application], key="b", now=now)
    assert "P175" in outcome[0].why
    application.refresh_from_db()
    assert application.state == State.SUBMITTED


def once():
    return str(uuid.uuid4())


def sign_in(client, member):
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")


def test_desk_shows_deadlines_and_takes_many(client, agent, rival, officer, now):
    rows = [make.submitted(agent, now=now), make.submitted(rival, now=now)]
    sign_in(client, officer)
    desk = reverse("permit_desk")
    assert rows[0].application_no in client.get(desk).text
    data = {"once": once(), "action": "claim", "chosen": [row.pk for row in rows]}
    assert client.post(desk, data).status_code == 302
    assert rows[1].application_no in client.get(f"{desk}?hands=mine").text
    assert rows[1].application_no not in client.get(f"{desk}?hands=free").text
    assert client.post(desk, {"once": once(), "action": "assign", "chosen": []}).status_code == 422


def test_question_is_asked_answered_and_read_on_its_pages(client, agent, officer, reviewed):
    sign_in(client, officer)
    asked = {"once": once(), "kind": "INFORMATION", "question": "请说明"}
    assert client.post(reverse("application_ask", args=[reviewed.pk]), asked).status_code == 302
    enquiry = Enquiry.objects.get()
    page = reverse("enquiry", args=[enquiry.pk])
    sign_in(client, agent)
    assert page in client.get(reverse("application", args=[reviewed.pk])).text
    assert client.post(page, {"once": once(), "text": "已附材料"}).status_code == 302
    assert "已附材料" in client.get(page).text


def test_enterprise_does_not_see_the_bureaus_own_questions(client, agent, officer, reviewed, now):
    enquiry = ask(officer, reviewed, now, kind="ASSESSMENT")
    sign_in(client, agent)
    assert client.get(reverse("enquiry", args=[enquiry.pk])).status_code == 404


def test_database_keeps_questions_in_order(reviewed, officer, now):
    enquiry = ask(officer, reviewed, now)
    with broken("answered_enquiry_has_its_answer"):
        Enquiry.objects.filter(pk=enquiry.pk).update(state="ANSWERED")
    with broken("peer_review_names_another_person"):
        Enquiry.objects.filter(pk=enquiry.pk).update(kind="PEER_REVIEW")


def test_database_keeps_duties_of_the_review_in_order(db, city):
    duty = {"region": city, "duty": "PANEL", "valid_from": "2026-01-01", "legal_basis": "x"}
    ReviewDuty.objects.create(**duty)
    with broken("review_duty_begins_once"):
        ReviewDuty.objects.create(**duty)
    with broken("review_duty_runs_forward"):
        ReviewDuty.objects.create(**duty | {"duty": "PEER_REVIEW", "valid_to": "2025-01-01"})
