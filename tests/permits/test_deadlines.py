"""No deadline passes silently; terms follow the corrected calendar; rules are dated rows."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from parties.models import Holiday, Notice
from parties.queries import years_not_entered
from parties.services import remove_holiday, set_holiday, system_actor
from permits import services
from permits.models import (
    Application,
    AttachmentRule,
    DeadlineNotice,
    LegalAct,
    LegalClock,
    RenewalNotice,
    ReviewDuty,
)
from permits.queries import clocks
from tests import factories_permits as make
from tests.refused import broken, refused

DAY = datetime.timedelta(days=1)


def recount():
    return services.recount_deadlines(by=system_actor("clock"), reason="deadline counted anew")


def correct_calendar(officer, day):
    return set_holiday(
        by=officer, date=day, name="调休", legal_basis="国办发明电", reason="日历更正"
    )


def test_corrected_calendar_moves_running_deadlines_there_and_back(agent, officer, now):
    application = make.submitted(agent, now=now)
    assert recount() == 0
    holiday = correct_calendar(officer, datetime.date(2026, 11, 24))
    assert recount() == 1
    application.refresh_from_db()
    assert application.due_on == datetime.date(2026, 11, 26)
    remove_holiday(by=officer, holiday=holiday, reason="误录")
    recount()
    application.refresh_from_db()
    assert application.due_on == datetime.date(2026, 11, 25)
    assert application.history.count() >= 4


def test_make_up_sunday_brings_the_deadline_nearer(agent, officer, now):
    application = make.submitted(agent, now=now)
    correct_calendar(officer, datetime.date(2026, 11, 22))
    recount()
    application.refresh_from_db()
    assert application.due_on == datetime.date(2026, 11, 24)


def test_recount_leaves_a_stopped_clock_standing(agent, officer, now):
    application = make.reviewed(agent, officer, now=now)
    services.stop_clock(
        by=officer, application=application, pause_reason="TESTING", told="检测", key="s", now=now
    )
    correct_calendar(officer, datetime.date(2026, 11, 24))
    assert recount() == 0
    application.refresh_from_db()
    assert application.due_on is None


def test_near_and_missed_deadlines_go_to_the_bureau_with_the_officers_name(agent, officer, now):
    application = make.submitted(agent, now=now)
    services.claim(by=officer, application=application, key="c", now=now)
    services.tell_deadlines(now=now)
    services.tell_deadlines(now=now)
    near = Notice.objects.get(bureau__isnull=False)
    assert (near.tone, str(officer.user) in near.text_zh) == ("yellow", True)
    services.tell_deadlines(now=now + 10 * DAY)
    assert Notice.objects.filter(bureau__isnull=False).first().tone == "red"


def test_stopped_clock_and_awaited_answer_have_their_own_deadlines(agent, officer, now):
    application = make.reviewed(agent, officer, now=now)
    day = now.date() + 2 * DAY
    services.ask(
        by=officer,
        application=application,
        kind="INFORMATION",
        question="x",
        key="a",
        now=now,
        due_on=day,
    )
    services.stop_clock(
        by=officer,
        application=application,
        pause_reason="TESTING",
        told="x",
        key="s",
        now=now,
        expected_to=day,
    )
    told = services.tell_deadlines(now=now)
    assert sorted(notice.about for notice in told) == ["ENQUIRY", "PAUSE"]
    assert {notice.is_overdue for notice in services.tell_deadlines(now=now + 5 * DAY)} == {True}
    with broken("deadline_is_told_once"):
        DeadlineNotice.objects.create(
            application=application, about="PAUSE", due_on=day, is_overdue=True, at=now
        )


def test_unit_is_told_once_in_time_and_once_too_late_to_renew(agent, officer, second_officer, now):
    permit = make.issued(agent, officer, second_officer, now=now)
    due = clocks.renewal_day(permit.valid_to, 60)
    noon = datetime.time(4, tzinfo=datetime.UTC)
    for day, number in ((due - 91 * DAY, 0), (due - 90 * DAY, 1), (due, 1), (due + DAY, 2)):
        moment = datetime.datetime.combine(day, noon)
        services.tell_renewals(now=moment)
        services.tell_renewals(now=moment)
        assert RenewalNotice.objects.count() == number, day
    with broken("renewal_is_told_once"):
        RenewalNotice.objects.create(permit=permit, valid_to=permit.valid_to, is_late=True, at=now)


def test_unit_that_has_asked_is_not_told(agent, officer, second_officer, now):
    permit = make.issued(agent, officer, second_officer, now=now)
    soon = datetime.datetime(2031, 8, 1, 4, tzinfo=datetime.UTC)
    make.submitted(agent, now=soon, kind="RENEW")
    assert services.tell_renewals(now=soon + DAY) == []
    assert permit.renewal_notices.count() == 0


def test_whole_round_of_the_clock_may_run_twice(agent, now):
    make.submitted(agent, now=now)
    for _ in range(2):
        services.watch(now=now + 10 * DAY)
    assert DeadlineNotice.objects.count() == 0, "it counts as accepted; its new term is far"
    assert Notice.objects.filter(text_zh__contains="已受理").count() == 1


class Model:
    """A legal clock said as plainly as possible: day by day, with what stands in the calendar."""

    def __init__(self, start, term):
        self.start, self.term, self.off, self.worked, self.stood = start, term, set(), set(), set()

    def counts(self, day):
        if day in self.stood:
            return False
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def due(self):
        day, left = self.start, self.term
        while left:
            day += DAY
            left -= self.counts(day)
        return day


corrections = st.lists(st.integers(0, 70), max_size=12, unique=True)
stands = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=3)


@settings(max_examples=40, deadline=None)
@given(
    st.dates(datetime.date(2016, 1, 1), datetime.date(2025, 12, 31)),
    st.sampled_from([3, 10, 20, 30, 45]),
    corrections,
    stands,
)
def test_clock_with_pauses_and_corrected_days_is_that_of_the_plain_model(start, term, days, gaps):
    """Ten years of starts; any days off, make-up days and pauses, in any order."""
    model, pauses, day = Model(start, term), [], start
    for after, length in gaps:
        first = day + after * DAY
        day = first + length * DAY
        pauses.append(clocks.ClockPause(from_date=first, to_date=day))
        model.stood |= {first + n * DAY for n in range(length)}
    for number in days:
        one = start + number * DAY
        (model.worked if one.weekday() >= 5 else model.off).add(one)
    stood = clocks.paused_days(pauses)
    assert stood == model.stood
    due = clocks.due_date(
        start, term, holidays=model.off | stood, make_up_days=model.worked - stood
    )
    free = {one for one in stood if one.weekday() >= 5}
    assert due == model.due(), free


def enter(by, rule):
    return services.enter_permit_rule(by=by, rule=rule, reason="市局规定")


def term(city, day, amount=2):
    return LegalClock(
        act=LegalAct.objects.get(code="INTAKE"),
        region=city,
        amount=amount,
        unit="WORKDAY",
        valid_from=day,
        legal_basis="市级承诺时限",
    )


def test_new_legal_term_moves_running_deadlines_and_ends_the_row_before(agent, officer, city, now):
    application = make.submitted(agent, now=now)
    first = enter(officer, term(city, datetime.date(2026, 1, 1)))
    application.refresh_from_db()
    assert application.due_on == datetime.date(2026, 11, 24)
    enter(officer, term(city, datetime.date(2026, 11, 1), amount=1))
    first.refresh_from_db()
    assert first.valid_to == datetime.date(2026, 10, 31)
    with refused("P164"):
        enter(officer, term(city, datetime.date(2026, 5, 1)))


def test_bureau_sets_rules_for_its_own_area_only(officer, city):
    elsewhere = term(city, datetime.date(2026, 1, 1))
    elsewhere.region = None
    with refused("A403"):
        enter(officer, elsewhere)


def test_row_ends_on_the_day_given_and_not_before_it_began(officer, city):
    rule = enter(officer, term(city, datetime.date(2026, 6, 1)))
    end = {"by": officer, "rule": rule, "reason": "废止"}
    with refused("P164"):
        services.end_permit_rule(**end, last_day=datetime.date(2026, 5, 1))
    ended = services.end_permit_rule(**end, last_day=datetime.date(2026, 12, 31))
    assert ended.valid_to == datetime.date(2026, 12, 31)


SHARED = {"valid_from": "2026-12-01", "legal_basis": "市局规定", "reason": "新规定"}
PAGES = {
    "legal_clock_new": ({"amount": "2", "unit": "WORKDAY"}, LegalClock),
    "review_duty_new": ({"duty": "PANEL"}, ReviewDuty),
    "attachment_rule_new": ({"most": "10", "most_in_all": "100"}, AttachmentRule),
}


@pytest.mark.parametrize("name", PAGES)
def test_rules_are_entered_shown_and_ended_on_their_pages(client, officer, city, name):
    own, model = PAGES[name]
    client.force_login(officer.user, backend="django.contrib.auth.backends.ModelBackend")
    data = SHARED | own | {"region": city.pk, "once": str(uuid.uuid4())}
    if name == "legal_clock_new":
        data["act"] = LegalAct.objects.get(code="INTAKE").pk
    assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse(name), data).status_code == 302
    assert "市局规定" in client.get(reverse("permit_regulation")).text
    row = model.objects.get(region=city)
    page = reverse(name.removesuffix("_new"), args=[row.pk])
    assert "市局规定" in client.get(page).text
    end = {"last_day": "2026-12-31", "reason": "废止", "once": str(uuid.uuid4())}
    assert client.post(page, end).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == datetime.date(2026, 12, 31)
    assert Holiday.objects.count() == 0


def test_a_deadline_in_a_year_without_calendar_is_said_until_it_is_entered(
    agent, officer, now, signed_in
):
    application = make.submitted(agent, now=now)
    this, after = timezone.localdate().year, timezone.localdate().year + 1
    Application.objects.filter(pk=application.pk).update(due_on=datetime.date(after, 1, 20))
    pages = [
        reverse("application", args=[application.pk]),
        *map(reverse, ("home", "permit_desk", "permit_regulation")),
    ]
    said = {year: f"{year} 年的节假日安排尚未录入" for year in (this, after)}
    correct_calendar(officer, datetime.date(this, 10, 1))
    for page in pages:
        text = signed_in(officer).get(page).text
        assert (said[after] in text, said[this] in text) == (True, False), page
    assert said[after] in signed_in(agent).get(pages[0]).text
    correct_calendar(officer, first_weekday(after))
    for page in pages:
        assert said[after] not in signed_in(officer).get(page).text, page


def first_weekday(year):
    """A day that can be entered as a day off."""
    days = (datetime.date(year, 1, day) for day in range(1, 4))
    return next(day for day in days if day.weekday() < 5)


def test_a_deadline_in_a_year_that_is_entered_says_nothing(officer):
    correct_calendar(officer, datetime.date(2026, 10, 1))
    today = datetime.date(2026, 11, 20)
    assert years_not_entered(today, [None, datetime.date(2026, 12, 31)]) == []
    assert years_not_entered(today, [datetime.date(2028, 1, 3)]) == [2027, 2028]
    assert years_not_entered(today, []) == []
