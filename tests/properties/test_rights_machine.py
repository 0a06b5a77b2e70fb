"""A random life of rights: lots split, merged, leased, held, ended, against a model of sums."""

import datetime

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ledger import queries, services
from ledger.models import Account, Hold, Lot
from ledger.rules import Purpose
from parties.services import system_actor
from shell.refusals import Refusal
from tests import factories
from tests.factories_ledger import DOCUMENT, NOW, document_of, lot, lot_account

PART = st.integers(min_value=1, max_value=5 * 10**9)
FIRST = datetime.date(2026, 1, 1)


class RightsMachine(RuleBasedStateMachine):
    """Two enterprises deal in rights of one year. Refused steps change nothing; the others keep
    what was issued equal to what is held, frozen, retired, lapsed or back at the source."""

    @initialize()
    def open(self):
        self.life = transaction.atomic()
        self.life.__enter__()
        self.by = system_actor("demo")
        county = factories.county(factories.city())
        self.holders = [factories.enterprise(county) for _ in range(2)]
        self.issued, self.step, self.refused = 0, 0, 0
        self.grant(0)

    @rule(who=st.integers(0, 1))
    def grant(self, who):
        self.step += 1
        lot(self.holders[who], key=f"g{self.step}")
        self.issued += 10**10

    def attempt(self, service, **values):
        """Call a service; a refusal must leave everything as it was."""
        self.step += 1
        before = self.sums()
        try:
            with transaction.atomic():
                return service(by=self.by, now=NOW, **values)
        except Refusal:
            self.refused += 1
            assert self.sums() == before
            return None

    def any_lot(self, data):
        return data.draw(st.sampled_from(list(Lot.objects.order_by("pk"))))

    def cut(self, service, data, part, **more):
        self.attempt(
            service,
            lot=self.any_lot(data),
            quantity_per_year=part,
            document=DOCUMENT,
            key=f"k{self.step}",
            **more,
        )

    @rule(data=st.data(), part=PART)
    def split(self, data, part):
        self.cut(services.split_lot, data, part, effective_date=FIRST)

    @rule(data=st.data(), part=PART, who=st.integers(0, 1))
    def transfer(self, data, part, who):
        to = self.holders[who]
        self.cut(services.transfer_lot, data, part, effective_date=FIRST, to_enterprise=to)

    @rule(data=st.data(), part=PART, who=st.integers(0, 1))
    def lease(self, data, part, who):
        to, last = self.holders[who], datetime.date(2026, 10, 31)
        self.cut(services.lease_lot, data, part, valid_from=FIRST, valid_to=last, to_enterprise=to)

    @rule()
    def end_leases(self):
        self.attempt(services.end_leases)

    @rule(data=st.data())
    def merge(self, data):
        two = [self.any_lot(data), self.any_lot(data)]
        self.attempt(
            services.merge_lots,
            lots=two,
            effective_date=datetime.date(2026, 11, 20),
            document=DOCUMENT,
            key=f"k{self.step}",
        )

    @rule(data=st.data(), part=PART)
    def hold(self, data, part):
        account = lot_account(self.any_lot(data))
        self.attempt(
            services.place_hold,
            account=account,
            amount=part,
            purpose="PLEDGE",
            document=DOCUMENT,
            key=f"k{self.step}",
        )

    @rule(data=st.data(), part=PART, keeps=st.booleans())
    def capture(self, data, part, keeps):
        if holds := list(Hold.objects.order_by("pk")):
            held, to = data.draw(st.sampled_from(holds)), lot_account(self.any_lot(data))
            self.attempt(
                services.capture_hold, hold=held, to_account=to, amount=part, keep_rest=keeps
            )

    @rule(data=st.data())
    def release(self, data):
        if holds := list(Hold.objects.order_by("pk")):
            self.attempt(services.release_hold, hold=data.draw(st.sampled_from(holds)))

    @rule(data=st.data(), kind=st.sampled_from(["LAPSE", "PERMIT_END"]))
    def end(self, data, kind):
        self.attempt(
            services.end_lots,
            lots=[self.any_lot(data)],
            kind=kind,
            document=document_of(kind),
            key=f"k{self.step}",
            reason="x",
        )

    @rule()
    def sweep(self):
        self.attempt(services.sweep_ended_lots)

    def sums(self):
        """What lies where, by purpose."""
        found: dict[str, int] = {}
        for purpose, balance in Account.objects.values_list("purpose", "balance"):
            found[purpose] = found.get(purpose, 0) + balance
        return found

    @invariant()
    def what_was_issued_is_all_there(self):
        if hasattr(self, "holders"):
            sums = self.sums()
            assert sum(sums.values()) == 0
            assert -sums[Purpose.ISSUED] <= self.issued

    @invariant()
    def lots_give_what_their_accounts_can_bear(self):
        """Whole-year lots without leases: the rest never exceeds what the lot gives."""
        if hasattr(self, "holders"):
            ended = Lot.objects.filter(merged_into__isnull=False)
            assert not any(one.quantity_per_year for one in ended)

    def teardown(self):
        if hasattr(self, "holders"):
            assert list(queries.verify(only=queries.ROW_CODES)) == []
            transaction.set_rollback(True)
            self.life.__exit__(None, None, None)


@pytest.mark.django_db
def test_rights_follow_the_model():
    lives = settings(max_examples=12, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(RightsMachine, settings=lives)
