"""Who can sign in to the demo, and with what: known to the command and to `manage.py up`."""

from parties.rules import Role

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
    ("auditadmin", "demo-auditadmin", "秦岚", Role.AUDIT_ADMIN),
)
COUNTY_PEOPLE = (
    ("linxi", "demo-linxi", "杨帆", "339901"),
    ("yunling", "demo-yunling", "许山", "339921"),
    ("cangpu", "demo-cangpu", "蒋海", "339922"),
)
# (key, user name, name, role, place of the enterprise in the table)
ENTERPRISE_PEOPLE = (
    ("entadmin", "demo-entadmin", "林慧", Role.ENTERPRISE_ADMIN, 1),
    ("operator", "demo-operator", "钱进", Role.OPERATOR, 1),
    ("viewer", "demo-viewer", "孔明", Role.VIEWER, 1),
    ("bidder", "demo-bidder", "曹阳", Role.BIDDER, 1),
)
# Agents of these enterprises sign in, too: near its limits, over them, a bidder elsewhere.
AGENT_SIGN_INS = {1: "demo-agent", 2: "demo-agent2", 12: "demo-agent3", 35: "demo-agent4"}

# The two administrators of the beginning: one asks for people, the other decides.
SECURITY = ("security", "demo-security", "韩梅", Role.SECURITY_ADMIN)
SECOND = ("system", "demo-system", "沈涛", Role.SYSTEM_ADMIN)


def sign_ins() -> list[tuple[str, str, str]]:
    """User name, password and role of each."""
    roles = [
        SECURITY[1::2],
        *((username, role) for _key, username, _name, role in (*CITY_PEOPLE, SECOND)),
        *((username, Role.PERMIT_OFFICER) for _key, username, _name, _county in COUNTY_PEOPLE),
        *((username, Role.AGENT) for username in AGENT_SIGN_INS.values()),
        *((username, role) for _key, username, _name, role, _place in ENTERPRISE_PEOPLE),
    ]
    return [(str(username), PASSWORD, str(role)) for username, role in roles]
