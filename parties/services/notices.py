"""Giving and opening notices."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation

from parties.models import Bureau, Enterprise, Membership, Notice, NoticeReading, User


@dataclass(frozen=True)
class Told:
    """What is said to one place or person: `say` gives the sentence in the language then active."""

    place: Enterprise | Bureau | User
    say: Callable[[], str]
    link: str
    tone: str = "neutral"


def give_notices(*, told: Iterable[Told], now: datetime.datetime) -> list[Notice]:
    """Write the notices, each sentence in Chinese and English; they go out after commit."""
    return Notice.objects.bulk_create(
        Notice(
            enterprise=one.place if isinstance(one.place, Enterprise) else None,
            bureau=one.place if isinstance(one.place, Bureau) else None,
            person=one.place if isinstance(one.place, User) else None,
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
def open_notice(*, by: Membership, notice: Notice, now: datetime.datetime) -> bool:
    """Note that this person read it; whether it was new to him. A reader from elsewhere, such as
    the bureau above, leaves no mark."""
    if not notice.is_for(by):
        return False
    _reading, is_new = NoticeReading.objects.get_or_create(
        notice=notice, user=by.user, defaults={"by": by, "read_at": now}
    )
    return is_new
