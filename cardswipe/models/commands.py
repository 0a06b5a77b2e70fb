"""What the platform asks of devices, step by step, and the frames that answered."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cardswipe.command_rules import ON_THE_WIRE, OPEN_STATES, CommandState
from cardswipe.hj212.requests import Kind
from parties.models import Membership

from .devices import Controller
from .sealed import SEALED, SealedField

KIND_NAMES = {
    Kind.SET_TIME: _("set the clock"),
    Kind.GET_TIME: _("ask the time"),
    Kind.SET_LINK: _("set time-out and repeats"),
    Kind.SET_REALTIME: _("set the interval of real-time data"),
    Kind.GET_REALTIME: _("ask the interval of real-time data"),
    Kind.SET_MINUTE: _("set the interval of minute data"),
    Kind.GET_MINUTE: _("ask the interval of minute data"),
    Kind.SET_PASSWORD: _("change the password"),
    Kind.START_REALTIME: _("start real-time data"),
    Kind.STOP_REALTIME: _("stop real-time data"),
    Kind.START_STATE: _("start facility states"),
    Kind.STOP_STATE: _("stop facility states"),
    Kind.MINUTE_HISTORY: _("fetch minute data"),
    Kind.HOUR_HISTORY: _("fetch hour data"),
    Kind.DAY_HISTORY: _("fetch day data"),
    Kind.RUN_HISTORY: _("fetch run times of facilities"),
    Kind.CALIBRATE: _("zero and span calibration"),
    Kind.SAMPLE: _("take a sample now"),
    Kind.CLEAN: _("clean or blow back"),
    Kind.COMPARE: _("take a comparison sample"),
    Kind.KEEP_SAMPLE: _("keep an over-limit sample"),
    Kind.SET_SAMPLING: _("set the sampling period"),
    Kind.GET_SAMPLING: _("ask the sampling period"),
    Kind.GET_DURATION: _("ask the sampling duration"),
    Kind.DEVICE_ID: _("ask the instrument's number"),
    Kind.DEVICE_INFO: _("ask device information"),
    Kind.SET_PARAMETER: _("set a device parameter"),
    Kind.SET_KEY: _("give a new SM4 key"),
    Kind.SAMPLE_KEPT: _("take a sample now and keep it"),
    Kind.START_CHECK: _("start the automatic standard check"),
    Kind.PUSH_VOUCHER: _("tell the card's last voucher"),
}
COMMAND_STATE_NAMES = {
    CommandState.ASKED: _("waits for the controller"),
    CommandState.SENT: _("sent"),
    CommandState.ACCEPTED: _("accepted by the controller"),
    CommandState.DONE: _("done"),
    CommandState.REFUSED: _("refused by the controller"),
    CommandState.FAILED: _("failed"),
    CommandState.EXPIRED: _("no answer in time"),
    CommandState.WITHDRAWN: _("withdrawn"),
}


OUTCOME_NAMES = {
    "no data": _("the device has no data of this time"),
    "no answer": _("the device did not answer"),
    "no result": _("the device accepted, but told no result in time"),
    "not connected": _("the device did not connect in time"),
    "new password in use": _("the device already uses the new password"),
    "new key in use": _("the device already uses the new key"),
    "parts missing": _("some data came without all of its parts"),
    # HJ 212-2017 table 9 and 10.
    "QnRtn=2": _("the device refused"),
    "QnRtn=3": _("the device says: wrong password"),
    "QnRtn=4": _("the device says: wrong MN"),
    "QnRtn=5": _("the device says: wrong ST"),
    "QnRtn=6": _("the device says: wrong Flag"),
    "QnRtn=7": _("the device says: wrong QN"),
    "QnRtn=8": _("the device says: unknown command"),
    "QnRtn=9": _("the device says: wrong CRC"),
    "ExeRtn=2": _("the device failed, without saying why"),
    "ExeRtn=3": _("the device says: condition wrong"),
    "ExeRtn=4": _("the device says: time-out"),
    "ExeRtn=5": _("the device says: busy"),
    "ExeRtn=6": _("the device says: system fault"),
}


class CommandQuerySet(models.QuerySet["DeviceCommand"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of controllers this person may reach."""
        return self.filter(controller__in=Controller.objects.for_actor(actor))

    def unfinished(self) -> Self:
        """Those that still wait for something, in the order they were asked."""
        return self.filter(state__in=OPEN_STATES).order_by("controller_id", "id")

    def on_the_wire(self) -> Self:
        """Those whose answer may come now."""
        return self.filter(state__in=ON_THE_WIRE)


