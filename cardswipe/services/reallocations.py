"""Reallocations: an enterprise asks to move quantity inside the year, an officer decides."""

import datetime
import json
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as said

from cardswipe.models import Card, Reallocation
from cardswipe.plans import ReallocationKind, ReallocationState, first_of
from cardswipe.queries.plans import plan_of
from cardswipe.refusals import (
    CardOfAnother,
    MonthHasTooLittle,
    MonthIsOver,
    MonthOutsidePeriod,
    ReallocationNotOpen,
    SameSource,
)
from cardswipe.rules import CardAct, check_card
from cardswipe.sentences import amount
from ledger.models import Pollutant, QuotaPeriod
from parties.models import Bureau, Enterprise, Membership
from parties.rules import Act
from parties.services import (
    Told,
    decide_approval,
    give_notices,
    record,
    request_approval,
    reserve_id,
    use_approval,
    withdraw_approval,
)

from . import announcing, card_moves, months, vouchers
from .accounts import lock_card

ACT = Act.MANAGE_CARDS
SUBJECT = "reallocation"


@transaction.atomic
def ask_to_move_months(
    *,
    by: Membership,
    enterprise: Enterprise,
    period: QuotaPeriod,
    pollutant: str,
    quantity: int,
    from_month: datetime.date,
    to_month: datetime.date,
    reason: str,
    key: str,
    now: datetime.datetime,
) -> Reallocation:
    """Ask that quantity of a month's plan be moved to another month of the quota period.

    Refuses the same month (C231), one outside the period (C232), a target that is over (C233)
    and more than the month has left (C234). The same form twice is one application.
    """
    asked = Reallocation(
        enterprise=enterprise,
        kind=ReallocationKind.MONTHS,
        pollutant=Pollutant.objects.get(pk=pollutant),
        period=period,
        quantity=quantity,
        from_month=first_of(from_month),
        to_month=first_of(to_month),
        reason=reason,
        key=key,
    )
    return _ask(by, asked, now)


@transaction.atomic
def ask_to_move_cards(
    *,
    by: Membership,
    from_card: Card,
    to_card: Card,
    period: QuotaPeriod,
    pollutant: str,
    quantity: int,
    reason: str,
    key: str,
    now: datetime.datetime,
) -> Reallocation:
    """Ask that quantity on one card be moved to another card of the same enterprise.

    Refuses the same card (C231), one of another enterprise (C235), one in a state that forbids
    it (C201, C202) and more than the card holds (C212).
    """
    asked = Reallocation(
        enterprise=from_card.enterprise,
        kind=ReallocationKind.CARDS,
        pollutant=Pollutant.objects.get(pk=pollutant),
        period=period,
        quantity=quantity,
        from_card=from_card,
        to_card=to_card,
        reason=reason,
        key=key,
    )
    return _ask(by, asked, now)


def _ask(by: Membership, asked: Reallocation, now: datetime.datetime) -> Reallocation:
    known = Reallocation.objects.filter(key=asked.key).first()
    if known is not None:
        return known
    check(asked, timezone.localdate(now))
    asked.pk = reserve_id(Reallocation)
    asked.asked_by, asked.asked_at = by, now
    asked.approval = request_approval(
        by=by,
        act=ACT,
        region_code=asked.enterprise.region_id,
        subject_type=SUBJECT,
        subject_id=asked.pk,
        content=content_of(asked),
        now=now,
    )
    record(asked, by=by, reason=asked.reason)
    _tell_bureaus(asked, now)
    return asked


