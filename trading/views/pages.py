"""What the views of trading share: showing a form, answering a button."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from shell.refusals import refusals_to


@dataclass(frozen=True)
class FormPage:
    """The words around a form: its title, what to know, the verb of its button, the way back."""

    title: Any
    submit: Any
    cancel_url: str
    lead: Any = ""
    danger: bool = False
    template: str = "trading/form.html"


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    page: FormPage,
    *,
    act: Callable[[dict[str, Any]], str],
    done: Any,
    context: Mapping[str, Any] = MappingProxyType({}),
) -> HttpResponse:
    """Show a form; when it is sent and sound, act on it, say `done` and go to the address that
    `act` returns. A refusal comes back as an error of the form, with everything that was typed."""
    if request.method == "POST" and form.is_valid():
        with refusals_to(form):
            target = act(form.cleaned_data)
            messages.success(request, str(done))
            return redirect(target)
    status = 422 if form.errors else 200
    return render(request, page.template, {"form": form, "page": page, **context}, status=status)


def data_of(request: HttpRequest) -> Any:
    """What was sent, or None when the page is only opened."""
    return request.POST if request.method == "POST" else None
