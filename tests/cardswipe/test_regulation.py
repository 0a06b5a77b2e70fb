"""Warning steps, rules of loading and of silence: dated rows that follow one another."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cardswipe.models import ContactRule, LoadRule, WarningStep
from cardswipe.queries.board import board
from cardswipe.queries.quota import warning_marks
from cardswipe.services import end_rule, enter_rule
from tests import factories_cards
from tests.factories_cards import NOW
from tests.refused import refused

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
DAY = datetime.timedelta(days=1)


def step(region, percent=80, valid_from=TODAY, **values) -> WarningStep:
    usual = {"base": 1, "level": "YELLOW", "legal_basis": "办法第十二条"}
    return WarningStep(region=region, percent=percent, valid_from=valid_from, **(usual | values))


def test_a_new_step_ends_the_one_before_on_its_eve(city, officer):
    first = enter_rule(by=officer, rule=step(city), reason="试行")
    second = enter_rule(by=officer, rule=step(city, valid_from=TODAY + 30 * DAY), reason="修订")
    first.refresh_from_db()
    assert first.valid_to == TODAY + 29 * DAY
    assert second.valid_to is None
    assert first.history.latest().history_change_reason.startswith("修订")


def test_steps_at_other_percents_stand_side_by_side(city, officer):
    for percent in (80, 90):
        enter_rule(by=officer, rule=step(city, percent), reason="试行")
    assert warning_marks(city.pk, TODAY)[:2] == (80, 90)


def test_a_row_on_days_that_are_taken_is_refused_in_words(city, officer):
    enter_rule(by=officer, rule=step(city, valid_from=TODAY + 9 * DAY), reason="试行")
    with refused("C401"):
        enter_rule(by=officer, rule=step(city), reason="试行")
    assert WarningStep.objects.count() == 1


def test_a_bureau_regulates_its_own_area_only(city, officer):
    province = city.parent
    with refused("A403"):
        enter_rule(by=officer, rule=step(province), reason="试行")
    whole_country = ContactRule.objects.get(region=None)
    with refused("A403"):
        end_rule(by=officer, rule=whole_country, last_day=TODAY, reason="-", today=TODAY)


@pytest.mark.parametrize(
    ("last_day", "code"),
    [(TODAY - DAY, "C402"), (TODAY + 20 * DAY, "C403"), (TODAY + 10 * DAY, "C403")],
)
def test_a_row_ends_neither_in_the_past_nor_later_than_it_does(city, officer, last_day, code):
    rule = enter_rule(by=officer, rule=step(city, valid_to=TODAY + 10 * DAY), reason="试行")
    with refused(code):
        end_rule(by=officer, rule=rule, last_day=last_day, reason="废止", today=TODAY)


def test_a_row_ends_on_the_day_entered(city, officer):
    rule = enter_rule(by=officer, rule=step(city), reason="试行")
    end_rule(by=officer, rule=rule, last_day=TODAY + DAY, reason="废止", today=TODAY)
    assert warning_marks(city.pk, TODAY + DAY) == (80, 80, 100)
    assert not WarningStep.objects.nearest(city.pk, TODAY + 2 * DAY)


def test_silence_is_off_line_after_the_time_of_the_region(city, officer, enterprise):
    box = factories_cards.controller(enterprise)
    type(box).objects.filter(pk=box.pk).update(
        last_seen_at=NOW - datetime.timedelta(minutes=40), state="IN_USE"
    )
    boxes = type(box).objects.filter(pk=box.pk)
    assert board(boxes, NOW)[0].is_silent
    rule = ContactRule(
        region=city, silent_after_minutes=60, valid_from=TODAY, legal_basis="清环发1号"
    )
    enter_rule(by=officer, rule=rule, reason="山区信号差")
    assert not board(boxes, NOW)[0].is_silent


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("contact_rules_of_a_region_never_overlap", {"valid_from": TODAY + DAY}),
        ("contact_rule_ends_after_it_begins", {"valid_to": TODAY - DAY, "region": None}),
        ("contact_rule_is_a_minute_to_a_week", {"silent_after_minutes": 0, "valid_from": TODAY}),
    ],
)
def test_the_database_itself_refuses(city, name, values):
    usual = {"region": city, "silent_after_minutes": 9, "valid_from": TODAY, "legal_basis": "-"}
    if name.endswith("overlap"):
        ContactRule.objects.create(**usual)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ContactRule.objects.create(**usual | values)


@pytest.fixture
def reader(client):
    def sign_in(member):
        client.force_login(member.user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


def sent(**changes) -> dict[str, str]:
    usual = {
        "silent_after_minutes": "45",
        "valid_from": "2026-12-01",
        "legal_basis": "Notice 1",
        "reason": "hills",
    }
    return usual | changes


def test_an_officer_enters_a_rule_on_its_page(reader, city, officer):
    page = reader(officer)
    answer = page.post(reverse("contact_rule_new"), sent(region=city.pk))
    assert answer.status_code == 302
    rule = ContactRule.objects.get(region=city)
    listed = page.get(reverse("discharge_rules")).content.decode()
    assert "Notice 1" in listed
    assert reverse("contact_rule", args=[rule.pk]) in listed


@pytest.mark.parametrize("minutes", ["0", "-5", "1e3", "１５", "NaN", "10081", ""])
def test_bad_minutes_come_back_with_the_rule_that_says_no(reader, city, officer, minutes):
    form = sent(region=city.pk, silent_after_minutes=minutes)
    answer = reader(officer).post(reverse("contact_rule_new"), form)
    assert answer.status_code == 422
    assert not ContactRule.objects.filter(region=city).exists()


def test_the_page_of_a_rule_ends_it_and_shows_its_history(reader, city, officer):
    rule = enter_rule(
        by=officer,
        rule=LoadRule(region=city, must_be_paid=True, valid_from=TODAY, legal_basis="Notice 2"),
        reason="first entry",
    )
    page = reader(officer)
    address = reverse("load_rule", args=[rule.pk])
    assert page.post(address, {"last_day": "2027-01-31", "reason": "replaced"}).status_code == 302
    shown = page.get(address).content.decode()
    assert "first entry" in shown
    assert "replaced" in shown
    assert "2027-01-31" in shown


def test_an_engineer_reads_the_rules_and_changes_none(reader, city, officer, engineer):
    rule = enter_rule(by=officer, rule=step(city), reason="试行")
    page = reader(engineer)
    address = reverse("warning_step", args=[rule.pk])
    assert "End this row" not in page.get(address).content.decode()
    page.post(address, {"last_day": "2027-01-31", "reason": "x"})
    rule.refresh_from_db()
    assert rule.valid_to is None
