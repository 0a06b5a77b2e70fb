"""Bad input, one by one: each its own code, the first bad item of a batch named, misuse kept."""

import datetime

import pytest
from django.db import transaction

from ledger import services
from ledger.models import Account, KeyMisuse, Operation, QuotaPeriod
from ledger.refusals import KeyReused
from ledger.rules import Move, Purpose
from parties.services import system_actor
from shell.refusals import Refusal
from tests import factories
from tests.factories_ledger import (
    NOW,
    account,
    document_of,
    lot,
    lot_account,
    post,
    posting,
    restrict,
)
from tests.refused import refused

T = 10**9


@pytest.fixture
def book(enterprise):
    """The accounts by name: rights, card, another pollutant's card, a sink."""
    return {
        "lot": lot_account(lot(enterprise)).pk,
        "card": account(enterprise, Purpose.CARD).pk,
        "other": account(enterprise, Purpose.CARD, pollutant="NH3N").pk,
        "sink": account(enterprise, Purpose.DISCHARGED).pk,
        "nobody": 10**15,
        "beyond": 2**70,
    }


def close(book, name):
    restrict(book[name], "CLOSED")


def receive_only(book, name):
    restrict(book[name], "RECEIVE")


def close_period(book, _name):
    QuotaPeriod.objects.update(state="CLOSED")


# What is wrong, the code, source, target, amount, key, and what is done to the book before.
BAD = [
    ("amount zero", "L104", "lot", "card", 0, "k", None),
    ("amount negative", "L104", "lot", "card", -1, "k", None),
    ("amount above bigint", "L104", "lot", "card", 2**63, "k", None),
    ("wrong asset", "L107", "lot", "other", T, "k", None),
    ("source closed", "L110", "lot", "card", T, "k", (close, "lot")),
    ("target closed", "L110", "lot", "card", T, "k", (close, "card")),
    ("source receives only", "L109", "lot", "card", T, "k", (receive_only, "lot")),
    ("period closed", "L108", "lot", "card", T, "k", (close_period, "")),
    ("uncovered", "L201", "lot", "card", 11 * T, "k", None),
    ("one unit too much", "L201", "lot", "card", 10 * T + 1, "k", None),
    ("self-transfer", "L105", "lot", "lot", T, "k", None),
    ("movement not allowed", "L106", "lot", "sink", T, "k", None),
    ("unknown account", "L112", "lot", "nobody", T, "k", None),
    ("account number above bigint", "L112", "lot", "beyond", T, "k", None),
    ("no key", "L101", "lot", "card", T, "", None),
    ("long key", "L101", "lot", "card", T, "k" * 121, None),
    ("key with NUL", "L101", "lot", "card", T, "k\0", None),
]


@pytest.mark.parametrize(
    ("code", "source", "target", "amount", "key", "spoil"),
    [row[1:] for row in BAD],
    ids=[row[0] for row in BAD],
)
def test_bad_posting_has_its_own_code(book, code, source, target, amount, key, spoil):
    if spoil:
        spoil[0](book, spoil[1])
    bad = posting("CARD_LOAD", key, Move(book[source], book[target], amount))
    if code in {"L108"}:  # a closed period is refused first for its effective date
        bad = posting(
            "CARD_LOAD",
            key,
            *bad.moves,
            effective_date=datetime.date(2027, 1, 1),
        )
    before = Operation.objects.count()
    with refused(code):
        post(bad)
    assert Operation.objects.count() == before


@pytest.mark.parametrize("place", [1, 3, 5])
def test_batch_is_all_or_nothing_and_names_its_first_bad_item(book, place):
    good = [posting("CARD_LOAD", f"v{n}", Move(book["lot"], book["card"], T)) for n in range(5)]
    # The bad item, and a worse one after it that an earlier kind of check would find first.
    good[place - 1] = posting("CARD_LOAD", "bad", Move(book["lot"], book["card"], 50 * T))
    good.append(posting("CARD_LOAD", "worse", Move(book["lot"], book["card"], -1)))
    with pytest.raises(Refusal) as caught:
        post(*good)
    params = caught.value.params
    assert (caught.value.code, params["item"], params["count"]) == ("L201", place, 6)
    assert params["key"] == "bad"
    assert "bad" in str(caught.value)
    assert not Operation.objects.filter(kind="CARD_LOAD").exists()


def test_single_refusal_does_not_speak_of_items(book):
    with pytest.raises(Refusal) as caught:
        post(posting("CARD_LOAD", "v", Move(book["lot"], book["card"], 50 * T)))
    assert not caught.value.said.startswith(("Item", "第"))


@transaction.atomic
def inside_a_service(request):
    """Post as a part of something larger, which has begun its own work."""
    Operation.objects.count()
    return post(request)


@pytest.mark.django_db(transaction=True)
class TestMisuseOfKeys:
    """What the auditor sees stands although the refused transaction is rolled back."""

    def book(self):
        owner = factories.enterprise(factories.county(factories.city()))
        return owner, lot_account(lot(owner)), account(owner, Purpose.CARD)

    def test_it_is_kept_when_everything_around_is_rolled_back(self):
        _owner, available, card = self.book()
        first = post(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T)))[0]
        for _again in range(2):
            with pytest.raises(KeyReused):
                inside_a_service(posting("CARD_LOAD", "v1", Move(available.pk, card.pk, 2 * T)))
        kept = KeyMisuse.objects.get(first_operation_id=first.operation_id)
        assert (kept.first_operation_id, kept.times) == (first.operation_id, 2)
        assert Account.objects.get(pk=card.pk).balance == T

    def test_same_body_is_no_misuse_and_gives_the_same_receipt_for_ever(self):
        _owner, available, card = self.book()
        request = posting("CARD_LOAD", "v1", Move(available.pk, card.pk, T))
        first = post(request)[0]
        restrict(card.pk, "CLOSED")
        QuotaPeriod.objects.update(state="CLOSED")
        later = post(request, now=NOW + datetime.timedelta(days=365))[0]
        assert later.operation_id == first.operation_id
        assert not later.is_new
        assert not KeyMisuse.objects.filter(first_operation_id=first.operation_id).exists()

    def test_keys_of_lots_and_holds_are_kept_too(self):
        owner, available, _card = self.book()
        lot(owner, key="l")
        with refused("L102"):
            lot(owner, key="l", tonnes=11)
        hold = {
            "by": system_actor("demo"),
            "account": available,
            "purpose": "TRADE",
            "document": document_of("HOLD"),
            "key": "h",
            "now": NOW,
            "expires_at": NOW + datetime.timedelta(days=1),
        }
        services.place_hold(amount=T, **hold)
        with refused("L102"):
            services.place_hold(amount=2 * T, **hold)
        by = system_actor("demo").pk
        kept = KeyMisuse.objects.filter(asked_by_id=by, key__in=["lot:l", "h"])
        assert set(kept.values_list("scope", flat=True)) == {"lot", "hold"}
