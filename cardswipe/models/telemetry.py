"""What devices send: sessions, raw frames byte for byte, readings.

Raw frames and readings are partitioned by month in the database (migration
`0002_partitions`), so Django only reads and describes them here.
"""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cardswipe.marks import is_implausible, mark_word
from ledger.models import Pollutant
from parties.models import Membership

from .devices import Controller


class OfControllerQuerySet(models.QuerySet[models.Model]):
    """Rows that belong to a controller."""

    def for_actor(self, actor: Membership | None) -> Self:
        """Those of controllers this person may reach."""
        return self.filter(controller__in=Controller.objects.for_actor(actor))


class RawFrameQuerySet(models.QuerySet["RawFrame"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of controllers this person may reach; a bureau also sees those of nobody."""
        own = Q(controller__in=Controller.objects.for_actor(actor))
        if actor is None or actor.enterprise_id:
            return self.filter(own)
        return self.filter(own | Q(controller__isnull=True))


class SessionEnd(models.TextChoices):
    OPEN = "", _("still connected")
    CLOSED = "CLOSED", _("closed by the device")
    IDLE = "IDLE", _("silent for too long")
    SLOW = "SLOW", _("did not read our answers")
    REFUSED = "REFUSED", _("broke a limit")
    STOPPED = "STOPPED", _("gateway stopped")
    DIED = "DIED", _("gateway was killed")


class DeviceSession(models.Model):
    """One connection of a known controller, from its first good frame to its end."""

    controller = models.ForeignKey(
        Controller,
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        related_name="sessions",
    )
    peer = models.CharField(_("address"), max_length=64)
    # The gateway process that holds the connection; it holds the advisory lock of this number.
    gateway = models.IntegerField(_("gateway process"))
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    end = models.CharField(_("end"), max_length=8, choices=SessionEnd.choices, default="")

    objects = OfControllerQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["controller", "-id"], name="session_by_controller")]
        constraints = [
            models.UniqueConstraint(
                name="one_live_session_per_controller",
                fields=["controller"],
                condition=Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="session_end_says_when",
                condition=Q(end="", closed_at__isnull=True)
                | (~Q(end="") & Q(closed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.controller_id} {self.peer}"


class RawFrame(models.Model):
    """What arrived, byte for byte, with its verdict; never changed, never deleted one by one."""

    id = models.BigIntegerField(primary_key=True)
    received_at = models.DateTimeField(_("received at"))
    peer = models.CharField(_("address"), max_length=64)
    session_id = models.BigIntegerField(_("session"), null=True)
    controller = models.ForeignKey(
        Controller,
        verbose_name=_("controller"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
    )
    mn = models.CharField(_("MN"), max_length=32)
    cn = models.CharField(_("command"), max_length=8)
    verdict = models.CharField(_("verdict"), max_length=4)
    note = models.TextField(_("note"))
    body = models.BinaryField(_("bytes"))

    objects = RawFrameQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "cardswipe_rawframe"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.id} {self.mn} {self.cn} {self.verdict}"


def figures(name: Any) -> Any:
    """One figure per factor, in the order of `factor_ids`; NULL where the frame has none."""
    figure = models.DecimalField(max_digits=30, decimal_places=15, null=True)
    return ArrayField(figure, verbose_name=name, null=True)


class Reading(models.Model):
    """The figures of one frame: one row, one array cell per factor.

    `values` holds -Rtd (2011) or -Avg; all figures are in the units of the controller's
    protocol version (table Factor) exactly as sent.
    """

    pk = models.CompositePrimaryKey("controller_id", "cn", "data_time", "pno")
    controller = models.ForeignKey(
        Controller,
        verbose_name=_("controller"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    cn = models.SmallIntegerField(_("command"))
    data_time = models.DateTimeField(_("time of the data"))
    pno = models.SmallIntegerField(_("part"))
    frame_id = models.BigIntegerField(_("raw frame"))
    factor_ids = ArrayField(models.SmallIntegerField(), verbose_name=_("factors"))
    values = figures(_("values"))
    minima = figures(_("minima"))
    maxima = figures(_("maxima"))
    amounts = figures(_("amounts"))
    converted = figures(_("values converted to the reference oxygen"))
    # One character per factor, "-" where none was sent.
    marks = models.CharField(_("data marks"), max_length=64)

    objects = OfControllerQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "cardswipe_reading"
        ordering = ["controller_id", "cn", "-data_time", "pno"]

    def __str__(self) -> str:
        return f"{self.controller_id} {self.cn} {self.data_time}"


class LiveMeter(models.Model):
    """What has probably been discharged since the last event: shown, never booked.

    `amount` (mg, water in litres) is summed up from real-time readings (2011) and starts
    again at zero with each booked event.
    """

    pk = models.CompositePrimaryKey("controller_id", "pollutant_id")
    controller = models.ForeignKey(
        Controller,
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        related_name="meters",
        db_index=False,
    )
    pollutant = models.ForeignKey(
        Pollutant, verbose_name=_("pollutant"), on_delete=models.PROTECT, db_index=False
    )
    value = models.DecimalField(
        _("last value"), max_digits=30, decimal_places=15, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=16, blank=True)
    mark = models.CharField(_("data mark"), max_length=1, default="N")
    amount = models.BigIntegerField(_("amount since the last event"), default=0)
    data_time = models.DateTimeField(_("time of the data"))
    since_at = models.DateTimeField(_("since"))

    objects = OfControllerQuerySet.as_manager()

    class Meta:
        ordering = ["controller_id", "pollutant_id"]
        constraints = [
            models.CheckConstraint(
                name="live_amount_is_never_negative", condition=Q(amount__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.controller_id} {self.pollutant_id} {self.amount}"

    @property
    def mark_word(self) -> str | Promise:
        """The data mark as sent, and in words."""
        return mark_word(self.mark)

    @property
    def is_implausible(self) -> bool:
        """Whether the last value cannot be true."""
        return is_implausible(self.value, self.unit)

    @property
    def shown_value(self) -> str:
        """The last value as plain digits, without the zeros that storage adds."""
        if self.value is None:
            return "–"
        text = f"{self.value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    @property
    def amount_unit(self) -> str:
        """Kilograms, or cubic metres of water."""
        return "m³" if self.pollutant_id == "WATER" else "kg"

    @property
    def shown_amount(self) -> str:
        """The amount in its unit, cut after the third decimal."""
        per = 1000 if self.pollutant_id == "WATER" else 10**6
        thousandths = self.amount * 1000 // per
        return f"{thousandths // 1000:,}.{thousandths % 1000:03d}"
