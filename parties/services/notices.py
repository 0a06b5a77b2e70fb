"""Giving, opening and mailing notices."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from parties.models import Bureau, Enterprise, Membership, Notice

OLDEST_MAIL = datetime.timedelta(days=2)  # older news is read on the page, not mailed late


@dataclass(frozen=True)
class Told:
    """What is said to one place: `say` gives the sentence in the language then active."""

    place: Enterprise | Bureau
    say: Callable[[], str]
    link: str
    tone: str = "neutral"


def give_notices(*, told: Iterable[Told], now: datetime.datetime) -> list[Notice]:
    """Write the notices, each sentence in Chinese and English; the mail follows after commit."""
    return Notice.objects.bulk_create(
        Notice(
            enterprise=one.place if isinstance(one.place, Enterprise) else None,
            bureau=one.place if isinstance(one.place, Bureau) else None,
            tone=one.tone,
            text_zh=_spoken(one, "zh-hans"),
            text_en=_spoken(one, "en"),
            link=one.link,
            created_at=now,
        )
        for one in told
    )


def _spoken(told: Told, language: str) -> str:
    with translation.override(language):
        return told.say()[:400]


@transaction.atomic
def open_notice(*, by: Membership, notice: Notice, now: datetime.datetime) -> Notice:
    """Note who of its place read it first; anyone else's reading changes nothing."""
    locked = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if locked.read_at is None and locked.is_for(by):
        locked.read_at, locked.read_by = now, by
        locked.save(update_fields=["read_at", "read_by"])
    return locked


def mail_notices(*, now: datetime.datetime, limit: int = 200) -> int:
    """Mail what was not mailed yet to the people of its place; returns how many notices.

    Each notice is claimed, sent and marked in a transaction of its own: when the mail server
    fails the rest waits for the next run, and two workers never send one notice twice.
    """
    sent = 0
    while sent < limit and _mail_next(now):
        sent += 1
    return sent


@transaction.atomic
def _mail_next(now: datetime.datetime) -> bool:
    notice = (
        Notice.objects.filter(mailed_at__isnull=True, created_at__gte=now - OLDEST_MAIL)
        .order_by("pk")
        .select_for_update(skip_locked=True)
        .first()
    )
    if notice is None:
        return False
    notice.mailed_at = now
    notice.save(update_fields=["mailed_at"])
    for member in _readers(notice, now.date()):
        _mail(notice, member)
    return True


def _readers(notice: Notice, today: datetime.date) -> list[Membership]:
    """One membership for each person of the place who has a mail address."""
    people = Membership.objects.in_force(today).exclude(user__email="").select_related("user")
    place = {"enterprise": notice.enterprise_id, "bureau": notice.bureau_id}
    own = people.filter(**{f"{name}_id": pk for name, pk in place.items() if pk})
    return list({member.user_id: member for member in own}.values())


def _mail(notice: Notice, member: Membership) -> None:
    with translation.override(member.user.language):
        subject = _("Yizheng: %(tone)s") % {"tone": notice.get_tone_display()}
        body = f"{notice}\n\n{settings.PUBLIC_ADDRESS}{notice.link}\n"
    EmailMessage(subject, body, to=[member.user.email]).send()
