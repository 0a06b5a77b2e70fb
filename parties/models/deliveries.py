"""How notices leave the house: text messages by a configurable provider, and each delivery."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from shell.periods import digits, ends_after_it_begins, no_overlap

from .notices import TONES, Notice
from .people import Membership, User
from .regions import Region

# Of all the environment only these can be read into a message.
ALLOWED_VARIABLE = r"^SMS_[A-Z0-9_]{1,36}$"


class Channel(models.TextChoices):
    MAIL = "MAIL", _("e-mail")
    SMS = "SMS", _("text message")


class ProviderKind(models.TextChoices):
    HTTP = "HTTP", _("HTTP interface")
    FILE = "FILE", _("file, for trying out")
    OFF = "OFF", _("no text messages")


class DeliveryState(models.TextChoices):
    WAITING = "WAITING", _("waits to be sent")  # → SENT | GIVEN_UP
    SENT = "SENT", _("sent")
    GIVEN_UP = "GIVENUP", _("given up")


class InRegion(models.Model):
    """A row that holds in a region and below it, from one day to another."""

    region = models.ForeignKey(Region, verbose_name=_("region"), on_delete=models.PROTECT)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        abstract = True


class SmsProvider(InRegion):
    """Who takes text messages, and in which words he is asked.

    `url`, `headers` and `body` may hold {phone} {text} {id} {template} {secret}. The secret
    itself is never here: `secret_name` names an environment variable that begins with SMS_.
    """

    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=4, choices=ProviderKind.choices)
    url = models.CharField(_("address"), max_length=300, blank=True)
    content_type = models.CharField(_("content type"), max_length=60, default="application/json")
    headers = models.TextField(_("further headers"), blank=True)
    body = models.TextField(_("body"), blank=True)
    success = models.CharField(_("accepted when the answer holds"), max_length=100, blank=True)
    secret_name = models.CharField(_("name of the secret"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "-valid_from"]
        constraints = [
            no_overlap(
                "one_sms_provider_per_region_and_day",
                same=[digits("region_id")],
                start="valid_from",
                end="valid_to",
            ),
            models.CheckConstraint(
                name="sms_provider_is_reached_by_http",
                condition=~Q(kind=ProviderKind.HTTP) | Q(url__regex=r"^https?://[^ ]+$"),
            ),
            models.CheckConstraint(
                name="sms_secret_is_a_variable_of_its_own",
                condition=Q(secret_name="") | Q(secret_name__regex=ALLOWED_VARIABLE),
            ),
            ends_after_it_begins("sms_provider_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.name


class SmsTemplate(InRegion):
    """The words of text messages of an urgency and language; without a row nothing is sent.

    {text} stands for the notice, {place} for whom it is to. Chinese providers know approved
    templates by a number of theirs: `code`.
    """

    tone = models.CharField(_("urgency"), max_length=7, choices=TONES)
    language = models.CharField(_("language"), max_length=8)
    text = models.CharField(_("words"), max_length=300)
    code = models.CharField(_("number at the provider"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["region_id", "tone", "language", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                name="one_sms_template_begins_on_a_day",
                fields=["region", "tone", "language", "valid_from"],
            ),
            models.CheckConstraint(
                name="sms_template_holds_the_notice", condition=Q(text__contains="{text}")
            ),
            ends_after_it_begins("sms_template_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.get_tone_display()} {self.language}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of notices to places of the bureau's region; an enterprise's are its own."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(notice__enterprise_id=actor.enterprise_id)
        prefix = actor.region_prefix
        return self.filter(
            Q(notice__enterprise__region__code__startswith=prefix)
            | Q(notice__bureau__region__code__startswith=prefix)
        )


class Delivery(models.Model):
    """A notice on its way to one person by one channel: sent once, tried again when it fails."""

    notice = models.ForeignKey(
        Notice, verbose_name=_("notice"), on_delete=models.PROTECT, related_name="deliveries"
    )
    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.PROTECT)
    channel = models.CharField(_("channel"), max_length=4, choices=Channel.choices)
    address = models.CharField(_("address"), max_length=254)
    state = models.CharField(
        _("state"), max_length=7, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_at"], name="delivery_due", condition=Q(state=DeliveryState.WAITING)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="notice_reaches_a_person_once_by_a_channel",
                fields=["notice", "user", "channel"],
            ),
            models.CheckConstraint(
                name="sent_delivery_says_when",
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | ~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id} {self.user_id}"

    @property
    def masked(self) -> str:
        """The address as others than its owner see it."""
        if self.channel == Channel.SMS:
            return f"{self.address[:3]}****{self.address[-4:]}"
        name, _at, domain = self.address.partition("@")
        return f"{name[:1]}***@{domain}"
