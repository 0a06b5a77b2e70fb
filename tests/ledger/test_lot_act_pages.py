"""The pages of a lot's life: what is offered and why not, the preview, confirming, the rules."""

import datetime
import re
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from ledger import lot_papers
from ledger.models import Hold, LedgerRequest, Lot, QuotaPeriod, ReplacementRatio
from parties.rules import Role
from tests import factories
from tests.factories_ledger import NOW, lot
from tests.factories_lot_acts import T, freeze, pledge

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def whole(enterprise):
    return lot(enterprise, valid_to=DAY(2029, 6, 30))


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def act_url(of: Lot, act: str) -> str:
    return reverse("lot_act", args=[of.pk, act])


def form(**values):
    return {"once": str(uuid.uuid4()), "reason": "because", "step": "look"} | values


def seen_in(response) -> str:
    return re.search(r'name="seen" value="(\w*)"', response.content.decode())[1]


def confirm(client, url, values):
    """Look at what would happen, then confirm it as a person does."""
    looked = client.post(url, values)
    assert looked.status_code == 200, text_of(looked)
    return client.post(url, values | {"step": "do", "seen": seen_in(looked)})


def test_looking_books_nothing_and_confirming_books_what_was_shown(as_, trader, whole):
    url, values = act_url(whole, "split"), form(quantity="4")
    client = as_(trader)
    page = text_of(client.post(url, values))
    assert "The lot gives per year then" in page
    assert "6.000" in page
    assert not LedgerRequest.objects.exists()
    done = confirm(client, url, values)
    request = LedgerRequest.objects.get()
    assert (done.url, request.state) == (reverse("ledger_request", args=[request.pk]), "DONE")
    assert "What was booked" in text_of(client.get(done.url))
    # Sent a second time, it is the same request.
    again = client.post(url, values | {"step": "do", "seen": "x"})
    assert (again.url, LedgerRequest.objects.count()) == (done.url, 1)


def test_a_preview_that_is_stale_is_shown_again(as_, trader, whole):
    url, values = act_url(whole, "split"), form(quantity="4")
    client = as_(trader)
    seen = seen_in(client.post(url, values))
    pledge(trader, whole, 2)
    stale = client.post(url, values | {"step": "do", "seen": seen})
    assert stale.status_code == 422
    assert "L225" in text_of(stale)
    assert seen_in(stale) not in {"", seen}


@pytest.mark.parametrize(
    ("act", "values", "code"),
    [
        ("split", {"quantity": "10"}, "L220"),
        ("split", {"quantity": "11"}, "L203"),
        ("split", {"quantity": "1e3"}, "S10"),
        ("split", {"quantity": ""}, "quantity"),
        ("lease", {"quantity": "1", "to": "nobody", "first": "2026-11-20"}, "L906"),
        ("lease", {"quantity": "1", "to": "清源印染有限公司", "first": "2026-11-20"}, "L221"),
        ("lease", {"quantity": "1", "to": "对手造纸有限公司", "first": "2026-11-19"}, "L224"),
        (
            "lease",
            {
                "quantity": "1",
                "to": "对手造纸有限公司",
                "first": "2026-11-20",
                "last": "2029-07-01",
            },
            "L227",
        ),
        (
            "lease",
            {
                "quantity": "1",
                "to": "对手造纸有限公司",
                "first": "2026-12-20",
                "last": "2026-12-01",
            },
            "L204",
        ),
    ],
)
def test_wrong_entries_are_refused_with_their_code(as_, trader, rival, whole, act, values, code):
    usual = {"last": "2027-01-31", "paper": "1"} if act == "lease" else {}
    answer = as_(trader).post(act_url(whole, act), form(**usual | values))
    assert answer.status_code == 422
    assert code in text_of(answer)
    assert not LedgerRequest.objects.exists()


