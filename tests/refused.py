"""Expect a refusal by its number, or a database constraint by its name."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction

from shell.refusals import Refusal, spoken
from shell.rules import RuleBroken


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block is refused with this code, and the sentence can be said."""
    with pytest.raises((Refusal, RuleBroken)) as caught:
        yield
    said = spoken(caught.value)
    assert said.code == code
    assert f"[{code}]" in str(said)


@contextmanager
def broken(constraint: str) -> Iterator[None]:
    """The database refuses the block by this constraint."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield
