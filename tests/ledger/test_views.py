"""The ledger's pages: lots, accounts, statements, operations, caps, the auditors' page."""

import csv
import datetime
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from ledger import documents, services
from ledger.models import (
    Account,
    Operation,
    OperationType,
    QuotaPeriod,
    Transfer,
    Verification,
)
from ledger.rules import DocumentRef, Move, Purpose
from parties.rules import Role
from parties.services import system_actor
from tests import factories
from tests import factories_ledger as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def card_account(enterprise):
    """A card's account with a load of 6 t and three discharges of 1 t."""
    lot = make.lot(enterprise)
    card = make.account(enterprise, Purpose.CARD)
    gone = make.account(enterprise, Purpose.DISCHARGED)
    make.post(make.posting("CARD_LOAD", "load", Move(make.lot_account(lot).pk, card.pk, 6 * 10**9)))
    for day in range(3):
        at = make.NOW + datetime.timedelta(minutes=day + 1)
        make.post(make.posting("DISCHARGE", f"d{day}", Move(card.pk, gone.pk, 10**9)), now=at)
    card.refresh_from_db()
    return card


def text_of(response) -> str:
    return response.content.decode()


def statement(client, account, **words):
    usual = {"first": "2026-11-20", "last": "2026-11-20"}
    return client.get(reverse("account", args=[account.pk]), usual | words)


class TestLots:
    def test_an_enterprise_sees_its_own_lots_only(self, as_, agent, rival):
        own, foreign = make.lot(agent.enterprise), make.lot(rival.enterprise, key="rival")
        page = text_of(as_(agent).get(reverse("lots"), {"term": ""}))
        assert own.lot_no in page
        assert foreign.lot_no not in page

    def test_an_officer_finds_lots_by_the_holders_name(self, as_, officer, agent, rival):
        own, foreign = make.lot(agent.enterprise), make.lot(rival.enterprise, key="rival")
        page = text_of(as_(officer).get(reverse("lots"), {"holder": agent.enterprise.name[:4]}))
        assert own.lot_no in page
        assert foreign.lot_no not in page

    def test_a_lot_shows_its_share_of_each_period(self, as_, agent):
        lot = make.lot(agent.enterprise, valid_to=datetime.date(2027, 12, 31))
        page = text_of(as_(agent).get(reverse("lot", args=[lot.pk])))
        for period in QuotaPeriod.objects.filter(start_date__year__in=[2026, 2027]):
            assert f">{period.label}<" in page

    def test_a_part_names_its_parent_only_to_who_may_see_it(self, as_, agent, rival, officer):
        lot = make.lot(agent.enterprise)
        part = services.transfer_lot(
            by=system_actor("demo"),
            lot=lot,
            to_enterprise=rival.enterprise,
            quantity_per_year=10**9,
            effective_date=datetime.date(2026, 11, 20),
            document=make.DOCUMENT,
            key="part",
            now=make.NOW,
        )
        address = reverse("lot", args=[part.pk])
        assert lot.lot_no in text_of(as_(officer).get(address))
        assert lot.lot_no not in text_of(as_(rival).get(address))


class TestAccounts:
    def test_the_list_begins_with_the_present_period_and_leaves_empty_ones_out(
        self, as_, agent, card_account
    ):
        page = as_(agent).get(reverse("accounts"))
        shown = {account.pk for account in page.context["table"].shown_rows}
        assert card_account.pk in shown
        assert not Account.objects.filter(pk__in=shown, balance=0).exists()

    def test_empty_accounts_appear_when_asked_for(self, as_, agent):
        empty = make.account(agent.enterprise, Purpose.OVERRUN)
        page = as_(agent).get(reverse("accounts"), {"empty": "on"})
        assert empty in page.context["table"].shown_rows


