"""The people of the demo: one sign-in for each role, an agent for each enterprise."""

import dataclasses

from django.contrib.auth.hashers import make_password

from parties.models import Bureau, Enterprise, Membership
from parties.rules import Role
from parties.services import invite, record

from .places import CITY
from .stage import Stage

# Printed by the command and good for every sign-in of the demo, and for nothing else.
PASSWORD = "qingyuan-demo"  # noqa: S105 -- public on purpose

CITY_PEOPLE = (
    ("officer", "demo-officer", "王芳", Role.PERMIT_OFFICER),
    ("officer2", "demo-officer2", "李强", Role.PERMIT_OFFICER),
    ("panel", "demo-panel", "赵立平", Role.PANEL_MEMBER),
    ("panel2", "demo-panel2", "孙晓梅", Role.PANEL_MEMBER),
    ("panel3", "demo-panel3", "周国栋", Role.PANEL_MEMBER),
    ("desk", "demo-desk", "陈洁", Role.TRADING_DESK),
    ("desk2", "demo-desk2", "刘洋", Role.TRADING_DESK),
    ("engineer", "demo-engineer", "吴昊", Role.DEVICE_ENGINEER),
    ("inspector", "demo-inspector", "郑刚", Role.GRID_INSPECTOR),
    ("finance", "demo-finance", "冯丽", Role.FINANCE),
    ("auditor", "demo-auditor", "何审", Role.AUDITOR),
    ("system", "demo-system", "沈涛", Role.SYSTEM_ADMIN),
    ("auditadmin", "demo-auditadmin", "秦岚", Role.AUDIT_ADMIN),
)
COUNTY_PEOPLE = (
    ("linxi", "demo-linxi", "杨帆", "339901"),
    ("yunling", "demo-yunling", "许山", "339921"),
    ("cangpu", "demo-cangpu", "蒋海", "339922"),
)
# (key, user name, name, role, place of the enterprise in the table)
ENTERPRISE_PEOPLE = (
    ("operator", "demo-operator", "钱进", Role.OPERATOR, 1),
    ("viewer", "demo-viewer", "孔明", Role.VIEWER, 1),
    ("bidder", "demo-bidder", "曹阳", Role.BIDDER, 1),
)
# Agents of these enterprises sign in, too: near its limits, over them, a bidder elsewhere.
AGENT_SIGN_INS = {1: "demo-agent", 2: "demo-agent2", 12: "demo-agent3", 35: "demo-agent4"}


@dataclasses.dataclass(frozen=True)
class SignIn:
    """A line of what the command prints."""

    username: str
    name: str
    role: str
    place: str


def invite_staff(stage: Stage) -> None:
    """The bureaus' people, let in by the security administrator."""
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
    """A person with a role from the beginning of the books."""
    return invite(
        by=stage.people["security"],
        username=username,
        display_name=name,
        role=role,
        place=place,
        valid_from=stage.people["security"].valid_from,
    )


def set_passwords(stage: Stage) -> list[SignIn]:
    """Give the printed password to the demo's sign-ins; all other accounts stay without one."""
    # Hashed once for all: a demo's password is no secret, and the hash is slow by design.
    hashed = make_password(PASSWORD)
    for member in stage.people.values():
        member.user.password = hashed
        record(member.user, by=stage.people["security"], reason="demo password")
    return [
        SignIn(m.user.username, m.user.display_name, str(m.get_role_display()), str(m.place))
        for m in stage.people.values()
    ]