class DeviceCommand(models.Model):
    """One request to one device: asked → sent → 9011 → data → 9012."""

    controller = models.ForeignKey(
        Controller,
        verbose_name=_("controller"),
        on_delete=models.PROTECT,
        related_name="commands",
    )
    kind = models.CharField(_("command"), max_length=16, choices=list(KIND_NAMES.items()))
    params = models.JSONField(_("fields"), default=dict)
    # A new password or key until the device has it; never shown, never in the history.
    secret = SealedField(blank=True, default="")
    key = models.UUIDField(_("key of the request"), unique=True, null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=200)
    asked_by = models.ForeignKey(
        Membership, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(
        _("state"), max_length=9, choices=list(COMMAND_STATE_NAMES.items()), default="ASKED"
    )
    qn = models.CharField(_("QN"), max_length=17, blank=True)
    session_id = models.BigIntegerField(_("session"), null=True)
    tries = models.PositiveSmallIntegerField(_("times sent"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    due_at = models.DateTimeField(_("next step is due at"), null=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    history = HistoricalRecords(excluded_fields=["secret"])

    objects = CommandQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["controller", "-id"], name="command_by_controller"),
            models.Index(
                fields=["controller", "id"],
                name="command_unfinished",
                condition=Q(state__in=OPEN_STATES),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_command_on_the_wire_per_controller",
                fields=["controller"],
                condition=Q(state__in=ON_THE_WIRE),
            ),
            models.UniqueConstraint(
                name="command_qn_is_never_used_twice",
                fields=["controller", "qn"],
                condition=~Q(qn=""),
            ),
            models.CheckConstraint(
                name="command_kind_is_known", condition=Q(kind__in=list(KIND_NAMES))
            ),
            models.CheckConstraint(
                name="command_secret_is_sealed",
                condition=Q(secret="") | Q(secret__startswith=SEALED),
            ),
            models.CheckConstraint(
                name="command_states_have_their_times",
                condition=Q(state="ASKED", sent_at__isnull=True, ended_at__isnull=True)
                | Q(state__in=ON_THE_WIRE, sent_at__isnull=False, ended_at__isnull=True)
                | Q(state__in=["DONE", "REFUSED", "FAILED"], sent_at__isnull=False)
                & Q(ended_at__gte=F("sent_at"))
                | Q(state__in=["EXPIRED", "WITHDRAWN"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.controller}"

    @property
    def outcome_words(self) -> str:
        """How it ended, in the reader's language."""
        word = self.outcome.partition(":")[0]
        return str(OUTCOME_NAMES.get(word, word))


class CommandAnswerQuerySet(models.QuerySet["CommandAnswer"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of commands this person may reach."""
        return self.filter(command__in=DeviceCommand.objects.for_actor(actor))


class CommandAnswer(models.Model):
    """A frame that belongs to a command: a reply, or data that it fetched."""

    command = models.ForeignKey(
        DeviceCommand, verbose_name=_("command"), on_delete=models.PROTECT, related_name="answers"
    )
    frame_id = models.BigIntegerField(_("raw frame"))
    cn = models.CharField(_("command number"), max_length=4)
    data_time = models.CharField(_("time of the data"), max_length=14, blank=True)
    pnum = models.PositiveSmallIntegerField(_("parts"), default=0)
    pno = models.PositiveSmallIntegerField(_("part"), default=0)
    received_at = models.DateTimeField(_("received at"))

    objects = CommandAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="frame_answers_a_command_once", fields=["command", "frame_id"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.command_id} {self.cn} {self.frame_id}"
