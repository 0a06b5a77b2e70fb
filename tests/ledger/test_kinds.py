"""Kinds of operation are data: who, on which document, with whose consent, effective when."""

import datetime

import pytest

from ledger import services
from ledger.conduct import KindRule, KindTable, Tables
from ledger.kinds import KINDS
from ledger.models import Operation, OperationRule, OperationType, QuotaPeriod
from ledger.rules import Move, Purpose
from parties.models import Holiday, Membership, Region
from parties.rules import Role
from parties.services import decide_approval, request_approval
from tests import factories
from tests.factories_ledger import (
    DOCUMENT,
    NOW,
    account,
    lot,
    lot_account,
    post,
    posting,
    rule_from_today,
)
from tests.refused import refused

T = 10**9
DAY = datetime.timedelta(days=1)


@pytest.fixture
def load(enterprise):
    """A load of a card, ready to be posted, with what is to differ."""
    available, card = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)

    def make(key="v1", **changes):
        return posting("CARD_LOAD", key, Move(available.pk, card.pk, T), **changes)

    return make


def approval(maker: Membership, checker: Membership | None, at=NOW):
    """An approval asked for by one person and, with a checker, granted by another."""
    asked = request_approval(
        by=maker,
        act="adjust_ledger",
        region_code=maker.bureau.region_id,
        subject_type="test",
        subject_id=1,
        content=b"{}",
        now=at,
    )
    if checker is None:
        return asked
    return decide_approval(by=checker, approval=asked, granted=True, reason="", now=at)


def test_every_kind_has_its_tables(db):
    loaded = {kind.code: kind for kind in OperationType.objects.prefetch_related("movements")}
    for row in KINDS:
        pairs = {(m.source_purpose, m.target_purpose) for m in loaded[row.code].movements.all()}
        assert pairs == {(str(source), str(target)) for source, target in row.movements}
        assert loaded[row.code].rules.count() == 1


def test_who_may_start_a_kind_is_asked_of_people_not_of_processes(load, agent, auditor):
    services.post(by=agent, postings=[load()], now=NOW)
    post(load("v2"))
    with refused("L115"):
        services.post(by=auditor, postings=[load("v3")], now=NOW)


def test_wrong_document_is_refused(load):
    with refused("L116"):
        post(load(document=DOCUMENT))


def test_kind_without_a_rule_in_force_is_refused(load):
    OperationRule.objects.filter(type="CARD_LOAD").update(valid_to=datetime.date(2026, 1, 1))
    with refused("L113"):
        post(load())


def test_approval_must_be_there_and_given(load, officer, second_officer):
    rule_from_today("CARD_LOAD", needs_approval=True)
    with refused("L114"):
        post(load())
    with refused("L118"):
        post(load(approval_id=approval(officer, None).pk))


def test_given_approval_books(load, officer, second_officer):
    rule_from_today("CARD_LOAD", needs_approval=True)
    given = approval(officer, second_officer)
    post(load(approval_id=given.pk))
    assert Operation.objects.get(key="v1").approval == given


def test_cool_off_counts_working_days_after_the_request(load, officer, second_officer):
    """Asked on Friday with two working days and a holiday on Monday: booked from Thursday on."""
    rule_from_today("CARD_LOAD", cool_off_workdays=2)
    Holiday.objects.create(date=NOW.date() + 3 * DAY, kind="DAY_OFF", name="x")
    given = approval(officer, second_officer)
    for days in (0, 3, 5):
        with refused("L117"):
            post(load(approval_id=given.pk), now=NOW + days * DAY)
    post(load(approval_id=given.pk), now=NOW + 6 * DAY)


def test_rule_of_the_nearest_region_rules(load, county, city):
    def rule(region, **values):
        return services.set_operation_rule(
            by=factories.bureau_member(city, Role.PERMIT_OFFICER, f"o{region.pk}"),
            type=OperationType.objects.get(code="CARD_LOAD"),
            region=region,
            valid_from=NOW.date(),
            legal_basis="x",
            **{"needs_approval": False, "cool_off_workdays": 0, "reversible_days": 0} | values,
        )

    rule(city, needs_approval=True)
    with refused("L114"):
        post(load())
    rule(county)
    post(load())


def test_new_rule_ends_the_one_before_and_none_is_rewritten(db):
    first = OperationRule.objects.get(type="CARD_LOAD")
    second = rule_from_today("CARD_LOAD", reversible_days=5)
    first.refresh_from_db()
    assert (first.valid_to, second.valid_to) == (NOW.date() - DAY, None)
    with refused("L502"):
        rule_from_today("CARD_LOAD")


@pytest.mark.parametrize(("days", "is_booked"), [(10, True), (11, False)])
def test_effective_date_lies_within_its_days(load, days, is_booked):
    rule_from_today("CARD_LOAD", backdate_days=10)
    asked = load(effective_date=NOW.date() - days * DAY)
    if is_booked:
        post(asked)
        return
    with refused("L119"):
        post(asked)


def test_nothing_takes_effect_in_a_closed_period(load, city):
    QuotaPeriod.objects.create(
        region=city,
        label="2025",
        start_date=datetime.date(2025, 1, 1),
        end_date=datetime.date(2025, 12, 31),
        state="CLOSED",
    )
    with refused("L120"):
        post(load(effective_date=datetime.date(2025, 12, 31)))
    post(load(effective_date=datetime.date(2026, 1, 1)))


def test_adjustment_names_what_it_corrects(load, enterprise, officer, second_officer):
    wrong = post(load())[0]
    moves = (
        Move(account(enterprise, Purpose.CARD).pk, account(enterprise, Purpose.DISCHARGED).pk, 5),
    )
    given = approval(officer, second_officer).pk
    with refused("L121"):
        post(posting("ADJUST", "a1", *moves, approval_id=given))
    post(posting("ADJUST", "a1", *moves, approval_id=given, corrects_id=wrong.operation_id))
    assert Operation.objects.get(key="a1").corrects_id == wrong.operation_id


def test_region_without_rows_follows_its_city_then_its_province():
    rules = {"": KindRule(), "330000": KindRule(True), "339900": KindRule(cool_off_workdays=3)}
    table = KindTable(frozenset(), rules=rules)
    named = [table.rule_of(code) for code in ("339901", "331001", "110000")]
    assert named == [rules["339900"], rules["330000"], rules[""]]
    assert KindTable(frozenset()).rule_of("339901") is None


def test_likeness_is_looked_at_once():
    """Ten thousand events of a batch cost one look."""
    tables = Tables({}, frozenset(), is_process=True, today=NOW.date())
    one = posting("DISCHARGE", "k", Move(1, 2, 3))
    likeness = ("DISCHARGE", "discharge_event", one.effective_date, None, None, "339901")
    tables._passed[likeness] = frozenset({("CARD", "DISCHARGED")})
    assert tables.check(one, "339901") == {("CARD", "DISCHARGED")}


@pytest.mark.django_db
def test_rule_rows_are_kept_as_they_were():
    from tests.refused import broken

    row = OperationRule.objects.filter(type="CARD_LOAD")
    with broken("operation_rule_is_fixed"):
        row.update(needs_approval=True)
    with broken("operation_rule_ends_after_it_begins"):
        row.update(valid_to=datetime.date(1999, 1, 1))
    with broken("operation_rules_do_not_overlap"):
        OperationRule.objects.create(
            type_id="CARD_LOAD", valid_from=NOW.date(), legal_basis="x", region=None
        )
    province = Region.objects.first()
    assert province is None or row.filter(region=province).count() == 0