def test_a_holder_asks_and_the_desk_decides_on_its_page(as_, agent, trader, rival, whole):
    url = act_url(whole, "lease")
    values = form(
        quantity="2", to="对手造纸有限公司", first="2026-12-01", last="2027-05-31", paper="ZL-1"
    )
    asked = confirm(as_(agent), url, values)
    own = text_of(as_(agent).get(asked.url))
    assert "Grant and carry out" not in own
    assert "waits for the second person" in own
    assert as_(rival).get(asked.url).status_code == 404
    page = text_of(as_(trader).get(asked.url))
    assert "ZL-1" in page
    as_(trader).post(asked.url, {"decision": "grant", "reason": "yes"})
    leased = Lot.objects.get(source="LEASE")
    lessors = text_of(as_(agent).get(reverse("lot", args=[whole.pk])))
    assert leased.lot_no in lessors
    assert "leased out in part" in lessors
    assert as_(agent).get(reverse("lot", args=[leased.pk])).status_code == 404


def test_a_lot_says_what_can_be_done_and_why_not(as_, agent, officer, auditor, whole):
    page = text_of(as_(agent).get(reverse("lot", args=[whole.pk])))
    assert act_url(whole, "lease") in page
    assert "L217" in page  # alone of its kind
    assert act_url(whole, "freeze") not in page
    officers = text_of(as_(officer).get(reverse("lot", args=[whole.pk])))
    assert act_url(whole, "freeze") in officers
    assert "L208" in officers  # no ratio in force
    assert "No carry-over rule is in force" in officers
    auditors = text_of(as_(auditor).get(reverse("lot", args=[whole.pk])))
    assert "Nothing can be done with this lot in your role now" in auditors
    assert "L115" in text_of(as_(auditor).get(act_url(whole, "split")))


def test_an_act_that_cannot_be_done_is_refused_when_sent_too(as_, agent, auditor, whole):
    answer = as_(auditor).post(act_url(whole, "split"), form(quantity="1"))
    assert "L115" in text_of(answer)
    frozen = as_(agent).post(
        act_url(whole, "freeze"),
        form(quantity="1", issuer="x", paper="x", last="2027-01-01"),
    )
    assert "L115" in text_of(frozen)
    assert not LedgerRequest.objects.exists()
    assert as_(agent).get(act_url(whole, "nonsense")).status_code == 404


def test_a_freeze_shows_on_the_lot_and_only_officers_release_it(as_, officer, trader, whole):
    placed = freeze(officer, whole)
    page = text_of(as_(officer).get(reverse("lot", args=[whole.pk])))
    assert "frozen by a court or a case" in page
    assert "临溪区人民法院" in text_of(as_(officer).get(act_url(whole, "release")))
    assert "L309" in text_of(as_(trader).get(act_url(whole, "release")))
    values = form(placing=str(placed.pk), paper="解1号")
    confirm(as_(officer), act_url(whole, "release"), values)
    assert set(Hold.objects.values_list("state", flat=True)) == {"RELEASED"}


def test_a_freeze_needs_an_end_within_three_years(as_, officer, whole):
    values = form(quantity="1", issuer="法院", paper="1", last="2030-01-01")
    client = as_(officer)
    empty = client.post(act_url(whole, "freeze"), form(quantity="1", issuer="法院", paper="1"))
    assert empty.status_code == 422
    assert "L304" in text_of(client.post(act_url(whole, "freeze"), values))
    # Three years to the day, that day included.
    assert confirm(client, act_url(whole, "freeze"), values | {"last": "2029-11-18"}).url
    latest = Hold.objects.order_by("-expires_at").first()
    assert timezone.localdate(latest.expires_at) == DAY(2029, 11, 19)


def test_lots_are_found_by_state_region_and_end(as_, officer, trader, enterprise, whole):
    other = lot(enterprise, key="other")
    pledge(trader, whole, 1)

    def found(**wanted):
        page = text_of(as_(officer).get(reverse("lots"), wanted))
        return [one for one in (whole, other) if one.lot_no in page]

    assert found(state="pledged") == [whole]
    assert found(state="free") == [other]
    assert found(ends_before="2026-12-31") == [other]
    assert found(region="339901") == [whole, other]
    assert found(region="339900", state="held") == [whole]


