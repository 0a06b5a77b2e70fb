"""Controllers at the outlets and the protocol profiles they speak."""

import datetime
import ipaddress
import itertools
from collections.abc import Iterator
from typing import Any, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from parties.models import Membership
from permits.models import Outlet
from shell.periods import ends_after_it_begins, holds_on

from .sealed import SEALED, SealedField


class ProtocolVersion(models.IntegerChoices):
    HJ_2005 = 2005, "HJ/T 212-2005"
    HJ_2017 = 2017, "HJ 212-2017"
    HJ_2025 = 2025, "HJ 212-2025"


class CrcProfile(models.TextChoices):
    HJ = "hj", _("HJ 212 (the standard's)")
    MODBUS = "modbus", _("CRC-16/MODBUS")
    MODBUS_SWAPPED = "modbus-swapped", _("CRC-16/MODBUS, bytes swapped")
    OFF = "off", _("not checked")


class LoadSource(models.TextChoices):
    COU = "COU", _("the device's accumulated amount (-Cou)")
    MEAN = "MEAN", _("mean concentration times volume")


class ControllerState(models.TextChoices):
    REGISTERED = "REGISTERED", _("registered, not yet in use")  # → IN_USE | STOPPED
    IN_USE = "IN_USE", _("in use")  # → STOPPED
    STOPPED = "STOPPED", _("stopped")  # → IN_USE


class ValveState(models.TextChoices):
    OPEN = "OPEN", pgettext_lazy("valve", "open")
    CLOSED = "CLOSED", pgettext_lazy("valve", "closed")
    UNKNOWN = "UNKNOWN", _("unknown")


class EventSource(models.TextChoices):
    SESSION = "SESSION", _("card session")
    HOUR = "HOUR", _("hour")


def command_field(name: Any, default: str) -> Any:
    """A command number of the card-session profile: four digits."""
    return models.CharField(name, max_length=4, default=default)


COMMAND_FIELDS = (
    "swipe_open_cn",
    "swipe_answer_cn",
    "swipe_event_cn",
    "valve_order_cn",
    "valve_state_cn",
)
# What devices send, and what we send unasked: within each the numbers differ.
HEARD = ("swipe_open_cn", "swipe_event_cn", "offline_batch_cn", "valve_state_cn")
SENT = ("valve_order_cn", "voucher_cn")


def all_differ(names: tuple[str, ...]) -> Q:
    """No two of these columns are equal."""
    differing = Q()
    for one, other in itertools.combinations(names, 2):
        differing &= ~Q(**{one: F(other)})
    return differing


class DeviceProfileQuerySet(models.QuerySet["DeviceProfile"]):
    def in_force(self, day: datetime.date) -> Self:
        """Those that controllers may be given on the day."""
        return self.filter(holds_on(day))


