"""Pages that gather parts of several apps: the homes, the live stream, the language."""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language as django_set_language

from config import homes, looks, search
from parties.access import PUBLIC, SIGNED_IN, allow
from parties.rules import Act
from shell import live
from shell.navigation import Entry, Group

ENTRIES = [
    Entry(Group.START, _("Home"), "public_home", PUBLIC, order=0),
    Entry(Group.START, _("My desk"), "home", SIGNED_IN, order=0),
    Entry(Group.SYSTEM, _("Page components"), "looks", Act.MANAGE_SYSTEM, order=90),
]


@allow(PUBLIC)
def public_home(request: HttpRequest) -> HttpResponse:
    """The page everyone may open."""
    return render(request, "home/public.html", homes.public_page(request))


@allow(SIGNED_IN)
def home(request: Any) -> HttpResponse:
    """The first page after sign-in, by role."""
    template, context = homes.home_of(request)
    return render(request, template, context)


@allow(SIGNED_IN)
def home_live(request: Any) -> HttpResponse:
    """The live part of a home, which fetches itself when something happened."""
    template, context = homes.live_part_of(request)
    return render(request, template, context)


@allow(SIGNED_IN)
def search_page(request: Any) -> HttpResponse:
    """What the box in the top bar finds within this person's reach."""
    return render(request, "search.html", search.results(request))


@allow(PUBLIC, methods=("POST",))
def set_language(request: Any) -> HttpResponse:
    """Switch the language, stay on the page, and remember it with the person."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and check_for_language(language):
        request.user.language = language
        request.user.save(update_fields=["language"])
    return django_set_language(request)


@allow(PUBLIC)
async def live_stream(request: Any) -> Any:
    """The server-sent events of the topics asked for; each topic has its own check."""
    topics = request.GET.getlist("topic")
    await sync_to_async(live.check_topics)(request.actor, topics)
    return live.answer(topics)


@allow(Act.MANAGE_SYSTEM)
def looks_page(request: Any) -> HttpResponse:
    """Every component with invented figures, for those who build and check pages."""
    is_part = request.GET.get("part") == "live"
    return render(request, "looks_live.html" if is_part else "looks.html", looks.context(request))


urlpatterns = [
    path("", public_home, name="public_home"),
    path("home/", home, name="home"),
    path("home/live/", home_live, name="home_live"),
    path("search/", search_page, name="search"),
    path("language/", set_language, name="set_language"),
    path("looks/", looks_page, name="looks"),
    path("live/", live_stream, name="live"),
]