def content_of(asked: Reallocation) -> bytes:
    """The exact bytes that the officer approves."""
    content = {
        "enterprise": asked.enterprise.uscc,
        "kind": asked.kind,
        "pollutant": asked.pollutant_id,
        "period": asked.period.label,
        "quantity": asked.quantity,
        "from": _end(asked.from_card, asked.from_month),
        "to": _end(asked.to_card, asked.to_month),
        "reason": asked.reason,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def _end(card: Card | None, month: datetime.date | None) -> str:
    return card.card_no if card else f"{month:%Y-%m}"


def check(asked: Reallocation, today: datetime.date) -> None:
    """Refuse what could not be done today: it is checked when asked and again when granted."""
    vouchers.check_period(asked.period, today)
    if asked.kind == ReallocationKind.MONTHS:
        _check_months(asked, today)
        return
    source, target = asked.cards
    if source.pk == target.pk:
        raise SameSource
    if target.enterprise_id != source.enterprise_id:
        raise CardOfAnother(card=target.card_no)
    check_card(CardAct.UNLOAD, source.state, source.card_no)
    check_card(CardAct.LOAD, target.state, target.card_no)
    card_moves.check_held(source, asked.pollutant, asked.period, asked.quantity)


def _check_months(asked: Reallocation, today: datetime.date) -> None:
    source, target = asked.months
    if source == target:
        raise SameSource
    plan = plan_of(asked.enterprise, asked.period, asked.pollutant_id)
    line = plan.month(source) if plan else None
    if plan is None or line is None or plan.month(target) is None:
        raise MonthOutsidePeriod(period=asked.period.label)
    if target < first_of(today):
        raise MonthIsOver(month=f"{target:%Y-%m}")
    if asked.quantity > line.left:
        left = amount(max(line.left, 0), asked.pollutant_id)
        raise MonthHasTooLittle(pollutant=asked.pollutant, month=f"{source:%Y-%m}", left=left)


@transaction.atomic
def decide_reallocation(
    *, by: Membership, asked: Reallocation, granted: bool, reason: str, now: datetime.datetime
) -> Reallocation:
    """As an officer, and another person than who asked, grant it (it is done at once) or refuse
    it with a reason; the enterprise is told. Refuses one that is decided already (C236)."""
    locked = _lock(asked)
    decide_approval(by=by, approval=locked.approval, granted=granted, reason=reason, now=now)
    locked.decided_at = now
    if granted:
        _carry_out(by, locked, reason, now)
    else:
        locked.state = ReallocationState.REFUSED
        record(locked, by=by, reason=reason)
    _tell_enterprise(locked, reason, now)
    return locked


def _carry_out(by: Membership, locked: Reallocation, reason: str, now: datetime.datetime) -> None:
    """Move the quantity as it was granted, if that can still be done."""
    check(locked, timezone.localdate(now))
    use_approval(
        by=by,
        approval_id=locked.approval_id,
        act=ACT,
        subject_type=SUBJECT,
        subject_id=locked.pk,
        content=content_of(locked),
    )
    locked.state = ReallocationState.GRANTED
    if locked.kind == ReallocationKind.CARDS:
        locked.voucher_out, locked.voucher_in = card_moves.move_part(by=by, asked=locked, now=now)
    record(locked, by=by, reason=reason)
    if locked.kind == ReallocationKind.MONTHS:
        months.watch_months(by=by, now=now, enterprises=[locked.enterprise_id])
    announcing.tell_enterprise(locked.enterprise)


@transaction.atomic
def take_back_reallocation(
    *, by: Membership, asked: Reallocation, reason: str, now: datetime.datetime
) -> Reallocation:
    """Take an own application back while nobody has decided it (C236)."""
    locked = _lock(asked)
    withdraw_approval(by=by, approval=locked.approval, reason=reason)
    locked.state, locked.decided_at = ReallocationState.TAKEN_BACK, now
    return record(locked, by=by, reason=reason or said("request taken back"))


def _lock(asked: Reallocation) -> Reallocation:
    """The open application; its cards, else its enterprise's plan, are kept from changing."""
    for card in sorted(filter(None, (asked.from_card, asked.to_card)), key=lambda one: one.pk):
        lock_card(card)
    Enterprise.objects.select_for_update(no_key=True).get(pk=asked.enterprise_id)
    locked = (
        Reallocation.objects.select_for_update(of=("self",))
        .select_related(
            "approval", "enterprise__region", "pollutant", "period", "from_card", "to_card"
        )
        .get(pk=asked.pk)
    )
    if locked.state != ReallocationState.ASKED:
        raise ReallocationNotOpen
    return locked


def _tell_bureaus(asked: Reallocation, now: datetime.datetime) -> None:
    """Say a new application to the bureaus of the county and of the city, those there are."""
    region = asked.enterprise.region
    places = Bureau.objects.filter(region_id__in={region.code, region.city_code})
    told = [Told(place, partial(_asked_words, asked), _address(asked)) for place in places]
    give_notices(told=told, now=now)


def _asked_words(asked: Reallocation) -> str:
    return _("%(enterprise)s applies for a reallocation (%(what)s): %(reason)s") % {
        "enterprise": asked.enterprise,
        "what": said_in_words(asked),
        "reason": asked.reason,
    }


def said_in_words(asked: Reallocation) -> str:
    """What is moved, in one clause."""
    return _("%(pollutant)s %(quantity)s from %(source)s to %(target)s") % {
        "pollutant": asked.pollutant,
        "quantity": amount(asked.quantity, asked.pollutant_id),
        "source": _end(asked.from_card, asked.from_month),
        "target": _end(asked.to_card, asked.to_month),
    }


def _tell_enterprise(asked: Reallocation, reason: str, now: datetime.datetime) -> None:
    tone = "neutral" if asked.state == ReallocationState.GRANTED else "yellow"
    told = Told(asked.enterprise, partial(_decided_words, asked, reason), _address(asked), tone)
    give_notices(told=[told], now=now)


def _decided_words(asked: Reallocation, reason: str) -> str:
    if asked.state == ReallocationState.GRANTED:
        words = _("Reallocation %(no)s is granted (%(what)s): %(reason)s")
    else:
        words = _("Reallocation %(no)s is refused (%(what)s): %(reason)s")
    return words % {"no": asked, "what": said_in_words(asked), "reason": reason}


def _address(asked: Reallocation) -> str:
    return f"/reallocations/{asked.pk}/"
