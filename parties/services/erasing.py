"""Erasing what names a person, on request, by two administrators (个人信息保护法 art. 47).

What happened stays, and its proofs stay valid: only who it was can no longer be told. The act is
a request about access like others (`access_requests`), so it has its approval and its history.
"""

import datetime
import json
from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import connection, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_noop

from parties import personal
from parties.models import AccessRequest, Membership, Notice, PersonalKeeping, User
from parties.models.keeping import Keeping
from parties.personal import MARK, Datum
from parties.refusals import (
    DaysAlreadyRuled,
    KeptByLaw,
    NoKeepingRule,
    NothingToErase,
    StillNeeded,
    WouldEraseHimself,
)
from parties.rules import months_later
from shell.refusals import refused_by

from .people import must_be_within
from .records import end_on_eve, record


def check_erasable(*, by: Membership, datum: Datum, subject: Any, today: datetime.date) -> None:
    """Refuse what is not to be erased: one's own (A321), what is still needed (A322), what the
    law keeps, with the day until when (A323, A324 without a rule), what is erased (A325)."""
    if isinstance(subject, User):
        if subject.pk == by.user_id:
            raise WouldEraseHimself
        must_be_within(by=by, person=subject)
    if datum.is_erased(subject):
        raise NothingToErase
    since = datum.free_from(subject)
    if since is None or since > today:
        raise StillNeeded
    rule = PersonalKeeping.objects.in_force(today).filter(what=datum.keeping).first()
    if rule is None:
        raise NoKeepingRule(what=datum.keeping.label)
    until = months_later(since, rule.months)
    if until > today:
        raise KeptByLaw(what=rule.get_what_display(), day=until, basis=rule.legal_basis)


def erase(by: Membership, request: AccessRequest) -> None:
    """Erase what a second administrator granted: the record, its history, the salts; and of a
    whole account also sessions, second factors and what else names its owner."""
    datum = personal.DATA[request.datum]
    assert request.subject_id, "kept by the constraint access_request_is_whole"
    subject = datum.get(request.subject_id)
    marks, names = datum.marks(subject), names_of(subject)
    for column, mark in marks.items():
        setattr(subject, column, mark)
    if datum is personal.PERSON:
        shut_out(subject)
    record(subject, by=by, reason=gettext_noop("personal data erased"))
    erase_rows(request.pk, datum.model, Q(id=subject.pk), marks)
    if isinstance(subject, User):
        erase_addresses(subject)
    if datum is personal.PERSON:
        erase_traces(request, subject, names)


def erase_rows(request_id: int, model: Any, rows: Q, marks: Mapping[str, str]) -> None:
    """Put the marks into these rows of the model's history and destroy their salts.

    PostgreSQL itself asks for the request that two persons decided, and takes only columns of
    which the proof log holds commitments (`sql/erasing.sql`); so every record stays proved.
    """
    history: type[models.Model] = model.history.model
    keys = list(history._default_manager.filter(rows).values_list("history_id", flat=True))
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parties_erase_personal(%s, %s, %s, %s)",
            [request_id, history._meta.db_table, keys, json.dumps(dict(marks))],
        )


def shut_out(person: User) -> None:
    """Nobody signs in with this account again."""
    person.is_active = False
    person.set_unusable_password()
    for session in UserSession.objects.filter(user=person):
        session.end()
    Authenticator.objects.filter(user=person).delete()


def erase_addresses(person: User) -> None:
    """E-mail addresses that the sign-in keeps apart."""
    EmailAddress.objects.filter(user=person).delete()


def names_of(subject: Any) -> list[str]:
    """What a person was called, now and before; longer names first."""
    if not isinstance(subject, User):
        return []
    history: Any = User.history  # type: ignore[attr-defined]
    called = history.filter(id=subject.pk).values_list("username", "display_name")
    return sorted({name for row in called for name in row if name}, key=len, reverse=True)


def erase_traces(request: AccessRequest, person: User, names: list[str]) -> None:
    """Where else the person is named: requests about his access and what was told of them, his
    messages, sign-in logs."""
    marks = {"username": f"erased-{person.pk}", "display_name": MARK}
    ids = list(AccessRequest.objects.filter(person=person).values_list("pk", flat=True))
    named = AccessRequest.objects.filter(pk__in=ids).exclude(username="")
    changed = list(named.values_list("pk", flat=True))
    named.update(**marks)
    erase_rows(request.pk, AccessRequest, Q(id__in=changed), marks)
    Notice.objects.filter(person=person).update(text_zh=MARK, text_en=MARK)
    news = Notice.objects.filter(link__in=[reverse("access_request", args=[pk]) for pk in ids])
    for one in news:
        for name in names:
            one.text_zh = one.text_zh.replace(name, MARK)
            one.text_en = one.text_en.replace(name, MARK)
        one.save(update_fields=["text_zh", "text_en"])
    for log in (AccessAttempt, AccessFailureLog, AccessLog):
        log.objects.filter(username__in=names).delete()


@transaction.atomic
def set_personal_keeping(
    *,
    by: Membership,
    what: str,
    months: int,
    valid_from: datetime.date,
    legal_basis: str,
    note: str = "",
) -> PersonalKeeping:
    """Say from a day on how long personal data is kept after its end; the row before ends on
    its eve (A326 on overlap)."""
    before = PersonalKeeping.objects.filter(what=Keeping(what), valid_to__isnull=True).first()
    end_on_eve(row=before, first_day=valid_from, by=by, reason=legal_basis[:80])
    row = PersonalKeeping(
        what=what, months=months, valid_from=valid_from, legal_basis=legal_basis, note=note
    )
    with refused_by(personal_keepings_do_not_overlap=DaysAlreadyRuled):
        return record(row, by=by, reason=legal_basis[:80])
