"""Expect a refusal by its number, whether a pure rule or a service raised it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

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
