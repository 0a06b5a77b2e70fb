"""What each role's first page shows: the apps' own fragments, fed with the apps' own reads."""

import dataclasses
import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cardswipe.models import Alarm, Controller
from cardswipe.queries.board import board, tally
from cardswipe.queries.home import cards_home, quota_home, todos
from cardswipe.rules import CardState
from config import public_home
from config.todos import Todo, bill_todo, purchase_todos
from ledger.caps import cap_part
from ledger.models import QuotaPeriod, Verification
from ledger.queries.lateness import late
from ledger.views.audit import verdict
from ledger.views.lateness import late_lines
from parties.access import ActorRequest
from parties.models import AccessRequest, Membership, Region, User
from parties.queries import approvals_to_decide
from parties.rules import Act, Role
from parties.subjects import act_name
from permits.models import ExecutionReport
from permits.queries import desk as permits_desk
from permits.report_rules import ReportState
from shell.figures import day as show_day
from shell.figures import moment as show_moment
from shell.figures import quantity
from trading.queries.desk import desk_home, enterprise_auctions, enterprise_bills
from trading.rules import AuctionState

SHOWN = 6
SOON_WORKDAYS = 3


@dataclasses.dataclass(frozen=True)
class Number:
    """A figure at the head of a home, with the page behind it."""

    label: str
    figure: Any
    url: str
    note: str = ""


URGENCY = ("closed", "red", "yellow", "active", "waiting", "neutral")


def home_of(request: ActorRequest) -> tuple[str, dict[str, Any]]:
    """The template of this role's home and all that it shows."""
    actor, now = request.actor, timezone.now()
    if actor is None:
        return "home/plain.html", {}
    if actor.enterprise:
        return "home/enterprise.html", enterprise_home(request, now)
    if not actor.may(Act.SEE_DESK):
        return "home/plain.html", office_home(actor, now)
    if actor.role == Role.TRADING_DESK:
        return "home/trading.html", trading_home(actor, now)
    return "home/officer.html", officer_home(request, now)


def live_part_of(request: ActorRequest) -> tuple[str, dict[str, Any]]:
    """The part of this role's home that changes by itself."""
    actor, now = request.actor, timezone.now()
    if actor is not None and actor.enterprise:
        return "home/_glance.html", glance(actor, now)
    return "home/_watch.html", watch(actor, now) if actor is not None else {}


# --- enterprises ------------------------------------------------------------------------------


def enterprise_home(request: ActorRequest, now: datetime.datetime) -> dict[str, Any]:
    """Quota, things to do, cards, bills, auctions, permits of the own enterprise."""
    actor = request.actor
    enterprise = actor.enterprise
    assert enterprise, "only an enterprise's people have this home"
    context: dict[str, Any] = glance(actor, now)
    if actor.may(Act.SEE_CARDS):
        context |= quota_home(enterprise, now, request.GET.get("trend", ""))
        context |= cards_home(enterprise, now)
    if actor.may(Act.SEE_PERMITS):
        context["affairs"] = permits_desk.own_affairs(actor, timezone.localdate(now))
    if actor.may(Act.SEE_TRADING):
        context["auctions"] = enterprise_auctions(enterprise)
        context["bills"] = enterprise_bills(enterprise)
    context["today"] = timezone.localdate(now)
    return context


def glance(actor: Membership, now: datetime.datetime) -> dict[str, Any]:
    """The three things a person came for: what is left, what to do, what can be bought."""
    enterprise = actor.enterprise
    assert enterprise, "only an enterprise's people have a glance"
    found = enterprise_todos(actor, now)
    numbers = [
        *tightest(actor, now),
        Number(_("To do"), str(len(found)), "#to-dos", urgent_words(found)),
        *sale_number(actor),
    ]
    return {
        "numbers": numbers,
        "todos": found,
        "home_topic": f"enterprise:{enterprise.pk}",
        "enterprise": enterprise,
    }


def urgent_words(found: list[Todo]) -> str:
    """How much of it cannot wait."""
    urgent = sum(one.tone in ("closed", "red") for one in found)
    if urgent:
        return _("%(count)s urgent") % {"count": urgent}
    return _("nothing urgent") if found else _("nothing waits for you")


def tightest(actor: Membership, now: datetime.datetime) -> list[Number]:
    """The pollutant of which the largest share is used."""
    if not actor.enterprise or not actor.may(Act.SEE_CARDS):
        return []
    bars = quota_home(actor.enterprise, now)["bars"]
    if not bars:
        return [Number(_("Quota left"), "–", "#quota", _("no rights in this period yet"))]
    bar = max(bars, key=lambda one: one.used_percent)
    label = _("%(pollutant)s left") % {"pollutant": bar.name}
    note = bar.word
    days = f" · {bar.days_words}" if bar.days_words else ""
    return [Number(label, quantity(bar.left, bar.unit), "#quota", f"{note}{days}")]


