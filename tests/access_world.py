"""The world of the access matrix: every route, every role, own and foreign objects.

An app says in `tests/<app>/objects.py` how an object behind each of its URL arguments is
made for an enterprise:

    OBJECTS = {"permit_id": make_permit,                     # make(enterprise) -> model or value
               ("permit_id", "outlet_id"): make_both}        # arguments that belong together
    REGIONAL = {"auction_id"}   # foreign is what lies in another city, not the neighbour's
    SHARED = {"holiday_id"}     # one for all: nobody's is foreign
    CHECKED_ELSEWHERE = {"live": "tests/shell/test_live.py"}  # access hangs on the query
"""

import dataclasses
import importlib
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from parties.access import FOREIGN_VIEWS
from parties.rules import ENTERPRISE_ROLES, Role
from tests import factories

APPS = ("parties", "ledger", "permits", "cardswipe", "trading", "shell", "config")
ABSENT_ID = 2**31 - 7
ANONYMOUS = None


@dataclasses.dataclass(frozen=True)
class Route:
    """One address of the site and the view behind it."""

    pattern: str
    name: str
    view: Callable[..., Any]
    converters: tuple[tuple[str, str], ...]

    @property
    def kwargs(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.converters)

    def address(self, values: dict[str, Any]) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(values[m[1]]), self.pattern)

    def absent(self, name: str) -> Any:
        """A value no object has, in the form the address asks for."""
        kind = dict(self.converters)[name]
        return {"int": ABSENT_ID, "uuid": uuid.UUID(int=7)}.get(kind, "absent")


def routes() -> Iterator[Route]:
    """Every address of our own apps; those of libraries guard themselves."""
    return (route for route in walk(get_resolver().url_patterns) if not is_foreign(route.view))


def is_foreign(view: Callable[..., Any]) -> bool:
    return view.__module__.startswith(FOREIGN_VIEWS)


def walk(patterns: Any, prefix: str = "") -> Iterator[Route]:
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            arguments = re.findall(r"<(?:(\w+):)?(\w+)>", text)
            converters = tuple((name, kind or "str") for kind, name in arguments)
            yield Route(text, pattern.name or text, pattern.callback, converters)
        else:
            yield from walk(pattern.url_patterns, text)


@dataclasses.dataclass(frozen=True)
class Registry:
    """How objects behind URL arguments are made, gathered from all apps."""

    makers: dict[tuple[str, ...], Callable[[Any], Any]]
    regional: frozenset[str]
    shared: frozenset[str]
    elsewhere: dict[str, str]

    def unknown(self, kwargs: tuple[str, ...]) -> set[str]:
        return set(kwargs) - {name for names in self.makers for name in names}

    def make(self, kwargs: tuple[str, ...], enterprise: Any) -> dict[str, Any]:
        """The values for a route's arguments; arguments that belong together come together."""
        values: dict[str, Any] = {}
        for names in sorted(self.makers, key=len, reverse=True):
            if set(names) <= set(kwargs) - set(values):
                made = self.makers[names](enterprise)
                values.update(zip(names, made if len(names) > 1 else [made], strict=True))
        return {name: getattr(value, "pk", value) for name, value in values.items()}


def registry() -> Registry:
    makers: dict[tuple[str, ...], Callable[[Any], Any]] = {}
    regional: set[str] = set()
    shared: set[str] = set()
    elsewhere: dict[str, str] = {}
    for app in APPS:
        if not (Path(__file__).parent / app / "objects.py").exists():
            continue
        module = importlib.import_module(f"tests.{app}.objects")
        makers |= {(k,) if isinstance(k, str) else k: v for k, v in module.OBJECTS.items()}
        regional |= getattr(module, "REGIONAL", set())
        shared |= getattr(module, "SHARED", set())
        elsewhere |= getattr(module, "CHECKED_ELSEWHERE", {})
    return Registry(makers, frozenset(regional), frozenset(shared), elsewhere)


class World:
    """Two cities; in the first the own enterprise and its neighbour, and one person per role."""

    def __init__(self) -> None:
        self.registry = registry()
        city, other_city = factories.city("339900"), factories.city("339800")
        county = factories.county(city)
        self.own = factories.enterprise(county, name="本企业有限公司")
        self.neighbour = factories.enterprise(county, name="邻企业有限公司")
        self.far = factories.enterprise(factories.county(other_city), name="外市企业有限公司")
        self.clients: dict[Role | None, Client] = {ANONYMOUS: Client(raise_request_exception=False)}
        for role in set(Role) - {Role.SYSTEM}:
            if role in ENTERPRISE_ROLES:
                member = factories.enterprise_member(self.own, role)
            else:
                member = factories.bureau_member(city, role)
            self.clients[role] = Client(raise_request_exception=False)
            self.clients[role].force_login(member.user)
        # Made at once: what a test made would be taken back at its end.
        self.made = {
            (kwargs, enterprise.pk): self.make(kwargs, enterprise)
            for kwargs in {route.kwargs for route in routes()}
            for enterprise in (self.own, self.neighbour, self.far)
        }

    def make(self, kwargs: tuple[str, ...], enterprise: models.Model) -> Any:
        """The values, or why they could not be made: told by the routes that need them."""
        try:
            with transaction.atomic():
                return self.registry.make(kwargs, enterprise)
        except Exception as error:  # noqa: BLE001 -- raised again in `values`
            return error

    def values(self, kwargs: tuple[str, ...], enterprise: models.Model) -> dict[str, Any]:
        made = self.made[kwargs, enterprise.pk]
        if isinstance(made, Exception):
            raise made
        return made

    def foreign(self, route: Route, role: Role) -> Iterator[tuple[str, dict[str, Any]]]:
        """The route's values with one argument at a time taken from somebody else."""
        own = self.values(route.kwargs, self.own)
        for name in route.kwargs:
            if name in self.registry.shared:
                continue
            near = role in ENTERPRISE_ROLES and name not in self.registry.regional
            other = self.values(route.kwargs, self.neighbour if near else self.far)
            yield name, own | {name: other[name]}
