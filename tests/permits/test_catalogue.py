"""The catalogue of management classes: what it proposes, what is asked, who may say otherwise."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits import services
from permits.catalogue import (
    STRICTNESS,
    Answer,
    CatalogueRow,
    Known,
    Measure,
    Scope,
    concerned,
    propose,
)
from permits.models import CatalogueEntry, ClassAnswer, Classification
from permits.queries.catalogue import classing
from permits.queries.findings import findings
from tests import factories_permits as make
from tests.refused import broken, refused

DYEING = CatalogueRow(1, "17", "INDUSTRY", "KEY", "FACT")
FINISHING = CatalogueRow(2, "17", "INDUSTRY", "SIMPLIFIED", "FACT")
OTHER_TEXTILE = CatalogueRow(3, "17", "INDUSTRY", "REGISTRATION", "ALWAYS")
COD = CatalogueRow(4, "", "OTHER", "KEY", "POLLUTANT", "COD", Decimal(30), is_inclusive=False)
BOILER = CatalogueRow(5, "", "PROCESS", "SIMPLIFIED", "FIGURE", None, Decimal(20))
ROWS = (DYEING, FINISHING, OTHER_TEXTILE, COD, BOILER)
YES, NO = Answer(is_so=True), Answer(is_so=False)
T = 10**9


@pytest.mark.parametrize(
    ("industry", "asked_t", "answers", "found", "open_rows"),
    [
        ("1713", 0, {1: YES}, "KEY", []),
        ("1713", 0, {1: NO, 2: YES}, "SIMPLIFIED", []),
        ("1713", 0, {1: NO, 2: NO, 5: Answer(figure=Decimal(0))}, "REGISTRATION", []),
        ("1713", 0, {1: NO, 2: NO, 5: Answer(figure=Decimal(20))}, "SIMPLIFIED", []),
        ("1713", 0, {}, "", [1, 2, 5]),
        ("1713", 99, {1: NO, 2: NO, 5: Answer(figure=Decimal(0))}, "REGISTRATION", []),
        ("2614", 30, {5: Answer(figure=Decimal("19.999"))}, "", []),
        ("2614", 31, {}, "KEY", []),
    ],
)
def test_strictest_row_that_fits_decides_once_nothing_stricter_is_open(
    industry, asked_t, answers, found, open_rows
):
    proposal = propose(ROWS, Known(industry, {"COD": asked_t * T}, answers))
    assert proposal.decided == found
    assert [row.pk for row in proposal.waiting] == open_rows


figures = st.decimals(0, 1000, places=3).map(lambda figure: Answer(figure=figure))
words = st.sampled_from([YES, NO, Answer()])


@given(words, words, figures | st.just(Answer()), st.integers(0, 100 * T))
def test_an_answer_more_never_makes_the_decided_class_milder(dyeing, finishing, boiler, cod):
    answers = {1: dyeing, 2: finishing, 5: boiler}
    known = Known("1713", {"COD": cod}, answers)
    before = propose(ROWS, known).decided
    open_rows = propose(ROWS, known).waiting
    for row in open_rows:
        answers[row.pk] = YES if row.measure == Measure.FACT else Answer(figure=Decimal(999))
    after = propose(ROWS, known).decided
    assert not before or STRICTNESS.index(after) <= STRICTNESS.index(before)


def test_rows_of_other_industries_hold_only_without_a_row_of_the_own():
    assert {row.scope for row in concerned(ROWS, "1713")} == {Scope.INDUSTRY, Scope.PROCESS}
    assert {row.scope for row in concerned(ROWS, "2614")} == {Scope.OTHER, Scope.PROCESS}


def entry(region, **given):
    values = {
        "row_no": 28,
        "scope": "INDUSTRY",
        "industry": "17",
        "management_class": "KEY",
        "measure": "FACT",
        "text_zh": "有染色工序的",
        "valid_from": datetime.date(2020, 1, 1),
        "legal_basis": "名录",
    }
    return CatalogueEntry.objects.create(region=region, **values | given)


@pytest.fixture
def dyeing(city):
    """The rows of this city's textile industry, in the place of the country's."""
    CatalogueEntry.objects.filter(region=None).delete()
    entry(city, text_zh="其他纺织", measure="ALWAYS", management_class="SIMPLIFIED")
    return entry(city)


def save(by, draft, now, *, answers=None, chosen="", reason=""):
    return services.save_class(
        by=by,
        application=draft,
        revision=draft.revision,
        answers=answers or {},
        chosen=chosen,
        reason=reason,
        now=now,
    )


def codes(draft, now):
    return {line.rsplit("[", 1)[1].rstrip("]") for line in findings(draft, now.date())}


def test_class_follows_the_answers_and_keeps_its_grounds(agent, dyeing, now):
    draft = make.draft(agent)
    assert "P442" in codes(draft, now)
    draft = save(agent, draft, now, answers={dyeing.pk: NO})
    assert draft.management_class == "SIMPLIFIED"
    draft = save(agent, draft, now, answers={dyeing.pk: YES})
    assert draft.management_class == "KEY"
    kept = Classification.objects.get()
    assert (kept.proposed, kept.chosen, kept.reason) == ("KEY", "KEY", "")
    assert [row["text_zh"] for row in kept.content] == ["有染色工序的"]
    assert not {"P433", "P442"} & codes(draft, now)


def test_another_class_needs_its_reason(agent, dyeing, now):
    draft = make.draft(agent)
    with refused("P431"):
        save(agent, draft, now)
    with refused("P430"):
        save(agent, draft, now, answers={dyeing.pk: YES}, chosen="SIMPLIFIED")
    assert not ClassAnswer.objects.exists()
    draft = save(
        agent, draft, now, answers={dyeing.pk: YES}, chosen="SIMPLIFIED", reason="中试线，年产不足"
    )
    assert draft.management_class == "SIMPLIFIED"
    assert Classification.objects.get().reason == "中试线，年产不足"
    assert not {"P433", "P442"} & codes(draft, now)


def test_class_that_no_longer_fits_the_answers_is_found(agent, dyeing, now):
    draft = save(agent, make.draft(agent), now, answers={dyeing.pk: NO})
    draft.management_class = "KEY"
    draft.save(update_fields=["management_class"])
    assert "P433" in codes(draft, now)


def test_site_that_needs_only_a_registration_is_told_so(agent, dyeing, city, now):
    CatalogueEntry.objects.filter(measure="ALWAYS").update(management_class="REGISTRATION")
    draft = make.draft(agent)
    with refused("P432"):
        save(agent, draft, now, answers={dyeing.pk: NO})


def test_row_of_the_region_stands_for_the_country_s_row(agent, dyeing, now):
    entry(None, management_class="SIMPLIFIED", valid_from=datetime.date(2019, 1, 1))
    found = classing(make.draft(agent), now.date())
    assert [one.entry.pk for one in found.judged if one.entry.measure == "FACT"] == [dyeing.pk]


def test_quantities_asked_for_are_held_against_the_thresholds(agent, city, now):
    CatalogueEntry.objects.filter(scope="PROCESS").delete()
    agent.enterprise.industry_code = "C2614"
    agent.enterprise.save(update_fields=["industry_code"])
    limits = (("DW001", "COD", "50", 31 * T),)
    found = classing(make.draft(agent, limits=limits), now.date())
    assert found.proposal.decided == "KEY"
    assert "31.000 t" in [one.value for one in found.deciding]


def test_page_asks_proposes_and_saves(signed_in, agent, dyeing):
    draft = make.draft(agent)
    client = signed_in(agent)
    address = f"/applications/{draft.pk}/class/"
    assert "有染色工序的" in client.get(address).text
    data = {"revision": draft.revision, f"a-{dyeing.pk}": "no", "chosen": "KEY", "reason": ""}
    page = client.post(address, data)
    assert page.status_code == 422
    assert "[P430]" in page.text
    client.post(address, data | {"chosen": ""})
    draft.refresh_from_db()
    assert draft.management_class == "SIMPLIFIED"
    assert "有染色工序的" not in client.get(f"/applications/{draft.pk}/").text
    assert "其他纺织" in client.get(f"/applications/{draft.pk}/").text


def test_officer_enters_a_row_and_a_form_that_does_not_fit_its_test_is_refused(
    signed_in, officer, city
):
    client = signed_in(officer)
    data = {
        "once": "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
        "region": city.pk,
        "row_no": "36",
        "scope": "INDUSTRY",
        "industry": "221",
        "management_class": "KEY",
        "measure": "FIGURE",
        "threshold": "10",
        "text_zh": "年产10万吨及以上",
        "reason": "录入",
        "valid_from": "2026-01-01",
        "legal_basis": "名录",
    }
    page = client.post("/permits/regulation/catalogue/new/", data)
    assert page.status_code == 422
    client.post("/permits/regulation/catalogue/new/", data | {"unit": "万吨/年"})
    row = CatalogueEntry.objects.get(industry="221")
    assert row.threshold == 10
    assert "年产10万吨及以上" in client.get("/permits/regulation/").text
    assert client.get(f"/permits/regulation/catalogue/{row.pk}/").status_code == 200


def test_database_keeps_the_catalogue_in_order(agent, dyeing, city):
    with broken("catalogue_entry_begins_once"):
        entry(city)
    with broken("catalogue_entry_names_an_industry_or_is_general"):
        entry(city, industry="", text_zh="x")
    with broken("catalogue_test_fits_its_measure"):
        entry(city, measure="FIGURE", text_zh="x")
    with broken("catalogue_entry_is_in_range"):
        entry(city, text_zh="x", valid_to=datetime.date(2019, 1, 1))
    draft = make.draft(agent)
    with broken("another_class_than_proposed_has_its_reason"):
        Classification.objects.create(
            application=draft, proposed="KEY", chosen="SIMPLIFIED", content=[]
        )
    with broken("class_answer_is_a_figure_or_a_word"):
        ClassAnswer.objects.create(application=draft, entry=dyeing)
    ClassAnswer.objects.create(application=draft, entry=dyeing, is_so=True)
    with broken("class_test_is_answered_once"):
        ClassAnswer.objects.create(application=draft, entry=dyeing, is_so=False)