def sale_number(actor: Membership) -> list[Number]:
    """The auctions that run, else what has to be paid."""
    if not actor.enterprise or not actor.may(Act.SEE_TRADING):
        return []
    running = [a["auction"] for a in enterprise_auctions(actor.enterprise)]
    open_now = [auction for auction in running if auction.state == AuctionState.OPEN]
    if open_now:
        ends = timezone.localtime(min(auction.closes_at for auction in open_now))
        note = _("bidding until %(time)s") % {"time": f"{ends:%H:%M}"}
    else:
        note = _("announced") if running else _("none announced")
    return [Number(_("Auctions"), str(len(running)), reverse("auctions"), note)]


def enterprise_todos(actor: Membership, now: datetime.datetime) -> list[Todo]:
    """Alarms, corrections, renewals, reports, empty cards, bills: the most urgent first."""
    today = timezone.localdate(now)
    found = alarm_todos(actor) if actor.may(Act.SEE_ALARMS) else []
    if actor.may(Act.LOAD_CARD):
        found += card_todos(actor, now)
    if actor.may(Act.SEE_PERMITS):
        found += permit_todos(actor, today) + report_todos(actor, today)
    if actor.may(Act.SEE_TRADING) and actor.enterprise:
        found += [bill_todo(bill, today) for bill in enterprise_bills(actor.enterprise)]
        found += purchase_todos(actor.enterprise, today)
    return sorted(found, key=lambda one: URGENCY.index(one.tone))


def alarm_todos(actor: Membership) -> list[Todo]:
    """Open alarms and valve orders as the app that raises them words them."""
    return [
        Todo(
            one["tone"],
            one["words"],
            reverse(one["route"], args=[one["id"]] if one["id"] else []),
        )
        for one in todos(actor)
    ]


def card_todos(actor: Membership, now: datetime.datetime) -> list[Todo]:
    """Cards that hold nothing in the present quota period: what they debit would be overrun."""
    assert actor.enterprise, "only an enterprise's people load its cards"
    return [
        Todo(
            "yellow",
            _("Card %(card)s holds nothing yet: load it before anything is discharged")
            % {"card": row.card},
            reverse("card", args=[row.card.pk]),
        )
        for row in cards_home(actor.enterprise, now)["card_rows"]
        if row.card.state == CardState.ACTIVE
        and not any(one.account.balance for one in row.accounts)
    ]


def report_todos(actor: Membership, today: datetime.date) -> list[Todo]:
    """Execution reports that are owed, the first due first."""
    owed = ExecutionReport.objects.for_actor(actor).filter(state=ReportState.OPEN)
    found = []
    for report in owed.select_related("permit").order_by("due_on", "pk")[:SHOWN]:
        is_late = report.due_on < today
        words = (
            _("Execution report %(name)s is overdue since %(day)s")
            if is_late
            else _("Hand in the execution report %(name)s by %(day)s")
        )
        said = words % {"name": report, "day": show_day(report.due_on)}
        tone = "red" if is_late else "yellow"
        found.append(Todo(tone, said, reverse("report", args=[report.pk])))
    return found


def permit_todos(actor: Membership, today: datetime.date) -> list[Todo]:
    """Applications in the enterprise's hands, and renewals to ask for."""
    affairs = permits_desk.own_affairs(actor, today)
    found = [
        Todo(
            "yellow",
            _("Application %(name)s waits for you: %(state)s")
            % {"name": one, "state": one.get_state_display()},
            reverse("application", args=[one.pk]),
        )
        for one in affairs.applications
        if one.is_editable
    ]
    asked = {one.site_id for one in affairs.applications}
    for own in affairs.permits:
        if own.is_renewal_due and own.permit.site_id not in asked:
            words = _("Ask for the renewal of %(permit)s by %(day)s")
            said = words % {"permit": own.permit.permit_no, "day": show_day(own.renew_by)}
            found.append(Todo("yellow", said, reverse("permit", args=[own.permit.pk])))
    return found


# --- bureaus ----------------------------------------------------------------------------------


def officer_home(request: ActorRequest, now: datetime.datetime) -> dict[str, Any]:
    """What waits for this person, by what his role may do."""
    actor, today = request.actor, timezone.localdate(now)
    region = actor.region
    assert region, "a bureau has its region"
    context: dict[str, Any] = {
        "approvals": approval_todos(actor),
        "numbers": [],
    }
    if actor.may(Act.REVIEW_PERMIT) or actor.may(Act.JOIN_PANEL):
        context |= permit_part(actor, today)
    context |= watch(actor, now)
    if actor.may(Act.TAKE_PAYMENT):
        context |= {"money": desk_home(actor, today)}
    if actor.may(Act.AUDIT):
        context |= audit_part(now)
    if actor.may(Act.SEE_LEDGER):
        period = QuotaPeriod.objects.on(region, today).first()
        context |= cap_part(region, period, request)
    context["numbers"] = [] if "money" in context else numbers_of(actor, context)
    return context


