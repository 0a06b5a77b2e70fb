"""The whole history of objects: complete, in order, filtered, paged, and without inner notes."""

import csv
import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from ledger import services, stories
from ledger.history_lines import lines_of
from ledger.queries.history import Asked, Place, history
from ledger.rules import Move, Purpose
from parties.queries import timeline
from parties.rules import Role
from parties.services import record
from permits.stories import APPLICATION, PERMIT
from tests import factories, factories_permits
from tests import factories_ledger as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lot(enterprise, officer):
    """A lot that was opened, loaded onto a card and noted as paid."""
    made = make.lot(enterprise)
    card = make.account(enterprise, Purpose.CARD)
    move = Move(make.lot_account(made).pk, card.pk, 6 * 10**9)
    make.post(make.posting("CARD_LOAD", "load", move, reason="monthly load"))
    services.set_lot_paid(by=officer, lot=made, state="PART", reason="first instalment")
    made.refresh_from_db()
    return made


def told(story, obj, actor, **asked):
    found, _later = history(story, obj, Asked(**asked))
    return lines_of(found, actor)


class TestWhatIsTold:
    def test_records_and_operations_stand_in_one_line(self, lot, auditor):
        kinds = [line.kind for line in told(stories.LOT, lot, auditor)]
        assert sorted(kinds) == ["operation", "operation", "record", "record"]

    def test_a_change_says_the_field_and_both_values_in_words(self, lot, officer, auditor):
        with override("en"):
            line = next(one for one in told(stories.LOT, lot, auditor) if not one.is_new)
        (change,) = line.changes
        assert (change.field, change.before, change.after) == ("payment", "not paid", "partly paid")
        assert line.who == str(officer.user)
        assert line.why == "first instalment"

    def test_quantities_have_their_unit(self, lot, auditor):
        (line,) = [one for one in told(stories.LOT, lot, auditor) if one.is_new]
        assert "10.000 t" in {change.after for change in line.changes}
        with override("en"):
            (line,) = [one for one in told(stories.LOT, lot, auditor) if one.is_new]
        assert "quantity per year" in {change.field for change in line.changes}

    def test_the_short_timeline_tells_quantities_in_tonnes_too(self, lot, officer):
        services.split_lot(
            by=officer,
            lot=lot,
            quantity_per_year=4 * 10**9,
            effective_date=datetime.date(2026, 11, 20),
            document=make.DOCUMENT,
            key="split",
            now=make.NOW,
        )
        with override("en"):
            whats = [event.what for event in timeline(lot)]
        assert any("quantity per year: 10.000 t → 6.000 t" in what for what in whats)

    def test_an_operation_says_what_it_moved_and_links_to_it(self, lot, auditor):
        lines = [one for one in told(stories.LOT, lot, auditor) if one.kind == "operation"]
        load = next(one for one in lines if one.why == "monthly load")
        assert "6.000 t" in load.changes[0].field
        assert any("/ledger/operations/" in link.url for link in load.links)

    def test_a_link_that_changed_is_told_by_its_name(self, enterprise, officer, auditor):
        other = factories.county(enterprise.region.parent, code="339902")
        enterprise.region = other
        record(enterprise, by=officer, reason="moved")
        line = told(stories.ENTERPRISE, enterprise, auditor)[0]
        assert [change.after for change in line.changes] == [str(other)]

    def test_approvals_are_linked_for_the_bureau(self, enterprise, auditor):
        permit = factories_permits.permit(enterprise)
        lines = told(PERMIT, permit, auditor, limit=100)
        approvals = [line for line in lines if line.kind == "approval"]
        assert approvals
        assert all("/approvals/" in line.links[0].url for line in approvals)