class TestStatement:
    def test_it_goes_from_the_balance_before_to_the_balance_after(self, as_, agent, card_account):
        page = statement(as_(agent), card_account)
        assert "0.000" in page.context["opening"]
        assert "3.000" in page.context["closing"]
        deltas = [row.line.delta for row in page.context["table"].rows]
        assert deltas == [6 * 10**9, -(10**9), -(10**9), -(10**9)]

    def test_days_without_movement_say_so(self, as_, agent, card_account):
        page = statement(as_(agent), card_account, first="2026-01-01", last="2026-01-31")
        assert "No movement on these days" in text_of(page)

    @pytest.mark.parametrize(
        ("words", "field", "said"),
        [
            ({"first": "2026-13-01"}, "first", "valid date"),
            ({"first": "x"}, "first", "valid date"),
            ({"last": ""}, "last", "required"),
            ({"last": "2026-11-19"}, "last", "L901"),
            ({"first": "1026-11-19"}, "first", "L902"),
            ({"last": "9999-12-31"}, "last", "L902"),
            ({"known_at": "2999-01-01T00:00"}, "known_at", "L903"),
            ({"known_at": "2026-11-01T00:00"}, "known_at", "L904"),
            ({"known_at": "soon"}, "known_at", "valid date/time"),
            ({"order": "random"}, "order", "valid choice"),
        ],
    )
    def test_nonsense_is_refused_on_its_field(self, as_, agent, card_account, words, field, said):
        page = statement(as_(agent), card_account, **words)
        assert page.status_code == 422
        assert said in str(page.context["form"].errors[field])

    def test_further_movements_follow_and_lead_back(self, as_, agent, card_account, monkeypatch):
        monkeypatch.setattr("ledger.views.statements.PAGE", 2)
        client = as_(agent)
        first = statement(client, card_account)
        rest = statement(client, card_account, after=str(first.context["later"]))
        back = statement(client, card_account, before=str(rest.context["earlier"]))
        balances = [
            [row.line.balance // 10**9 for row in page.context["table"].rows]
            for page in (first, rest, back)
        ]
        assert balances == [[6, 5], [4, 3], [6, 5]]
        assert rest.context["later"] is None
        assert back.context["earlier"] is None

    def test_the_workbook_holds_every_movement_in_exact_figures(self, as_, agent, card_account):
        answer = statement(as_(agent), card_account, format="xlsx")
        book = load_workbook(io.BytesIO(b"".join(answer)))
        rows = list(book.worksheets[0].values)
        assert [row[7] for row in rows[1:]] == [0, 6, 5, 4, 3, 3]
        assert rows[1][3] == "Balance before"
        assert rows[-1][3] == "Balance after"
        about = dict(row[:2] for row in book.worksheets[1].values if row[0])
        assert about["Balance after"] == "3.000 t"

    def test_the_csv_holds_the_same(self, as_, agent, card_account):
        answer = statement(as_(agent), card_account, format="csv", bom="0")
        rows = list(csv.reader(io.StringIO(b"".join(answer).decode())))
        assert [row[7] for row in rows[1:]] == ["0", "6", "5", "4", "3", "3"]

    def test_the_paper_says_who_printed_it(self, as_, agent, card_account):
        answer = statement(as_(agent), card_account, format="pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")

    def test_too_many_movements_for_paper_are_refused_with_advice(
        self, as_, agent, card_account, monkeypatch
    ):
        monkeypatch.setattr("ledger.statement_files.MOST_ON_PAPER", 3)
        answer = statement(as_(agent), card_account, format="pdf")
        assert answer.status_code == 422
        assert "L905" in text_of(answer)
        assert "CSV" in text_of(answer)

    def test_an_account_at_rest_opens_with_its_last_month(self, as_, agent, card_account):
        page = as_(agent).get(reverse("account", args=[card_account.pk]))
        assert len(page.context["table"].rows) == 4

    def test_of_a_book_too_long_the_totals_stay_in_the_file(
        self, as_, agent, card_account, monkeypatch
    ):
        assert len(statement(as_(agent), card_account).context["totals"].rows) == 2
        monkeypatch.setattr("ledger.queries.statements.MOST_TOTALLED", 3)
        page = statement(as_(agent), card_account)
        assert page.context["is_untotalled"]
        assert "in the .xlsx file" in text_of(page)


class TestHolding:
    def test_it_opens_with_the_present_period_and_inner_movements_folded(
        self, as_, agent, card_account
    ):
        page = as_(agent).get(reverse("holding", args=[agent.enterprise_id]))
        assert "7.000" in page.context["closing"]
        kinds = [row.line.kind for row in page.context["table"].rows]
        assert kinds == ["GRANT", "DISCHARGE", "DISCHARGE", "DISCHARGE"]

    def test_movements_inside_are_shown_when_asked_for(self, as_, agent, card_account):
        words = {
            "asset": card_account.asset_id,
            "first": "2026-11-20",
            "last": "2026-11-20",
            "inner": "on",
        }
        page = as_(agent).get(reverse("holding", args=[agent.enterprise_id]), words)
        assert "inside:" in text_of(page)
        files = as_(agent).get(
            reverse("holding", args=[agent.enterprise_id]), words | {"format": "csv"}
        )
        assert "inside:" in b"".join(files).decode()

    def test_an_enterprise_without_rights_reads_why_it_is_empty(self, as_, agent):
        page = as_(agent).get(reverse("holding", args=[agent.enterprise_id]))
        assert "holds no rights yet" in text_of(page)

    def test_an_asset_never_held_is_refused(self, as_, agent, card_account):
        words = {"asset": "999999", "first": "2026-11-20", "last": "2026-11-20"}
        page = as_(agent).get(reverse("holding", args=[agent.enterprise_id]), words)
        assert page.status_code == 422


class TestDocuments:
    def test_a_document_is_a_link_for_those_who_may_open_it(self, agent, finance_like):
        documents.register("test", documents.Document("paper", "card"))
        ref = DocumentRef("test", 7)
        assert documents.links([ref], agent)[ref] == documents.Link("paper 7", "/cards/7/")
        assert documents.links([ref], finance_like)[ref] == documents.Link("paper 7")

    @pytest.fixture
    def finance_like(self, city):
        return factories.bureau_member(city, Role.FINANCE)

    def test_an_unknown_kind_is_called_by_its_own_word(self, agent):
        ref = DocumentRef("strange", 1)
        assert documents.links([ref], agent)[ref] == documents.Link("strange 1")

    @pytest.fixture(autouse=True)
    def _keep_register(self, monkeypatch):
        monkeypatch.setattr(documents, "DOCUMENTS", dict(documents.DOCUMENTS))


class TestOperation:
    def test_of_accounts_out_of_reach_only_the_purpose_is_told(self, as_, agent, officer):
        account = make.lot_account(make.lot(agent.enterprise))
        transfer = Transfer.objects.get(target=account)
        address = reverse("operation", args=[transfer.operation_id])
        source = reverse("account", args=[transfer.source_id])
        assert source not in text_of(as_(agent).get(address))
        assert source in text_of(as_(officer).get(address))

    def test_a_reversal_and_what_it_reverses_name_each_other(self, as_, officer, card_account):
        first = Operation.objects.get(key="d2")
        at = make.NOW + datetime.timedelta(hours=1)
        receipt = services.reverse(
            by=officer, operation_id=first.pk, key="undo", reason="device fault", now=at
        )
        client = as_(officer)
        undone = text_of(client.get(reverse("operation", args=[first.pk])))
        undo = text_of(client.get(reverse("operation", args=[receipt.operation_id])))
        assert reverse("operation", args=[receipt.operation_id]) in undone
        assert reverse("operation", args=[first.pk]) in undo

    def test_the_kinds_are_listed_with_what_they_may_move(self, as_, agent):
        page = as_(agent).get(reverse("operation_types"))
        assert len(page.context["table"].rows) == OperationType.objects.count()
        assert "available → on the card" in text_of(page)


class TestCap:
    def test_anyone_sees_that_the_equation_adds_up(self, client, city, enterprise):
        make.lot(enterprise)
        client.cookies["django_language"] = "en"
        page = client.get(reverse("cap", args=[city.pk]))
        (line,) = page.context["cap_table"].rows
        assert (line.issued, line.held, line.difference) == (10 * 10**9, 10 * 10**9, 0)
        assert "adds up" in text_of(page)

    def test_a_county_shows_its_own_part(self, client, county, enterprise):
        make.lot(enterprise)
        assert client.get(reverse("cap", args=[county.pk])).context["cap_table"].rows

    def test_an_unknown_region_is_not_found(self, client, city):
        assert client.get(reverse("cap", args=["999999"])).status_code == 404

    @pytest.mark.parametrize("period", ["x", "999999", "-1", "1e3"])
    def test_a_strange_period_is_not_found(self, client, city, enterprise, period):
        make.lot(enterprise)
        assert client.get(reverse("cap", args=[city.pk]), {"period": period}).status_code == 404

    def test_without_rights_the_page_says_so(self, client, city):
        client.cookies["django_language"] = "en"
        assert "No rights have been issued" in text_of(client.get(reverse("cap", args=[city.pk])))


class TestAudit:
    def test_the_auditor_runs_a_check_and_finds_its_result(self, as_, auditor, enterprise):
        make.lot(enterprise)
        client = as_(auditor)
        answer = client.post(reverse("run_audit"))
        page = client.get(answer["Location"])
        assert Verification.objects.get().fault_count == 0
        assert not page.context["is_awaited"]
        assert "no fault" in text_of(page)

    def test_a_check_that_is_awaited_asks_again_by_itself(self, as_, auditor):
        since = timezone.now().isoformat()
        page = as_(auditor).get(reverse("audit"), {"since": since})
        assert page.context["is_awaited"]
        assert 'hx-trigger="every 3s"' in text_of(page)

    @pytest.mark.parametrize(
        "since", ["x", "2026-11-20T10:00", "2999-01-01T00:00:00Z", "2026-13-40"]
    )
    def test_a_strange_moment_is_not_believed(self, as_, auditor, since):
        assert not as_(auditor).get(reverse("audit"), {"since": since}).context["is_awaited"]

    def test_faults_are_named_with_their_row(self, as_, auditor):
        fault = {"check": "V03", "row": "asset 9", "text": "its accounts sum to 5"}
        Verification.objects.create(ran_at=make.NOW, checks=8, fault_count=1, faults=[fault])
        page = text_of(as_(auditor).get(reverse("audit")))
        assert "asset 9" in page
        assert "1 fault" in page

    def test_a_faults_row_leads_to_its_page(self, as_, auditor):
        rows = ["transfer 12.0", "account 7", "asset 9", "account x", "lot 5", "hold 3; lot 5"]
        faults = [{"check": "V01", "row": row, "text": "wrong"} for row in rows]
        Verification.objects.create(ran_at=make.NOW, checks=8, fault_count=6, faults=faults)
        page = text_of(as_(auditor).get(reverse("audit")))
        for route, pk in (("operation", 12), ("account", 7), ("lot", 5)):
            assert page.count(f'href="{reverse(route, args=[pk])}"') == 1
        assert "asset 9" in page

    def test_many_faults_come_by_the_page(self, as_, auditor):
        faults = [{"check": "V01", "row": f"account {n}", "text": "wrong"} for n in range(120)]
        Verification.objects.create(ran_at=make.NOW, checks=8, fault_count=120, faults=faults)
        client = as_(auditor)
        assert "account 49<" in text_of(client.get(reverse("audit")))
        assert "account 119<" in text_of(client.get(reverse("audit"), {"faults-page": "3"}))

    def test_others_are_refused(self, as_, agent):
        assert as_(agent).get(reverse("audit")).status_code == 403
