"""How pure rules refuse: by number and parameters; the sentence is found elsewhere."""

from typing import Any


class RuleBroken(Exception):
    """A numbered rule does not hold; `params` fill its sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
