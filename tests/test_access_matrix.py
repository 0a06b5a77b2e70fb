"""Every route × every role × own, foreign, absent object × every method, from the URL table.

A new page is covered the moment it is routed. It fails here when it has no `@allow` rule,
when a URL argument has no maker in `tests/<app>/objects.py`, or when anyone gets further
than the table of roles says.
"""

import re
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import get_resolver

from parties.access import PUBLIC, SIGNED_IN
from parties.rules import ROLES, Act, Role
from tests.access_world import ANONYMOUS, World, is_foreign, registry, routes, walk

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
ELSEWHERE = registry().elsewhere
ROUTES = sorted(
    (r for r in routes() if hasattr(r.view, "rule") and r.name not in ELSEWHERE),
    key=lambda r: (r.name, r.pattern),
)
PEOPLE = sorted(set(Role) - {Role.SYSTEM})
pytestmark = pytest.mark.django_db


class Undo(Exception):
    """Takes back what one request wrote."""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Built once per module; taken back at its end."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        outer._from_testcase = True  # durable blocks inside views behave as at top level
        yield World()
        transaction.set_rollback(True)
        outer.__exit__(None, None, None)


def ask(world, who, address, method):
    """The answer to one request, with everything it wrote taken back."""
    client = world.clients[who]
    cookies = client.cookies.copy()  # without the messages that an answer leaves behind
    try:
        with transaction.atomic():
            response = client.generic(method, address)
            response.body = b"" if response.streaming else response.content
            raise Undo
    except Undo:
        client.cookies = cookies
        return response


def may(role, need):
    return need in (PUBLIC, SIGNED_IN) or Act(need) in ROLES[role]


def let_in(route):
    """The roles that have the act the route asks for."""
    return [role for role in PEOPLE if may(role, route.view.rule.need)]


def each(routes):
    """One case for each route; a list that ran empty would test nothing and is refused."""
    assert routes
    return pytest.mark.parametrize("route", routes, ids=lambda r: r.pattern or "/")


# Cases are made only where there is something to assert: nobody is refused what everyone may
# do, and what is public or shared by all is nobody's foreign object.
GUARDED = [r for r in ROUTES if len(let_in(r)) < len(PEOPLE)]
OWNED = [
    r
    for r in ROUTES
    if r.view.rule.need != PUBLIC and set(r.kwargs) - registry().shared and let_in(r)
]
PUBLIC_OBJECTS = [r for r in ROUTES if r.view.rule.need == PUBLIC and r.kwargs]


def plain(answer, address):
    """The page without what differs by request: tokens, nonces and the address asked for."""
    tokens = r'(csrf\w*"? (?:value|content)=|nonce=|"X-CSRFToken": ?)"[^"]*"'
    return re.sub(tokens, "", answer.body.decode()).replace(address, "…")


def test_every_route_has_a_rule():
    bare = [r.pattern for r in routes() if not hasattr(r.view, "rule")]
    assert not bare, f"views without @allow: {bare}"


def test_every_url_argument_has_a_maker():
    known = registry()
    missing = {r.pattern: known.unknown(r.kwargs) for r in ROUTES if known.unknown(r.kwargs)}
    assert not missing, f"add a maker to tests/<app>/objects.py: {missing}"


def test_what_is_left_out_here_is_tested_elsewhere():
    names = {r.name for r in routes()}
    for name, place in ELSEWHERE.items():
        assert name in names
        assert Path(place).exists(), f"{name} must be tested in {place}"


def test_only_known_libraries_bring_routes_of_their_own():
    prefixes = {
        r.pattern.split("/")[0] for r in walk(get_resolver().url_patterns) if is_foreign(r.view)
    }
    assert prefixes <= {"accounts", "admin", "i18n"}


@each(ROUTES)
def test_a_stranger_is_asked_to_sign_in(world, route):
    address = route.address(world.values(route.kwargs, world.own))
    for method in route.view.rule.methods:
        answer = ask(world, ANONYMOUS, address, method)
        if route.view.rule.need == PUBLIC:
            assert fine(answer), (method, answer.status_code)
        else:
            assert answer.status_code == 302, (method, answer.status_code)
            assert answer["Location"].startswith("/accounts/login/?next="), method


@each(GUARDED)
def test_a_role_without_the_act_is_refused(world, route):
    rule = route.view.rule
    address = route.address(world.values(route.kwargs, world.own))
    for role in set(PEOPLE) - set(let_in(route)):
        for method in rule.methods:
            answer = ask(world, role, address, method)
            assert answer.status_code == 403, (role, method, answer.status_code)
            assert b"A101" in answer.body, (role, method)


@each(ROUTES)
def test_a_role_with_the_act_reaches_its_own_object(world, route):
    rule = route.view.rule
    address = route.address(world.values(route.kwargs, world.own))
    assert let_in(route), "a page that no role may open"
    for role in let_in(route):
        for method in rule.methods:
            answer = ask(world, role, address, method)
            assert fine(answer), (role, method, answer.status_code, error_of(answer))


@each(OWNED)
def test_foreign_and_absent_objects_look_the_same(world, route):
    for role in let_in(route):
        for method in route.view.rule.methods:
            for name, foreign in world.foreign(route, role):
                absent = foreign | {name: route.absent(name)}
                here, there = route.address(foreign), route.address(absent)
                seen, unseen = ask(world, role, here, method), ask(world, role, there, method)
                case = (role, method, name, seen.status_code, unseen.status_code)
                assert (seen.status_code, unseen.status_code) == (404, 404), case
                assert plain(seen, here) == plain(unseen, there), case


@each(PUBLIC_OBJECTS)
def test_an_absent_public_object_is_not_found(world, route):
    values = {name: route.absent(name) for name in route.kwargs}
    answer = ask(world, ANONYMOUS, route.address(values), "GET")
    # A verification page answers 200 with the verdict that nothing is known.
    assert answer.status_code in (200, 404), answer.status_code


@each(ROUTES)
def test_other_methods_are_refused(world, route):
    rule = route.view.rule
    address = route.address(world.values(route.kwargs, world.own))
    for role in (ANONYMOUS, Role.AGENT, Role.PERMIT_OFFICER):
        for method in set(METHODS) - set(rule.methods):
            answer = ask(world, role, address, method)
            assert answer.status_code == 405, (role, method, answer.status_code)


def fine(answer):
    """A page, a redirect inside the site, or a form or act refused for its content."""
    if answer.status_code in (301, 302, 303):
        return not answer["Location"].startswith("/accounts/login/")
    return answer.status_code < 500 and answer.status_code not in (403, 404, 405)


def error_of(answer):
    return repr(answer.exc_info[1]) if getattr(answer, "exc_info", None) else ""
