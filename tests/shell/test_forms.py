"""Fields that every app's forms share: days within reach, concentrations above nothing."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from permits.forms import ConcentrationField
from shell.forms import DayField


def code_of(field, text):
    with pytest.raises(ValidationError) as refused:
        field.clean(text)
    return refused.value.code


def test_a_day_is_read_as_the_browser_writes_it():
    assert DayField().clean("2026-11-22") == datetime.date(2026, 11, 22)
    assert DayField(required=False).clean("") is None


@pytest.mark.parametrize("text", ["9999-12-31", "2200-01-01", "1899-12-31", "0001-01-01"])
def test_a_day_out_of_reach_is_refused(text):
    assert code_of(DayField(), text) == "S109"


@pytest.mark.parametrize("text", ["22.11.2026", "2026-13-01", "yesterday"])
def test_what_is_no_day_is_refused(text):
    assert code_of(DayField(), text) == "invalid"


@pytest.mark.parametrize(("text", "code"), [("0", "S106"), ("0.0000", "S106"), ("0.00001", "S104")])
def test_a_concentration_of_nothing_is_no_limit(text, code):
    assert code_of(ConcentrationField(), text) == code


def test_a_small_concentration_is_one():
    assert str(ConcentrationField().clean("0.0001")) == "0.0001"