def watch(actor: Membership, now: datetime.datetime) -> dict[str, Any]:
    """Alarms and controllers, as far as this role sees them."""
    found: dict[str, Any] = {}
    if actor.may(Act.SEE_ALARMS):
        found |= alarm_part(actor)
    if actor.may(Act.SEE_CONTROLLERS) and actor.bureau_id:
        found |= controller_part(actor, now) | {"home_topic": f"controllers:{actor.region_prefix}"}
    return found


def permit_part(actor: Membership, today: datetime.date) -> dict[str, Any]:
    """Applications by legal deadline; a panel member sees his votes only."""
    desk = permits_desk.desk(actor, today)
    if not actor.may(Act.REVIEW_PERMIT):
        return {
            "desk": dataclasses.replace(desk, tasks=[], waiting=0, endings=[]),
            "votes_only": True,
        }
    return {"desk": desk, "calendar_gaps": permits_desk.calendar_gaps(actor, today)}


def alarm_part(actor: Membership) -> dict[str, Any]:
    """Open alarms and valve orders."""
    open_alarms = Alarm.objects.for_actor(actor).open()
    return {"alarm_todos": alarm_todos(actor), "alarm_count": open_alarms.count()}


def controller_part(actor: Membership, now: datetime.datetime) -> dict[str, Any]:
    """How many controllers are in which state."""
    tiles = board(Controller.objects.for_actor(actor), now)
    return {"tally": tally(tiles), "controller_count": len(tiles)}


def audit_part(now: datetime.datetime) -> dict[str, Any]:
    """The latest check of the ledger."""
    latest = Verification.objects.first()
    return {
        **late_part(now),
        "latest": latest,
        "latest_mark": verdict(latest) if latest else None,
        "is_auditor": True,
    }


def late_part(now: datetime.datetime) -> dict[str, Any]:
    """What is late of the proof log and its witnesses."""
    return {"late": late_lines(late(now=now), now)}


def numbers_of(actor: Membership, context: dict[str, Any]) -> list[Number]:
    """The head of the desk: how much waits, and how much of it soon."""
    found = []
    desk = context.get("desk")
    if desk and not context.get("votes_only"):
        soon = sum(
            task.workdays_left is not None and task.workdays_left <= SOON_WORKDAYS
            for task in desk.tasks
        )
        note = ngettext(
            "%(number)s within three working days", "%(number)s within three working days", soon
        ) % {"number": soon}
        found.append(Number(_("Applications"), desk.waiting, reverse("applications"), note))
    if desk and actor.may(Act.JOIN_PANEL):
        found.append(Number(_("My votes"), len(desk.votes), "#waits", _("collective review")))
    if actor.may(Act.SEE_DESK):
        waiting = approvals_to_decide(actor).count()
        found.append(
            Number(_("Approvals"), waiting, reverse("approvals"), _("as the second person"))
        )
    if "alarm_count" in context:
        found.append(
            Number(
                _("Open alarms"), context["alarm_count"], reverse("alarms"), _("not yet handled")
            )
        )
    return found


def approval_todos(actor: Membership) -> list[Todo]:
    """What waits for this person as the second."""
    return [
        Todo(
            "waiting",
            _("%(what)s, asked by %(who)s on %(at)s")
            % {"what": act_name(one.act), "who": one.maker_user, "at": show_moment(one.asked_at)},
            reverse("approval", args=[one.pk]),
        )
        for one in approvals_to_decide(actor)[:SHOWN]
    ]


def trading_home(actor: Membership, now: datetime.datetime) -> dict[str, Any]:
    """The trading desk."""
    return {
        "desk": desk_home(actor, timezone.localdate(now)),
        "approvals": approval_todos(actor),
    }


def office_home(actor: Membership, now: datetime.datetime) -> dict[str, Any]:
    """The three administrators: what each looks after, at a glance."""
    if actor.may(Act.MANAGE_PEOPLE):
        people = User.objects.for_actor(actor)
        shut = people.filter(is_active=False).count()
        numbers = [
            *access_numbers(actor),
            Number(_("People"), people.count(), reverse("people"), _("with a role here")),
            Number(_("Closed accounts"), shut, reverse("people"), _("may not sign in")),
        ]
        return {"numbers": numbers}
    if actor.may(Act.AUDIT):
        return audit_part(now)
    if actor.may(Act.MANAGE_SYSTEM):
        regions = Region.objects.for_actor(actor).count()
        numbers = [Number(_("Regions"), regions, reverse("regions"), _("in this tree"))]
        return {"numbers": [*access_numbers(actor), *numbers], **late_part(now)}
    return {}


def access_numbers(actor: Membership) -> list[Number]:
    """Requests about people's access that wait for this person as the second."""
    waiting = AccessRequest.objects.for_actor(actor).waiting().exclude(asked_by__user=actor.user)
    url = reverse("access_requests")
    return [Number(_("Requests about access"), waiting.count(), url, _("wait for your decision"))]


def public_page(request: Any) -> dict[str, Any]:
    """What anyone may see."""
    return public_home.context(request, timezone.now())
