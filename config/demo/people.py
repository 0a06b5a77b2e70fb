"""The people of the demo: one sign-in for each role, an agent for each enterprise."""

import dataclasses

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_noop as said

from parties.models import Bureau, Enterprise, Membership
from parties.rules import Role
from parties.services import (
    Invitation,
    ask_for_account,
    decide_access,
    invite,
    record,
    system_actor,
)

from .places import CITY
from .sign_ins import (
    AGENT_SIGN_INS,
    CITY_PEOPLE,
    COUNTY_PEOPLE,
    ENTERPRISE_PEOPLE,
    PASSWORD,
    SECOND,
)
from .stage import Stage, at


@dataclasses.dataclass(frozen=True)
class SignIn:
    """A line of what the command prints."""

    username: str
    name: str
    role: str
    place: str


def invite_staff(stage: Stage) -> None:
    """The bureaus' people: the second administrator by the console, as `start_bureau` does."""
    key, username, name, role = SECOND
    stage.people[key] = invite(
        by=system_actor("demo"),
        invitation=Invitation(username, name, role, stage.begin_day),
        place=stage.bureaus[CITY],
    )
    for key, username, name, role in CITY_PEOPLE:
        stage.people[key] = let_in(stage, username, name, role, stage.bureaus[CITY])
    for key, username, name, county in COUNTY_PEOPLE:
        place = stage.bureaus[county]
        stage.people[key] = let_in(stage, username, name, Role.PERMIT_OFFICER, place)


def invite_enterprises(stage: Stage) -> None:
    """The enterprises' people."""
    for plant in stage.plants:
        username = AGENT_SIGN_INS.get(plant.place, f"agent-{plant.county}-{plant.place:02d}")
        enterprise = stage.enterprises[plant.place]
        agent = let_in(stage, username, plant.agent, Role.AGENT, enterprise)
        stage.agents[plant.place] = agent
        if plant.place in AGENT_SIGN_INS:
            stage.people[username.removeprefix("demo-")] = agent
    for key, username, name, role, place in ENTERPRISE_PEOPLE:
        stage.people[key] = let_in(stage, username, name, role, stage.enterprises[place])


def let_in(
    stage: Stage, username: str, name: str, role: Role, place: Bureau | Enterprise
) -> Membership:
    """A person with a role from the beginning of the books: asked for by one administrator,
    granted by the other."""
    opening = at(stage.begin_day)
    asked = ask_for_account(
        by=stage.people["security"],
        invitation=Invitation(username, name, role, stage.begin_day),
        place=place,
        reason=said("demo city"),
        now=opening,
    )
    done = decide_access(
        by=stage.people["system"], request=asked, granted=True, reason="", now=opening
    )
    assert done.membership, "an account comes with its role"
    return done.membership


def set_passwords(stage: Stage) -> list[SignIn]:
    """Give the printed password to the demo's sign-ins; all other accounts stay without one."""
    # Hashed once for all: a demo's password is no secret, and the hash is slow by design.
    hashed = make_password(PASSWORD)
    for member in stage.people.values():
        member.user.password = hashed
        record(member.user, by=stage.people["security"], reason=said("demo password"))
    return [
        SignIn(m.user.username, m.user.display_name, str(m.get_role_display()), str(m.place))
        for m in stage.people.values()
    ]
