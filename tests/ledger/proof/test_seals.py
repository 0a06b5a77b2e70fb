"""Sealed statements: what a statement said at a moment can be proved, whatever came after."""

import datetime
import hashlib
import json

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import SealedStatement
from ledger.queries import Span, book_of
from ledger.queries.statements import every_line
from ledger.rules import Move, Purpose
from tests.factories_ledger import NOW, account, lot, lot_account, post, posting, seal
from tests.factories_proof import keep
from tests.refused import broken

LATER = NOW + datetime.timedelta(minutes=5)
T = 10**9


@pytest.fixture
def card(enterprise):
    """A card loaded twice."""
    available, found = lot_account(lot(enterprise)), account(enterprise, Purpose.CARD)
    post(posting("CARD_LOAD", "v1", Move(available.pk, found.pk, 2 * T)))
    post(posting("CARD_LOAD", "v2", Move(available.pk, found.pk, T)))
    return found


def test_seal_keeps_balances_and_the_hash_of_every_line(card):
    sealed = seal(card)
    assert (sealed.opening, sealed.closing, sealed.line_count) == (0, 3 * T, 2)
    span = Span(sealed.first_date, sealed.last_date, known_at=sealed.known_at)
    digest = hashlib.sha256()
    for one in every_line(book_of(card), span):
        moment = one.posted_at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
        text = f"{moment} {one.effective_date} {one.operation_id} {one.line}"
        digest.update(f"{text} {one.delta} {one.balance}\n".encode())
    assert bytes(sealed.content_sha256) == digest.digest()


def test_later_booking_makes_another_seal_and_leaves_the_first(card, enterprise):
    first = seal(card)
    again = seal(card)
    assert bytes(first.content_sha256) == bytes(again.content_sha256)
    source = lot_account(lot(enterprise, key="lot-2", pollutant="COD", tonnes=5))
    post(posting("CARD_LOAD", "v3", Move(source.pk, card.pk, T)))
    assert bytes(seal(card).content_sha256) != bytes(first.content_sha256)
    assert SealedStatement.objects.get(pk=first.pk).closing == 3 * T


def test_statement_is_sealed_from_its_page_and_proved_by_its_receipt(card, agent, rival):
    client = Client()
    client.force_login(agent.user)
    page = client.get(reverse("account", args=[card.pk])).content.decode()
    assert reverse("seal_statement", args=[card.pk]) in page
    days = {"first": "2026-01-01", "last": "2026-12-31", "order": "posted"}
    answer = client.post(reverse("seal_statement", args=[card.pk]), days)
    sealed = SealedStatement.objects.get()
    assert answer.headers["Location"] == reverse("sealed_statement", args=[sealed.pk])
    assert sealed.sealed_by == agent
    keep(LATER)
    assert client.get(answer.headers["Location"]).status_code == 200
    receipt = client.get(reverse("sealed_receipt", args=[sealed.pk])).json()
    record = json.loads(receipt["record"])
    assert record["fields"]["content_sha256"] == bytes(sealed.content_sha256).hex()
    assert receipt["entry"].split("\n")[1] == "statement"
    client.force_login(rival.user)
    assert client.get(reverse("sealed_receipt", args=[sealed.pk])).status_code == 404
    assert client.post(reverse("seal_statement", args=[card.pk]), days).status_code == 404


def test_days_that_make_no_statement_are_not_sealed(card, agent):
    client = Client()
    client.force_login(agent.user)
    days = {"first": "2026-12-31", "last": "2026-01-01", "order": "posted"}
    answer = client.post(reverse("seal_statement", args=[card.pk]), days)
    assert answer.status_code == 409
    assert "L955" in answer.content.decode()
    assert not SealedStatement.objects.exists()


def test_seal_runs_forward_and_stays(card):
    sealed = seal(card)
    backwards = SealedStatement.objects.get(pk=sealed.pk)
    backwards.pk, backwards.first_date = None, datetime.date(2027, 1, 1)
    with broken("sealed_statement_runs_forward"):
        backwards.save()