def test_lots_that_end_soon_say_what_would_lapse(as_, agent, rival, whole):
    soon, foreign = lot(agent.enterprise, key="soon"), lot(rival.enterprise, key="foreign")
    page = text_of(as_(agent).get(reverse("lots_ending")))
    assert soon.lot_no in page
    assert "10.000" in page
    assert whole.lot_no not in page
    assert foreign.lot_no not in page
    sheet = as_(agent).get(reverse("lots_ending"), {"within": "30", "format": "xlsx"})
    assert sheet["Content-Type"].startswith("application/vnd")


def test_a_ratio_is_entered_and_retires_by_its_row(as_, officer, trader, city, whole):
    values = {"region": city.pk, "pollutant": "COD", "ratio": "1.5", "valid_from": "2026-01-01"}
    as_(officer).post(reverse("ratio_new"), values | {"legal_basis": "本市办法"})
    assert ReplacementRatio.objects.get().ratio_permille == 1500
    assert "1.5 : 1" in text_of(as_(trader).get(reverse("ratios")))
    wrong = as_(officer).post(reverse("ratio_new"), values | {"ratio": "0.9", "legal_basis": "x"})
    assert wrong.status_code == 422
    confirm(as_(trader), act_url(whole, "retire"), form(paper="清环建〔2026〕1号"))
    whole.refresh_from_db()
    assert whole.quantity_per_year == 10 * T * 1000 // 1500
    assert "L218" in text_of(as_(trader).get(act_url(whole, "retire")))


def test_a_carry_over_rule_is_entered_before_its_period_is_over(as_, officer, whole):
    period = QuotaPeriod.objects.get(label="2026")
    url = reverse("carry_over_rule", args=[period.pk])
    as_(officer).post(url, {"percent": "30", "legal_basis": "本市规定"})
    period.refresh_from_db()
    assert (period.has_carry_over, period.carry_over_percent) == (True, 30)
    assert "30 % of the rest goes on" in text_of(as_(officer).get(reverse("lot", args=[whole.pk])))
    with time_machine.travel(NOW + datetime.timedelta(days=60), tick=False):
        late = as_(officer).post(url, {"percent": "10", "legal_basis": "x"})
    assert late.status_code == 422
    assert "L222" in text_of(late)


def test_apps_above_hang_their_papers_on_the_lot(as_, officer, whole, monkeypatch):
    monkeypatch.setattr(lot_papers, "_sources", [])
    lot_papers.register(lambda of, actor: [lot_papers.Paper(f"cert {of.lot_no}", "/x/", "today")])
    page = text_of(as_(officer).get(reverse("lot", args=[whole.pk])))
    assert f"cert {whole.lot_no}" in page


def test_a_small_bureau_without_a_desk_takes_back_by_two_officers(
    as_, officer, second_officer, whole
):
    asked = confirm(
        as_(officer),
        act_url(whole, "takeback"),
        form(quantity="10", paper="清环发〔2026〕9号", legal_basis="国办发〔2014〕38号"),
    )
    as_(second_officer).post(asked.url, {"decision": "grant", "reason": "yes"})
    reserve = Lot.objects.get(source="TAKEBACK")
    assert (reserve.enterprise, reserve.quantity_per_year) == (None, 10 * T)
    gone = text_of(as_(officer).get(reverse("lot", args=[whole.pk])))
    assert "given away" in gone
    assert "L206" in gone


def test_who_may_only_view_is_offered_nothing(as_, enterprise, whole):
    viewer = factories.enterprise_member(enterprise, Role.VIEWER, "viewer")
    page = text_of(as_(viewer).get(reverse("lot", args=[whole.pk])))
    assert "Nothing can be done with this lot in your role now" in page
