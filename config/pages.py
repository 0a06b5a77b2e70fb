"""Pages that gather parts of several apps: the homes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from parties.access import PUBLIC, SIGNED_IN, allow


@allow(PUBLIC)
def public_home(request: HttpRequest) -> HttpResponse:
    """The page everyone may open."""
    return render(request, "home/public.html")


@allow(SIGNED_IN)
def home(request: HttpRequest) -> HttpResponse:
    """The first page after sign-in, by role."""
    return render(request, "home/public.html")


urlpatterns = [
    path("", public_home, name="public_home"),
    path("home/", home, name="home"),
]
