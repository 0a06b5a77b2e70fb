"""Notices on their way: by mail and by text message, each tried again until it is taken.

A try is written down before it is made, so a worker that dies in it loses nothing; the same
delivery then goes out again under the same number, which the provider knows.
"""

import datetime
from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from parties import sms
from parties.models import Delivery, Membership, Notice, Region, SmsProvider, SmsTemplate
from parties.models.deliveries import Channel, DeliveryState, ProviderKind
from parties.refusals import RegionOutOfReach, SmsRowExists
from shell.periods import holds_on

from .records import record

OLDEST = datetime.timedelta(days=2)  # older news is read on the page, not sent late
WAITS = [datetime.timedelta(minutes=n) for n in (1, 5, 30, 120, 480)]


def deliver_notices(*, now: datetime.datetime, limit: int = 200) -> int:
    """Spread new notices to their readers and send what is due; returns how many were sent.

    Safe to run twice and at once: a delivery exists once per person and channel, and is
    claimed by one worker at a time.
    """
    while spread_next(now):
        pass
    tried = sent = 0
    while tried < limit and (delivery := _claim(now)) is not None:
        tried += 1
        sent += _send(delivery, now)
    return sent


@transaction.atomic
def spread_next(now: datetime.datetime) -> bool:
    """Make the deliveries of the oldest notice that has none yet; False when there is none."""
    notice = (
        Notice.objects.filter(mailed_at__isnull=True, created_at__gte=now - OLDEST)
        .order_by("pk")
        .select_for_update(skip_locked=True)
        .first()
    )
    if notice is None:
        return False
    notice.mailed_at = now
    notice.save(update_fields=["mailed_at"])
    found = list(_deliveries(notice, now))
    Delivery.objects.bulk_create(found, ignore_conflicts=True)
    return True


def _deliveries(notice: Notice, now: datetime.datetime) -> Iterable[Delivery]:
    for member in readers_of(notice, now.date()):
        user = member.user
        if user.email:
            yield Delivery(
                notice=notice, user=user, channel=Channel.MAIL, address=user.email, next_at=now
            )
        if user.phone and template_of(notice, user.language, now.date()):
            yield Delivery(
                notice=notice, user=user, channel=Channel.SMS, address=user.phone, next_at=now
            )


def readers_of(notice: Notice, today: datetime.date) -> list[Membership]:
    """One membership for the person it is said to, or for each person of the place."""
    people = Membership.objects.in_force(today).select_related("user")
    place = {
        "enterprise": notice.enterprise_id,
        "bureau": notice.bureau_id,
        "user": notice.person_id,
    }
    own = people.filter(**{f"{name}_id": pk for name, pk in place.items() if pk})
    return list({member.user_id: member for member in own}.values())


def _line(notice: Notice) -> list[str]:
    """The county, city and province of the place; of a person, those of his first role."""
    place = notice.enterprise or notice.bureau
    if place is None:
        roles = Membership.objects.filter(user=notice.person_id).select_related(
            "bureau__region", "enterprise__region"
        )
        place = next((role.place for role in roles if role.place), None)
    return place.region.line if place else []


def provider_of(notice: Notice, day: datetime.date) -> SmsProvider | None:
    """Who takes the text messages there: of the nearest region that names one."""
    rows = SmsProvider.objects.filter(holds_on(day), region_id__in=_line(notice))
    found = rows.order_by("-region_id", "-valid_from").first()
    return None if found is None or found.kind == ProviderKind.OFF else found


def template_of(notice: Notice, language: str, day: datetime.date) -> SmsTemplate | None:
    """The words of the urgency there; None: nothing goes out by text message."""
    if provider_of(notice, day) is None:
        return None
    rows = SmsTemplate.objects.filter(
        holds_on(day), region_id__in=_line(notice), tone=notice.tone, language=language
    )
    return rows.order_by("-region_id", "-valid_from").first()


@transaction.atomic
def _claim(now: datetime.datetime) -> Delivery | None:
    """The next delivery that is due, its try already written down."""
    delivery: Delivery | None = (
        Delivery.objects.filter(state=DeliveryState.WAITING, next_at__lte=now)
        .order_by("next_at", "pk")
        .select_for_update(skip_locked=True, of=("self",))
        .select_related(
            "user", "notice__enterprise__region", "notice__bureau__region", "notice__person"
        )
        .first()
    )
    if delivery is None:
        return None
    delivery.next_at = now + WAITS[min(delivery.tries, len(WAITS) - 1)]
    delivery.tries += 1
    delivery.save(update_fields=["tries", "next_at"])
    return delivery


def _send(delivery: Delivery, now: datetime.datetime) -> bool:
    """One try; whether it was taken. What was not is given up after the last wait."""
    try:
        answer = SEND[Channel(delivery.channel)](delivery, now.date())
    except (OSError, SMTPException, sms.NotTaken) as error:
        answer = f"{type(error).__name__}: {error}"
        if delivery.tries > len(WAITS):
            delivery.state = DeliveryState.GIVEN_UP
    else:
        delivery.state, delivery.sent_at = DeliveryState.SENT, now
    delivery.answer = answer[:200]
    delivery.save(update_fields=["state", "sent_at", "answer"])
    return delivery.state == DeliveryState.SENT


def _mail(delivery: Delivery, _day: datetime.date) -> str:
    notice = delivery.notice
    with translation.override(delivery.user.language):
        subject = _("Yizheng: %(tone)s") % {"tone": notice.get_tone_display()}
        body = f"{notice}\n\n{settings.PUBLIC_ADDRESS}{notice.link}\n"
    EmailMessage(subject, body, to=[delivery.address]).send()
    return ""


def _text(delivery: Delivery, day: datetime.date) -> str:
    notice, language = delivery.notice, delivery.user.language
    provider, template = provider_of(notice, day), template_of(notice, language, day)
    if provider is None or template is None:
        raise sms.NotTaken("no provider or no template is in force")
    with translation.override(language):
        place = str(notice.enterprise or notice.bureau or notice.person)
        words = template.text.replace("{place}", place).replace("{text}", str(notice))
    message = sms.Message(delivery.address, words, f"yizheng-{delivery.pk}", template.code)
    return sms.hand_over(provider, message)


SEND = {Channel.MAIL: _mail, Channel.SMS: _text}


@transaction.atomic
def enter_sms_row(
    *, by: Membership, row: SmsProvider | SmsTemplate, reason: str
) -> SmsProvider | SmsTemplate:
    """Enter a provider or a template from its first day on; the one before it ends on the eve.

    Refuses a region out of reach, and a day on which a later one already begins (A240).
    """
    if not row.region.code.startswith(by.region_prefix):
        raise RegionOutOfReach(code=row.region.code)
    Region.objects.select_for_update().get(pk=row.region_id)
    alike = type(row)._default_manager.filter(region=row.region)
    if isinstance(row, SmsTemplate):
        alike = alike.filter(tone=row.tone, language=row.language)
    later = alike.filter(valid_from__gte=row.valid_from).order_by("valid_from").first()
    if later is not None:
        raise SmsRowExists(day=later.valid_from)
    before = alike.filter(valid_to__isnull=True).first()
    if before is not None:
        before.valid_to = row.valid_from - datetime.timedelta(days=1)
        record(before, by=by, reason=reason)
    return record(row, by=by, reason=reason)
