"""Who is told about access: the bureau of each step, the person when something was done."""

import datetime
from collections.abc import Callable, Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from parties.models import AccessRequest, Bureau, Enterprise, Membership, User

from .notices import Told, give_notices

TONES = {"asked": "yellow", "granted": "yellow", "done": "red", "refused": "neutral"}


def tell_of_access(
    *, request: AccessRequest, event: str, by: Membership, now: datetime.datetime
) -> None:
    """Tell the bureau, and once something was done the person; in words of both languages."""
    link = reverse("access_request", args=[request.pk])
    told = [Told(request.bureau, lambda: bureau_words(request, event, by), link, TONES[event])]
    if event == "done" and request.person and request.kind != "ERASE":
        said = own_words(request)
        told.append(Told(request.person, said, reverse("me"), "red"))
        if request.enterprise:
            words = enterprise_words(request.enterprise, request.person, request)
            told.append(Told(request.enterprise, words, reverse("own_people"), "yellow"))
    give_notices(told=told, now=now)


def bureau_words(request: AccessRequest, event: str, by: Membership) -> str:
    """What happened to the request, with both names."""
    words = {
        "asked": _("%(asker)s asks a second person for: %(what)s, %(person)s."),
        "granted": _("%(by)s granted what %(asker)s asked for: %(what)s, %(person)s."),
        "done": _("Asked by %(asker)s and decided by %(by)s, now done: %(what)s, %(person)s."),
        "refused": _("%(by)s refused what %(asker)s asked for: %(what)s, %(person)s."),
    }[event]
    decider = request.approval.checker_user or by.user
    # An erasure must not write the name down once more.
    who = _("request no. %(no)s") % {"no": request.pk} if request.kind == "ERASE" else request.who
    role = f"（{request.get_role_display()}）" if request.role else ""
    if request.enterprise:
        role += f" · {request.enterprise}"
    return words % {
        "asker": request.asked_by.user,
        "by": decider,
        "what": request.get_kind_display(),
        "person": f"{who}{role}",
    }


def own_words(request: AccessRequest) -> Callable[[], str]:
    """What the person himself is told."""

    def say() -> str:
        names = {"asker": request.asked_by.user, "by": request.approval.checker_user}
        if request.kind == "LINK":
            said = _(
                "A link with which your password can be set was made (asked by %(asker)s, granted"
                " by %(by)s). If you did not ask for it, tell your bureau at once."
            )
            return said % names
        said = _("You were given the role %(role)s in %(place)s (%(asker)s, %(by)s).")
        return said % (names | {"role": request.get_role_display(), "place": request.place})

    return say


def enterprise_words(
    place: Enterprise, person: User, role: AccessRequest | Membership
) -> Callable[[], str]:
    """What an enterprise is told of who may act for it."""

    def say() -> str:
        said = _("%(person)s may now act for %(place)s as %(role)s.")
        return said % {"person": person, "place": place, "role": role.get_role_display()}

    return say


def tell_of_own(*, member: Membership, now: datetime.datetime) -> None:
    """Tell enterprise and person that its own administrator let him in."""
    place = member.enterprise
    assert place, "an enterprise's own people"
    words = enterprise_words(place, member.user, member)
    give_notices(
        told=[
            Told(place, words, reverse("own_people"), "yellow"),
            Told(member.user, words, reverse("me"), "yellow"),
        ],
        now=now,
    )


def tell_of_console(
    *,
    places: Iterable[Bureau | Enterprise],
    person: User,
    what: Callable[[], str],
    now: datetime.datetime,
) -> None:
    """What was done at the server's console, past the second person, is said aloud."""
    link = reverse("me")
    give_notices(told=[Told(place, what, link, "red") for place in (*places, person)], now=now)
