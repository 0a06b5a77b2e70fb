"""How every form page here answers: shown, refused with its errors, or carried out."""

from collections.abc import Mapping
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent; None when the form is only to be shown."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: HttpRequest, template: str, form: BaseForm, context: Mapping[str, Any]
) -> HttpResponse:
    """The page with its form; 422 when something in it was refused."""
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
