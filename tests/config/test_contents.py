"""What a second person approves is told in words, units and the site's time."""

import json

import pytest
from django.utils import translation

from parties import contents
from parties.models import Approval
from parties.subjects import with_numbers
from tests import factories_permits


def said(content):
    with translation.override("en"):
        return {label: str(value) for label, value in contents.lines(json.dumps(content).encode())}


@pytest.mark.parametrize(
    ("content", "label", "words"),
    [
        ({"business_type": "RENEW"}, "Kind of application", "renewal"),
        ({"ends_as": "CANCELLED"}, "The permit becomes", "cancelled"),
        ({"last_winner": "CUT"}, "Last winner", "gets what is left"),
        ({"opens_at": "2026-11-22T01:00:00+00:00"}, "Opens at", "2026-11-22 09:00:00"),
        ({"right_from": "2027-01-01"}, "Right valid from", "2027-01-01"),
        ({"format": "single_round"}, "Format", "Single round (Zhejiang)"),
        ({"reason": ""}, "Reason", "–"),
        ({"is_ban": True}, "is_ban", "yes"),
    ],
)
def test_each_entry_is_told_in_words(content, label, words):
    assert said(content) == {label: words}


@pytest.mark.parametrize(("unit", "words"), [("MG", "19.200"), ("L", "19,200,000")])
def test_quantities_are_told_in_the_units_people_use(unit, words):
    told = said({"quantity_per_year": 19_200_000_000, "quantity_unit": unit})
    assert list(told) == ["Quantity per year"]
    assert words in told["Quantity per year"]


def test_what_lies_deeper_is_told_too_and_stays_text():
    told = said({"outlets": [{"code": "DW001", "limits": [{"pollutant": "<b>COD</b>"}]}]})
    assert "Number: DW001" in told["Outlets"]
    assert "&lt;b&gt;COD" in told["Outlets"]


def test_what_is_no_object_is_left_to_the_page_of_the_subject():
    assert contents.lines(b"[1]") == contents.lines(b"\xff") == []


def test_a_subject_is_called_by_the_number_that_people_know(agent, officer, second_officer, client):
    application = factories_permits.decided(agent, officer)
    client.force_login(second_officer.user)
    assert application.application_no in client.get("/approvals/").content.decode()
    (asked,) = with_numbers(Approval.objects.all())
    assert asked.subject_no == application.application_no
