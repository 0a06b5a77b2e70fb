"""The acts of the system, the roles and which role may do what: one table, pure."""

import calendar
import datetime
from enum import StrEnum


class Act(StrEnum):
    """Everything a person can be allowed to do; a view names the one it needs."""

    SEE_OWN_ENTERPRISE = "see_own_enterprise"  # enterprise home, own permits, statements
    SEE_DESK = "see_desk"  # bureau desk
    SEE_REGISTERS = "see_registers"  # all enterprises, permits, ledgers of the region
    EDIT_REGISTERS = "edit_registers"  # enterprises, sites, outlets
    SEE_PERMITS = "see_permits"  # permits, applications, sites: own or of the region
    EDIT_SITES = "edit_sites"  # sites and outlets: own or of the region
    APPLY_PERMIT = "apply_permit"
    REVIEW_PERMIT = "review_permit"  # accept, correct, prepare the decision
    JOIN_PANEL = "join_panel"  # collective review
    ISSUE_PERMIT = "issue_permit"  # decide and issue, as second person
    END_PERMIT = "end_permit"  # withdraw, revoke, cancel, as second person
    SEE_CARDS = "see_cards"
    MANAGE_CARDS = "manage_cards"  # issue, bind, cancel
    LOAD_CARD = "load_card"
    SEE_ALARMS = "see_alarms"  # alarms of own enterprise or region
    HANDLE_ALARMS = "handle_alarms"  # note what was done about an alarm
    SEE_READINGS = "see_readings"  # outlets, meters and readings: own or of the region
    SEE_CONTROLLERS = "see_controllers"  # board of controllers
    MANAGE_DEVICES = "manage_devices"  # register controllers, sessions, frames
    ASK_DEVICES = "ask_devices"  # fetch data, take samples; MANAGE_DEVICES also sets
    ORDER_VALVE = "order_valve"  # one of the two persons
    SEE_LEDGER = "see_ledger"
    CERTIFY_RIGHTS = "certify_rights"  # issue electronic certificates of rights
    ADJUST_LEDGER = "adjust_ledger"  # corrections by an officer
    ASK_LOTS = "ask_lots"  # ask the bureau to split, lease, pledge … own lots
    SEE_TRADING = "see_trading"
    SEE_TRADING_DESK = "see_trading_desk"  # reserve, drafts, sign-ups, deposits
    RUN_TRADING = "run_trading"  # fee bills, auctions
    APPROVE_AUCTION = "approve_auction"  # second person of the desk
    STOP_AUCTION = "stop_auction"  # one of the two persons
    TAKE_PAYMENT = "take_payment"
    PAY_BILL = "pay_bill"  # enterprise: see and settle own bills
    BID = "bid"
    AUDIT = "audit"  # whole history, verification results
    MANAGE_SYSTEM = "manage_system"  # services, addresses
    MANAGE_PEOPLE = "manage_people"  # users, memberships
    CONFIRM_ACCESS = "confirm_access"  # second person for access; never the one who asked
    MANAGE_OWN_PEOPLE = "manage_own_people"  # people of the own enterprise
    MANAGE_REGULATION = "manage_regulation"  # dated tables of regulation


class Role(StrEnum):
    """Who a person is in a bureau or an enterprise."""

    PERMIT_OFFICER = "permit_officer"
    PANEL_MEMBER = "panel_member"
    TRADING_DESK = "trading_desk"
    DEVICE_ENGINEER = "device_engineer"
    GRID_INSPECTOR = "grid_inspector"
    FINANCE = "finance"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    AGENT = "agent"
    OPERATOR = "operator"
    VIEWER = "viewer"
    BIDDER = "bidder"
    ENTERPRISE_ADMIN = "enterprise_admin"
    SYSTEM = "system"  # gateway, clock, demo: never signs in


BUREAU_BASE = frozenset({Act.SEE_DESK, Act.SEE_REGISTERS, Act.SEE_PERMITS})
ENTERPRISE_BASE = frozenset(
    {
        Act.SEE_OWN_ENTERPRISE,
        Act.SEE_PERMITS,
        Act.SEE_CARDS,
        Act.SEE_ALARMS,
        Act.SEE_READINGS,
        Act.SEE_LEDGER,
    }
)

