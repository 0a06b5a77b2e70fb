"""Noticing that the proof log or a witness is late: kept as a spell, told once, ended once."""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import LatenessLimit, LateSpell
from ledger.models.lateness import Watched
from ledger.queries.lateness import Wait, late
from ledger.refusals import LimitsOverlap
from parties.models import Membership, User
from parties.rules import ROLES, Act, Role
from parties.services import Told, end_on_eve, give_notices, record
from shell.refusals import refused_by

# Who looks after the log: those who check it, and those who can mend what stands still.
KEEPERS = [role for role in Role if {Act.AUDIT, Act.MANAGE_SYSTEM} & ROLES[role]]
AUDITORS = [role for role in Role if Act.AUDIT in ROLES[role]]


@transaction.atomic
def watch_lateness(*, now: datetime.datetime) -> list[LateSpell]:
    """Begin a spell for what became late, end those that are over; gives the new ones.

    Begin and end of each are told once to every auditor and administrator of systems and audit.
    Safe to run twice and at once.
    """
    found = {one.key: one for one in late(now=now)}
    over = []
    for spell in LateSpell.objects.select_for_update().filter(over_at__isnull=True):
        if found.pop((spell.what, spell.witness_id), None) is None:
            spell.over_at = max(now, spell.noticed_at)
            spell.save(update_fields=["over_at"])
            over.append(spell)
    begun = [new for one in found.values() if (new := _begin(one, now))]
    told = [one for spell in begun for one in _news(spell, "red", now)]
    told += [one for spell in over for one in _news(spell, "neutral", now)]
    give_notices(told=told, now=now)
    return begun


def _begin(one: Wait, now: datetime.datetime) -> LateSpell | None:
    """The new spell; nothing when another worker noticed it at the same time."""
    spell, is_new = LateSpell.objects.get_or_create(
        what=one.what,
        witness=one.witness,
        over_at=None,
        defaults={"since": one.since, "limit_s": one.limit_s, "noticed_at": now},
    )
    return spell if is_new else None


def _news(spell: LateSpell, tone: str, now: datetime.datetime) -> list[Told]:
    """One notice for each person who looks after the log."""
    link = reverse("proof_log")
    words = over_words if tone == "neutral" else late_words
    return [
        Told(person, lambda: words(spell), link, tone)
        for person in people_in(KEEPERS, timezone.localdate(now))
    ]


def people_in(roles: Iterable[Role], day: datetime.date) -> list[User]:
    """Everybody who holds one of the roles in a bureau on the day, once."""
    held = Membership.objects.in_force(day).filter(role__in=list(roles), bureau__isnull=False)
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"))


def late_words(one: LateSpell | Wait) -> str:
    """What is late, since when, in a sentence."""
    since = f"{timezone.localtime(one.since):%Y-%m-%d %H:%M:%S}"
    if one.what == Watched.WITNESS:
        said = _(
            "The witness %(witness)s has not cosigned the checkpoint of %(since)s yet"
            " (late after %(limit)s s)."
        )
        return said % {"witness": one.witness, "since": since, "limit": one.limit_s}
    said = _(
        "What was written at %(since)s is not under a signed checkpoint of the proof log yet"
        " (late after %(limit)s s)."
    )
    return said % {"since": since, "limit": one.limit_s}


def over_words(spell: LateSpell) -> str:
    """That it has caught up, and how long it took."""
    took = {"seconds": spell.seconds(spell.noticed_at), "witness": spell.witness}
    if spell.what == Watched.WITNESS:
        return _("The witness %(witness)s has cosigned again, %(seconds)s s late.") % took
    return _("The proof log has caught up; it was %(seconds)s s behind.") % took


@transaction.atomic
def set_lateness_limit(
    *,
    by: Membership,
    what: str,
    seconds: int,
    valid_from: datetime.date,
    basis: str,
    note: str = "",
    now: datetime.datetime,
) -> LatenessLimit:
    """Say from a day on after how many seconds something is late; the row before ends on its
    eve, and every auditor is told, for a long limit hides a log that stands still (L504 on
    overlap)."""
    before = LatenessLimit.objects.filter(what=what, valid_to__isnull=True).first()
    end_on_eve(row=before, first_day=valid_from, by=by, reason=basis[:80])
    row = LatenessLimit(what=what, seconds=seconds, valid_from=valid_from, basis=basis, note=note)
    with refused_by(lateness_limits_do_not_overlap=LimitsOverlap):
        record(row, by=by, reason=basis[:80])

    def say() -> str:
        said = _("%(who)s set from %(day)s on: %(what)s is late after %(seconds)s s (%(basis)s).")
        words = {"who": by.user, "day": valid_from, "seconds": seconds, "basis": basis}
        return said % (words | {"what": row.get_what_display()})

    link, today = reverse("proof_log"), timezone.localdate(now)
    give_notices(
        told=[Told(person, say, link, "yellow") for person in people_in(AUDITORS, today)], now=now
    )
    return row
