"""Giving and opening notices."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation

from parties.models import Bureau, Enterprise, Membership, Notice


@dataclass(frozen=True)
class Told:
    """What is said to one place: `say` gives the sentence in the language then active."""

    place: Enterprise | Bureau
    say: Callable[[], str]
    link: str
    tone: str = "neutral"


def give_notices(*, told: Iterable[Told], now: datetime.datetime) -> list[Notice]:
    """Write the notices, each sentence in Chinese and English; they go out after commit."""
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
