"""The pages of two persons: periods, requests, restrictions, rules of kinds, holds, misuse."""

import datetime
import uuid

import pytest
import time_machine
from django.urls import reverse

from ledger import services
from ledger.models import KeyMisuse, LedgerRequest, OperationRule
from parties.services import system_actor
from tests import factories_ledger as make
from tests.factories_ledger import DOCUMENT, NOW

pytestmark = pytest.mark.django_db
T = 10**9
AFTER = datetime.datetime(2027, 1, 20, 2, 0, tzinfo=datetime.UTC)


@pytest.fixture
def available(enterprise):
    return make.lot_account(make.lot(enterprise))


def text_of(response) -> str:
    return response.content.decode()


def form(**values):
    return {"once": str(uuid.uuid4()), "reason": "because"} | values


def test_lapse_preview_names_each_holder_and_an_enterprise_sees_its_own(
    as_, officer, agent, rival, available
):
    make.lot(rival.enterprise, key="rival")
    address = reverse("period", args=[available.asset.period_id])
    page = text_of(as_(officer).get(address))
    assert agent.enterprise.name_en in page, "the page is English"
    assert rival.enterprise.name_en in page
    own = text_of(as_(agent).get(address))
    assert "10.000" in own
    assert rival.enterprise.name_en not in own


def test_period_is_closed_on_its_page_by_two(as_, officer, second_officer, available):
    period = available.asset.period
    with time_machine.travel(AFTER, tick=False):
        asked = as_(officer).post(reverse("ask_to_close", args=[period.pk]), form())
        request = LedgerRequest.objects.get()
        address = reverse("ledger_request", args=[request.pk])
        assert asked.url == address
        assert "Grant and carry out" not in text_of(as_(officer).get(address))
        page = text_of(as_(second_officer).get(address))
        assert "Exactly this is done" in page
        as_(second_officer).post(address, {"decision": "grant", "reason": "yes"})
    period.refresh_from_db()
    assert period.state == "CLOSED"


def test_period_that_runs_cannot_be_asked_for(as_, officer, available):
    period = available.asset.period
    with time_machine.travel(NOW, tick=False):
        assert "Ask to close" not in text_of(as_(officer).get(reverse("period", args=[period.pk])))
        refused = as_(officer).post(reverse("ask_to_close", args=[period.pk]), form())
    assert refused.status_code == 422
    assert "L210" in text_of(refused)


def test_restriction_is_asked_on_the_accounts_page_and_taken_back(as_, officer, available):
    address = reverse("restrict_account", args=[available.pk])
    assert address in text_of(as_(officer).get(reverse("account", args=[available.pk])))
    as_(officer).post(address, form(restriction="CLOSED", legal_basis="court order 1"))
    request = LedgerRequest.objects.get()
    assert "court order 1" in text_of(as_(officer).get(address))
    again = as_(officer).post(address, form(restriction="CLOSED", legal_basis="court order 2"))
    assert "L601" in text_of(again)
    as_(officer).post(reverse("take_back_ledger_request", args=[request.pk]), form())
    request.refresh_from_db()
    assert request.state == "BACK"


def test_officer_enters_a_rule_and_everyone_reads_it(as_, officer, agent, city):
    values = {
        "type": "LOT_TRANSFER",
        "region": city.pk,
        "valid_from": "2027-01-01",
        "cool_off_workdays": "3",
        "reversible_days": "0",
        "backdate_days": "",
        "needs_approval": "on",
        "legal_basis": "Order 7",
    }
    done = as_(officer).post(reverse("operation_rule_new"), values)
    assert done.url == reverse("operation_types")
    rule = OperationRule.objects.get(region=city)
    assert (rule.needs_approval, rule.cool_off_workdays, rule.backdate_days) == (True, 3, None)
    assert "L502" in text_of(as_(officer).post(reverse("operation_rule_new"), values))
    with time_machine.travel(AFTER, tick=False):
        page = text_of(as_(agent).get(reverse("operation_types")))
    assert "3 working days" in page
    assert "Order 7" in page
    assert as_(agent).get(reverse("operation_rule_new")).status_code == 403


def test_what_is_held_and_free_is_always_shown(as_, agent, rival, available):
    services.place_hold(
        by=system_actor("demo"),
        account=available,
        amount=4 * T,
        purpose="PLEDGE",
        document=DOCUMENT,
        key="h",
        now=NOW,
    )
    own = as_(agent)
    assert "4.000" in text_of(own.get(reverse("holds")))
    statement = text_of(own.get(reverse("account", args=[available.pk])))
    assert "Free now" in statement
    assert "6.000" in statement
    lot_page = text_of(own.get(reverse("lot", args=[available.reference_id])))
    assert "Held" in lot_page
    assert "4.000" in text_of(own.get(reverse("accounts"), {"period": available.asset.period_id}))
    assert "4.000" not in text_of(as_(rival).get(reverse("holds")))


def test_auditor_sees_keys_used_twice_in_his_region(as_, auditor, city, county):
    for number, code in enumerate((county.pk, "110000")):
        KeyMisuse.objects.create(
            scope="CARD_LOAD",
            key=f"key-{number}",
            asked_kind="CARD_LOAD",
            asked_hash=bytes([number]),
            asked_by_id=auditor.pk,
            region_code=code,
            first_at=NOW,
            last_at=NOW,
        )
    page = text_of(as_(auditor).get(reverse("misuses")))
    assert "key-0" in page
    assert "key-1" not in page
