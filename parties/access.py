"""Who may open which page, and the one door through which objects are reached.

Every view carries `@allow(...)`; the middleware refuses a view without a rule, so a
forgotten rule fails closed. Objects are fetched by `door` from a query set already
narrowed to the actor: foreign and absent give the same 404.
"""

import dataclasses
import datetime
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone

from parties.models import Membership, Notice, User
from parties.refusals import NoRole, NotAllowed
from parties.rules import Act
from shell.refusals import refusal_page, way_back
from shell.sentences import NullCharacter

PUBLIC = "public"
SIGNED_IN = "signed in"
# What the bell counts: older news is found on the page of messages.
NEWS_AGE = datetime.timedelta(days=30)
MOST_UNREAD = 99
# Pages of libraries that guard themselves.
FOREIGN_VIEWS = ("allauth.", "django.contrib.", "django.views.", "parties.overview")

M = TypeVar("M", bound=models.Model)
View = Callable[..., Any]


class ActorRequest(HttpRequest):
    """What a view gets whose rule asks for an act: someone in a role made the request."""

    actor: Membership
    user: User


@dataclasses.dataclass(frozen=True)
class Rule:
    """What a route asks of who opens it."""

    need: Act | str
    methods: tuple[str, ...]

    @property
    def answers(self) -> tuple[str, ...]:
        """All methods answered: HEAD only beside GET, so that it never has an effect."""
        return (*self.methods, *(["HEAD"] if "GET" in self.methods else []), "OPTIONS")


def allow(need: Act | str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Give a view its rule: the act it needs (or PUBLIC, SIGNED_IN) and its HTTP methods."""

    def mark(view: View) -> View:
        view.rule = Rule(need, methods)  # type: ignore[attr-defined]
        return view

    return mark


def door(queryset: "models.QuerySet[M]", **lookup: Any) -> M:
    """The object, from a query set narrowed by `for_actor`; else 404, foreign or absent alike."""
    return get_object_or_404(queryset, **lookup)


def open_address(route: str, target: int | None, actor: Membership | None) -> str:
    """The page's address, or nothing when there is none or this role may not open it."""
    if not route or target is None:
        return ""
    try:
        url = reverse(route, args=[target])
    except NoReverseMatch:
        return ""
    return url if may_open(url, actor) else ""


def may_open(address: str, actor: Membership | None) -> bool:
    """Whether there is a page behind the address whose rule lets this role in."""
    try:
        view = resolve(urlsplit(address).path).func
    except Resolver404:
        return False
    need = getattr(getattr(view, "rule", None), "need", None)
    return not isinstance(need, Act) or (actor is not None and actor.may(need))


def actor_of(request: HttpRequest) -> Membership | None:
    """The membership this request acts under: the one chosen, else the first in force."""
    if not request.user.is_authenticated:
        return None
    own = own_roles(request)
    chosen = request.session.get("membership")
    return own.filter(pk=chosen or 0).first() or own.first()


def own_roles(request: HttpRequest) -> "models.QuerySet[Membership]":
    """The roles of the person who asks that are in force today."""
    found: models.QuerySet[Membership] = (
        Membership.objects.in_force(timezone.localdate())
        .filter(user=request.user)
        .select_related("user", "bureau__region", "enterprise__region")
    )
    return found


class AccessMiddleware:
    """Puts the actor on the request and enforces each view's rule before it runs.

    It runs natively under both kinds of server, so that a live stream costs no thread.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        if self.is_async:
            return self.answer_later(request)
        request.actor = actor_of(request)
        return kept_private(request, self.get_response(request))

    async def answer_later(self, request: Any) -> Any:
        request.actor = await sync_to_async(actor_of)(request)
        return kept_private(request, await self.get_response(request))

    def process_view(self, request: Any, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        if carries_null(request, kwargs):
            return refusal_page(request, NullCharacter())
        rule = getattr(view, "rule", None)
        if rule is None:
            if view.__module__.startswith(FOREIGN_VIEWS):
                return None
            raise ImproperlyConfigured(f"{view.__module__}.{view.__qualname__} has no @allow rule")
        if request.method not in rule.answers:
            return not_so(request, rule)
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(rule.answers)})
        return refused(request, rule)


def not_so(request: Any, rule: Rule) -> HttpResponse:
    """A method that the page does not answer, such as the address of a form opened again."""
    page = render(request, "405.html", {"way_back": way_back(request)}, status=405)
    page["Allow"] = ", ".join(rule.answers)
    return page


def carries_null(request: Any, kwargs: dict[str, Any]) -> bool:
    """Whether address or form holds the character that no text in PostgreSQL can hold."""
    sent = [values for query in (request.GET, request.POST) for values in query.lists()]
    texts = [text for name, values in sent for text in (name, *values)]
    return any("\x00" in str(text) for text in (*kwargs.values(), *texts))


def kept_private(request: Any, answer: Any) -> Any:
    """What a signed-in person gets is kept by no cache, on the way or in a shared computer."""
    if request.actor is not None and not answer.has_header("Cache-Control"):
        answer["Cache-Control"] = "private, no-store"
    return answer


def refused(request: Any, rule: Rule) -> HttpResponse | None:
    """The answer to someone whom the rule keeps out, or None to let him in."""
    if rule.need == PUBLIC:
        return None
    if not request.user.is_authenticated:
        return redirect_to_login(page_of(request))
    if rule.need == SIGNED_IN:
        return None
    actor = request.actor
    if actor is not None and actor.may(Act(rule.need)):
        return None
    refusal = NotAllowed(role=actor.get_role_display()) if actor else NoRole()
    return refusal_page(request, refusal)


def page_of(request: Any) -> str:
    """The page to come back to after the sign-in: of a form that met the end of a session, which
    cannot be sent again, the page it was on."""
    if request.method in {"GET", "HEAD"}:
        address: str = request.get_full_path()
        return address
    return urlsplit(way_back(request))._replace(scheme="", netloc="").geturl()


def frame(request: Any) -> dict[str, Any]:
    """What the page frame shows: who acts, in which role and place, and the other roles."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "place": actor.place if actor else None,
        "memberships": own_roles(request) if actor else [],
        "unread": partial(unread_words, actor) if actor else "",
    }


def unread_words(actor: Membership) -> str:
    """How many messages of the last weeks this person has not opened himself; many are “99+”."""
    since = timezone.now() - NEWS_AGE
    found = Notice.objects.unread_by(actor).filter(created_at__gte=since)[: MOST_UNREAD + 1].count()
    return f"{MOST_UNREAD}+" if found > MOST_UNREAD else str(found or "")