class DeviceProfile(models.Model):
    """How a make of controller speaks; command numbers differ from make to make.

    No public standard exists for card-swipe frames, so their numbers are data here; the
    defaults are those of our published profile (docs/card-profile.md).
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    protocol_version = models.IntegerField(
        _("protocol version"), choices=ProtocolVersion.choices, default=ProtocolVersion.HJ_2017
    )
    crc_profile = models.CharField(
        _("CRC"), max_length=14, choices=CrcProfile.choices, default=CrcProfile.HJ
    )
    swipe_open_cn = command_field(_("command: swipe opens a session"), "3901")
    swipe_answer_cn = command_field(_("command: answer to a swipe"), "3902")
    swipe_event_cn = command_field(_("command: session closed, discharge event"), "3903")
    valve_order_cn = command_field(_("command: valve order"), "3911")
    valve_state_cn = command_field(_("command: valve state"), "3912")
    offline_batch_cn = command_field(_("command: off-line batch"), "3905")
    # Empty: this make learns of a voucher with its next swipe only.
    voucher_cn = models.CharField(
        _("command: the card's last voucher"), max_length=4, blank=True, default=""
    )
    load_source = models.CharField(
        _("loads from"), max_length=4, choices=LoadSource.choices, default=LoadSource.COU
    )
    checks_password = models.BooleanField(_("checks the password"), default=True)
    # HJ 212-2017 6.x sets no window; ten minutes ahead is practice, so it is data.
    clock_ahead_s = models.PositiveIntegerField(_("clock may be ahead by (s)"), default=600)
    backfill_days = models.PositiveIntegerField(_("accepts data as old as (days)"), default=31)
    # HJ 212-2017 5.2: 10 s and 3 repeats over mobile links, 5 s and 3 over ADSL.
    answer_within_s = models.PositiveIntegerField(_("answers commands within (s)"), default=10)
    resends = models.PositiveSmallIntegerField(_("commands are repeated (times)"), default=3)
    result_within_s = models.PositiveIntegerField(_("ends commands within (s)"), default=600)
    command_waits_h = models.PositiveIntegerField(
        _("a command waits for a connection (h)"), default=24
    )
    bytes_per_s = models.PositiveIntegerField(_("may send (bytes/s)"), default=65_536)
    idle_s = models.PositiveIntegerField(_("may be silent (s)"), default=900)
    valid_from = models.DateField(_("valid from"), default=datetime.date(2000, 1, 1))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    history = HistoricalRecords()

    objects = DeviceProfileQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="profile_commands_are_four_digits",
                condition=Q(
                    **{f"{field}__regex": r"^[0-9]{4}$" for field in COMMAND_FIELDS},
                ),
            ),
            models.CheckConstraint(
                name="profile_batch_command_is_four_digits",
                condition=Q(offline_batch_cn__regex=r"^[0-9]{4}$"),
            ),
            models.CheckConstraint(
                name="profile_voucher_command_is_four_digits_or_none",
                condition=Q(voucher_cn__regex=r"^([0-9]{4})?$"),
            ),
            models.CheckConstraint(
                name="profile_commands_differ", condition=all_differ(HEARD) & all_differ(SENT)
            ),
            ends_after_it_begins("profile_ends_after_it_begins"),
            models.CheckConstraint(
                name="profile_protocol_version_is_known",
                condition=Q(protocol_version__in=ProtocolVersion.values),
            ),
            models.CheckConstraint(
                name="profile_crc_is_known", condition=Q(crc_profile__in=CrcProfile.values)
            ),
            models.CheckConstraint(
                name="profile_load_source_is_known", condition=Q(load_source__in=LoadSource.values)
            ),
        ]

    def __str__(self) -> str:
        return self.name


def check_addresses(addresses: list[str]) -> None:
    """Refuse what is neither an address nor a network in CIDR form."""
    for address in addresses:
        try:
            ipaddress.ip_network(address)
        except ValueError as error:
            raise ValidationError(
                _("“%(address)s” is no IP address or network."), params={"address": address}
            ) from error


class ControllerQuerySet(models.QuerySet["Controller"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those at outlets this person may reach."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(outlet__site__enterprise_id=actor.enterprise_id)
        return self.filter(outlet__site__region__code__startswith=actor.region_prefix)

    def in_use(self) -> Self:
        """Those whose frames count."""
        return self.filter(state=ControllerState.IN_USE)

    def to_measure(self) -> Self:
        """With outlet and site, without what is sealed: opening the passwords of a city's
        controllers takes longer than comparing their hours."""
        return self.select_related("outlet__site").defer("password", "sm4_key")

    def blocks(self, size: int = 500) -> Iterator[list[int]]:
        """The ids, so many at a time: of as many the readings are held in memory together."""
        ids = list(self.order_by("pk").values_list("pk", flat=True))
        return (ids[at : at + size] for at in range(0, len(ids), size))


class Controller(models.Model):
    """A total-quantity controller (总量控制器) at an outlet, known to the gateway by its MN."""

    mn = models.CharField(_("MN"), max_length=24, unique=True)
    outlet = models.ForeignKey(
        Outlet, verbose_name=_("outlet"), on_delete=models.PROTECT, related_name="controllers"
    )
    profile = models.ForeignKey(
        DeviceProfile, verbose_name=_("device profile"), on_delete=models.PROTECT
    )
    # HJ 212 sends it in clear with every frame, and the platform must send it back.
    password = SealedField(_("password (PW)"))
    # SM4 key of HJ 212-2025, 32 hex digits; with a key, data in clear are refused.
    sm4_key = SealedField(_("SM4 key"), blank=True, default="")
    protocol_version = models.IntegerField(
        _("protocol version"), choices=ProtocolVersion.choices, default=ProtocolVersion.HJ_2017
    )
    crc_profile = models.CharField(
        _("CRC"), max_length=14, choices=CrcProfile.choices, default=CrcProfile.HJ
    )
    event_source = models.CharField(
        _("debits by"), max_length=7, choices=EventSource.choices, default=EventSource.SESSION
    )
    allowed_addresses = ArrayField(
        models.CharField(max_length=43),
        verbose_name=_("allowed addresses"),
        default=list,
        blank=True,
        validators=[check_addresses],
    )
    maker = models.CharField(_("maker"), max_length=60, blank=True)
    serial_no = models.CharField(_("serial number"), max_length=40, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ControllerState.choices,
        default=ControllerState.REGISTERED,
    )
    # Written by the gateway at most every few seconds; an old value means unknown, not zero.
    last_seen_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)
    valve_state = models.CharField(
        _("valve"), max_length=7, choices=ValveState.choices, default=ValveState.UNKNOWN
    )
    history = HistoricalRecords(
        excluded_fields=["password", "sm4_key", "last_seen_at", "valve_state"]
    )

    objects = ControllerQuerySet.as_manager()

    class Meta:
        ordering = ["mn"]
        constraints = [
            models.CheckConstraint(
                name="mn_is_six_to_24_letters_or_digits",
                condition=Q(mn__regex=r"^[0-9A-Za-z]{6,24}$"),
            ),
            models.CheckConstraint(
                name="controller_secrets_are_sealed",
                condition=Q(password__startswith=SEALED)
                & (Q(sm4_key="") | Q(sm4_key__startswith=SEALED)),
            ),
            ends_after_it_begins("controller_ends_after_it_begins"),
            models.CheckConstraint(
                name="controller_protocol_version_is_known",
                condition=Q(protocol_version__in=ProtocolVersion.values),
            ),
            models.CheckConstraint(
                name="controller_crc_is_known", condition=Q(crc_profile__in=CrcProfile.values)
            ),
            models.CheckConstraint(
                name="controller_state_is_known", condition=Q(state__in=ControllerState.values)
            ),
            models.CheckConstraint(
                name="controller_debits_by_session_or_hour",
                condition=Q(event_source__in=EventSource.values),
            ),
        ]
        # Raw frames and readings name it without a foreign key (a key would cost a third of
        # the gateway's speed), so it is never deleted, only stopped.
        triggers = [
            pgtrigger.Protect(name="controller_is_never_deleted", operation=pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.mn