class TestForTheEnterprise:
    def test_no_inner_note_no_vote_and_no_officers_name_is_told(self, enterprise, agent, auditor):
        permit = factories_permits.permit(enterprise)
        application = permit.versions.first().application
        mine = told(APPLICATION, application, agent, limit=200, has_inner=False)
        theirs = told(APPLICATION, application, auditor, limit=200)
        assert len(mine) < len(theirs)
        offices = {line.who for line in mine if line.role == "" and line.who}
        names = {line.who for line in theirs if line.role}
        people_of_the_bureau = names - {line.who for line in mine}
        assert people_of_the_bureau, "the bureau's people are named to the bureau only"
        assert not offices & people_of_the_bureau
        assert all(
            not line.why for line in mine if line.who in offices and line.kind != "operation"
        )
        assert all(not link.url for line in mine if line.kind == "approval" for link in line.links)

    def test_the_page_of_a_foreign_object_is_absent(self, as_, lot, rival):
        assert as_(rival).get(reverse("lot_history", args=[lot.pk])).status_code == 404


class TestPaging:
    @pytest.mark.parametrize("limit", [1, 2, 3, 7])
    def test_any_paging_gives_the_same_line(self, lot, auditor, limit):
        whole, _none = history(stories.LOT, lot, Asked(limit=100))
        found, after = history(stories.LOT, lot, Asked(limit=limit))
        while after:
            page, after = history(stories.LOT, lot, Asked(limit=limit, after=after))
            found += page
        assert [one.place for one in found] == [one.place for one in whole]

    def test_a_place_is_read_as_it_was_written_and_nothing_else(self):
        place = Place(make.NOW, 3, 17)
        assert Place.read(str(place)) == place
        for text in ("", "1.2", "x.1.1", "99999999999999999999.1.1", "999999999999999999.1.1"):
            assert Place.read(text) is None or text.startswith("999999999999999999.")

    def test_kinds_and_days_narrow_it(self, lot):
        only, _later = history(stories.LOT, lot, Asked(kinds=frozenset({"operation"})))
        assert {one.kind for one in only} == {"operation"}
        late = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
        assert history(stories.LOT, lot, Asked(start=late)) == ([], None)


class TestPage:
    def test_it_shows_and_exports_the_same(self, as_, lot, auditor):
        address = reverse("lot_history", args=[lot.pk])
        page = as_(auditor).get(address)
        assert "first instalment" in page.content.decode()
        rows = list(csv.DictReader(io.StringIO(b"".join(
            as_(auditor).get(address, {"format": "csv", "kind": "record"})
        ).decode("utf-8-sig"))))  # fmt: skip
        assert {row["Reason"] for row in rows} >= {"first instalment"}
        assert {row["Kind"] for row in rows} == {"record"}

    @pytest.mark.parametrize("words", [{"kind": "x"}, {"first": "2026-13-01"}])
    def test_nonsense_is_refused_on_its_field(self, as_, lot, auditor, words):
        page = as_(auditor).get(reverse("lot_history", args=[lot.pk]), words)
        assert page.status_code == 422
        assert page.context["form"].errors

    def test_days_without_entries_say_so(self, as_, lot, auditor):
        words = {"first": "2001-01-01", "last": "2001-01-02"}
        page = as_(auditor).get(reverse("lot_history", args=[lot.pk]), words)
        assert "Nothing of this kind happened" in page.content.decode()

    def test_a_persons_roles_are_read_by_the_auditor(self, as_, city, auditor):
        member = factories.bureau_member(city, Role.FINANCE, "fin")
        record(member, by=auditor, reason="left")
        page = as_(auditor).get(reverse("person_history", args=[member.user_id]))
        assert "left" in page.content.decode()


def test_the_number_of_queries_does_not_grow(lot, officer, auditor):
    def read():
        with CaptureQueriesContext(connection) as found:
            told(stories.LOT, lot, auditor, limit=100)
        return len(found)

    read()
    few = read()
    for number in range(20):
        lot.basin = f"basin {number}"
        record(lot, by=officer, reason="corrected")
    assert read() == few