ROLES: dict[Role, frozenset[Act]] = {
    Role.PERMIT_OFFICER: BUREAU_BASE
    | {
        Act.EDIT_REGISTERS,
        Act.EDIT_SITES,
        Act.REVIEW_PERMIT,
        Act.ISSUE_PERMIT,
        Act.END_PERMIT,
        Act.SEE_CARDS,
        Act.MANAGE_CARDS,
        Act.LOAD_CARD,
        Act.SEE_ALARMS,
        Act.HANDLE_ALARMS,
        Act.SEE_READINGS,
        Act.SEE_CONTROLLERS,
        Act.ASK_DEVICES,
        Act.ORDER_VALVE,
        Act.SEE_LEDGER,
        Act.CERTIFY_RIGHTS,
        Act.ADJUST_LEDGER,
        Act.SEE_TRADING,
        Act.SEE_TRADING_DESK,
        Act.MANAGE_REGULATION,
    },
    Role.PANEL_MEMBER: BUREAU_BASE | {Act.JOIN_PANEL},
    Role.TRADING_DESK: BUREAU_BASE
    | {
        Act.SEE_TRADING,
        Act.SEE_TRADING_DESK,
        Act.RUN_TRADING,
        Act.APPROVE_AUCTION,
        Act.STOP_AUCTION,
        Act.SEE_LEDGER,
        Act.CERTIFY_RIGHTS,
    },
    Role.DEVICE_ENGINEER: BUREAU_BASE
    | {
        Act.SEE_CARDS,
        Act.SEE_ALARMS,
        Act.HANDLE_ALARMS,
        Act.SEE_READINGS,
        Act.SEE_CONTROLLERS,
        Act.MANAGE_DEVICES,
        Act.ASK_DEVICES,
        Act.ORDER_VALVE,
    },
    Role.GRID_INSPECTOR: BUREAU_BASE
    | {Act.SEE_ALARMS, Act.HANDLE_ALARMS, Act.SEE_READINGS, Act.SEE_CONTROLLERS},
    Role.FINANCE: BUREAU_BASE
    | {Act.SEE_TRADING, Act.SEE_TRADING_DESK, Act.TAKE_PAYMENT, Act.SEE_LEDGER},
    Role.AUDITOR: BUREAU_BASE
    | {
        Act.SEE_LEDGER,
        Act.SEE_TRADING,
        Act.SEE_TRADING_DESK,
        Act.SEE_CARDS,
        Act.SEE_ALARMS,
        Act.SEE_READINGS,
        Act.SEE_CONTROLLERS,
        Act.AUDIT,
    },
    Role.SYSTEM_ADMIN: frozenset({Act.MANAGE_SYSTEM, Act.CONFIRM_ACCESS}),
    Role.SECURITY_ADMIN: frozenset({Act.MANAGE_PEOPLE, Act.CONFIRM_ACCESS}),
    Role.AUDIT_ADMIN: frozenset({Act.AUDIT}),
    Role.AGENT: ENTERPRISE_BASE
    | {
        Act.EDIT_SITES,
        Act.APPLY_PERMIT,
        Act.LOAD_CARD,
        Act.PAY_BILL,
        Act.SEE_TRADING,
        Act.BID,
        Act.ASK_LOTS,
    },
    Role.OPERATOR: ENTERPRISE_BASE | {Act.LOAD_CARD},
    Role.VIEWER: ENTERPRISE_BASE,
    Role.BIDDER: frozenset({Act.SEE_OWN_ENTERPRISE, Act.SEE_TRADING, Act.BID}),
    Role.ENTERPRISE_ADMIN: frozenset({Act.SEE_OWN_ENTERPRISE, Act.MANAGE_OWN_PEOPLE}),
    Role.SYSTEM: frozenset(),
}

# What an enterprise's administrator gives to its people alone; the administrators themselves are
# let in by two persons of the bureau.
OWN_PEOPLE_ROLES = frozenset({Role.AGENT, Role.OPERATOR, Role.VIEWER, Role.BIDDER})
ENTERPRISE_ROLES = OWN_PEOPLE_ROLES | {Role.ENTERPRISE_ADMIN}
BUREAU_ROLES = frozenset(Role) - ENTERPRISE_ROLES - {Role.SYSTEM}

# Who may give the second word on people's access.
DECIDING_ROLES = frozenset(role for role, acts in ROLES.items() if Act.CONFIRM_ACCESS in acts)

# No person holds two of these (GB/T 22239-2019: three administrators with disjoint rights).
SEPARATED_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})

# What follows what for an approval.
APPROVAL_STEPS: dict[str, frozenset[str]] = {
    "ASKED": frozenset({"GRANTED", "REFUSED", "VOID"}),
    "GRANTED": frozenset({"USED", "VOID"}),
}
# What follows what for a request about a person's access; only a link waits after its grant.
ACCESS_STEPS: dict[str, frozenset[str]] = {
    "ASKED": frozenset({"GRANTED", "DONE", "REFUSED", "BACK"}),
    "GRANTED": frozenset({"DONE", "BACK"}),
}

REGION_DIGITS = {"PROVINCE": 2, "CITY": 4, "COUNTY": 6}


def region_prefix(code: str, level: str) -> str:
    """The leading digits that a region's code shares with everything below it (GB/T 2260)."""
    return code[: REGION_DIGITS[level]]


USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def is_uscc_form(uscc: str) -> bool:
    """Whether the text has the form of a unified social credit code: 18 of its 31 characters."""
    return len(uscc) == 18 and all(char in USCC_ALPHABET for char in uscc)


def uscc_check_character(uscc: str) -> str:
    """The 18th character that GB 32100-2015 computes from the first 17."""
    total = sum(
        USCC_ALPHABET.index(char) * weight
        for char, weight in zip(uscc[:17], USCC_WEIGHTS, strict=True)
    )
    return USCC_ALPHABET[(31 - total % 31) % 31]


def has_good_check_character(uscc: str) -> bool:
    """Whether the check character fits; early legal codes fail, so this only ever warns."""
    return is_uscc_form(uscc) and uscc[17] == uscc_check_character(uscc)


def is_weekend(day: datetime.date) -> bool:
    """Saturday or Sunday."""
    return day.weekday() >= 5


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later; in a shorter month its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))


def is_region_code(code: str) -> bool:
    """Whether the text has the form of a GB/T 2260 code."""
    return len(code) == 6 and code.isascii() and code.isdigit()


def region_level(code: str) -> str:
    """PROVINCE, CITY or COUNTY, as the trailing zeros of the code say (GB/T 2260)."""
    if code.endswith("0000"):
        return "PROVINCE"
    return "CITY" if code.endswith("00") else "COUNTY"


def parent_code(code: str) -> str | None:
    """The code of the region in which this one lies; None for a province."""
    return {"PROVINCE": None, "CITY": f"{code[:2]}0000", "COUNTY": f"{code[:4]}00"}[
        region_level(code)
    ]


def lock_key(username: str) -> str:
    """One key for all spellings that the sign-in takes for one name (it compares by UPPER)."""
    return username.strip().upper()
