"""Refusals in plain words: which rule, which field, what to do next.

Each refusal is a class with a permanent code. Pure rules raise `RuleBroken` with the
code only; `refusal` finds the sentence for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme

from shell.rules import RuleBroken

Text = str | Promise

REGISTER: dict[str, type["Refusal"]] = {}


class Refusal(Exception):
    """An expected refusal; subclasses name the rule, the field and the next step."""

    code: ClassVar[str] = ""
    field: ClassVar[str] = ""
    sentence: ClassVar[Text] = ""
    advice: ClassVar[Text] = ""
    status: ClassVar[int] = 409

    def __init_subclass__(cls) -> None:
        if cls.code:
            assert cls.code not in REGISTER, f"two refusals carry the code {cls.code}"
            REGISTER[cls.code] = cls

    def __init__(self, **params: Any) -> None:
        super().__init__(self.code, params)
        self.params = params

    @property
    def said(self) -> str:
        """What is refused, in the reader's language."""
        return str(self.sentence) % self.params

    @property
    def advised(self) -> str:
        """What to do next."""
        return str(self.advice) % self.params

    def __str__(self) -> str:
        text = f"{self.said} {self.advised}".strip()
        return f"{text} [{self.code}]"


def refusal(code: str, **params: Any) -> Refusal:
    """The registered refusal for a rule's number."""
    return REGISTER[code](**params)


def spoken(error: RuleBroken | Refusal) -> Refusal:
    """The same refusal with its sentence, whether a rule or a service raised it."""
    return error if isinstance(error, Refusal) else refusal(error.code, **error.params)


@contextmanager
def refusals_to(form: BaseForm) -> Iterator[None]:
    """Turn a refusal inside the block into an error of the form, on its field if it has it."""
    try:
        yield
    except (Refusal, RuleBroken) as error:
        said = spoken(error)
        where = said.field if said.field in form.fields else None
        form.add_error(where, ValidationError(str(said), code=said.code))


@contextmanager
def refused_by(**constraints: type[Refusal]) -> Iterator[None]:
    """Write in a savepoint; a broken database constraint of that name becomes its refusal."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if broken not in constraints:
            raise
        raise constraints[broken] from error


def way_back(request: HttpRequest) -> str:
    """The page of ours the person came from, else the home page."""
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return came_from if is_ours else "/home/"


def refusal_page(request: HttpRequest, error: RuleBroken | Refusal) -> HttpResponse:
    """The refusal as a page of its own: sentence, advice, number; for htmx as a notice."""
    said = spoken(error)
    template = "refusal_notice.html" if getattr(request, "htmx", None) else "refusal.html"
    context = {"refusal": said, "way_back": way_back(request)}
    return render(request, template, context, status=said.status)


class RefusalMiddleware:
    """Shows a refusal that no form caught as a page of its own, never as a crash."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refusal_page(request, error) if isinstance(error, Refusal | RuleBroken) else None
