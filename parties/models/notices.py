"""Notices: what an enterprise, a bureau or one person is told, on the page and by mail."""

from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from shell.figures import named
from shell.guards import append_only

from .enterprises import Enterprise
from .people import Membership, User
from .regions import Bureau

TONES = [
    ("neutral", _("for information")),
    ("yellow", _("warning")),
    ("red", _("urgent")),
]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those to the person himself or the own enterprise; for a bureau's people also those
        to it and to enterprises below it."""
        if actor is None:
            return self.none()
        own = Q(person_id=actor.user_id)
        if actor.enterprise_id:
            return self.filter(own | Q(enterprise_id=actor.enterprise_id))
        prefix = actor.region_prefix
        return self.filter(
            own
            | Q(enterprise__region__code__startswith=prefix)
            | Q(bureau__region__code__startswith=prefix)
        )

    def to_place_of(self, actor: Membership) -> Self:
        """Those said to the person himself or to his own enterprise or bureau."""
        own = Q(person_id=actor.user_id)
        if actor.enterprise_id:
            return self.filter(own | Q(enterprise_id=actor.enterprise_id))
        return self.filter(own | Q(bureau_id=actor.bureau_id, bureau__isnull=False))

    def with_own_reading(self, actor: Membership) -> Self:
        """Each with `seen_at`: when this person opened it, or nothing."""
        own = NoticeReading.objects.filter(notice=OuterRef("pk"), user_id=actor.user_id)
        return self.annotate(seen_at=Subquery(own.values("read_at")[:1]))

    def unread_by(self, actor: Membership) -> Self:
        """Those said to this person or his place that he himself has not opened."""
        return self.to_place_of(actor).exclude(readings__user_id=actor.user_id)


class Notice(models.Model):
    """A sentence to one place, in both languages as it was said then, with the page it is about."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, null=True
    )
    bureau = models.ForeignKey(
        Bureau, verbose_name=_("bureau"), on_delete=models.PROTECT, null=True
    )
    person = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, null=True, related_name="notices"
    )
    tone = models.CharField(_("urgency"), max_length=7, choices=TONES, default="neutral")
    text_zh = models.CharField(_("Chinese text"), max_length=400)
    text_en = models.CharField(_("English text"), max_length=400)
    link = models.CharField(_("page"), max_length=200)
    created_at = models.DateTimeField(_("given at"))
    mailed_at = models.DateTimeField(_("mailed at"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="notice_to_enterprise"),
            models.Index(fields=["bureau", "-id"], name="notice_to_bureau"),
            models.Index(fields=["person", "-id"], name="notice_to_person"),
            models.Index(fields=["id"], name="notice_to_mail", condition=Q(mailed_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_goes_to_one_place",
                condition=Q(enterprise__isnull=False, bureau__isnull=True, person__isnull=True)
                | Q(enterprise__isnull=True, bureau__isnull=False, person__isnull=True)
                | Q(enterprise__isnull=True, bureau__isnull=True, person__isnull=False),
            ),
        ]

    def is_for(self, actor: Membership) -> bool:
        """Whether it was said to the person or his own place, not only to one below it."""
        if self.person_id:
            return bool(self.person_id == actor.user_id)
        own = (actor.enterprise_id, actor.bureau_id)
        return own == (self.enterprise_id, self.bureau_id)

    def __str__(self) -> str:
        return named(self.text_zh, self.text_en)


class NoticeReading(models.Model):
    """That one person opened a notice; a colleague's reading is none of his."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="readings")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("read by")
    )
    by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("role")
    )
    read_at = models.DateTimeField(_("read at"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="notice_is_read_once_per_person", fields=["notice", "user"]
            )
        ]
        triggers = append_only("notice_reading")

    def __str__(self) -> str:
        return f"{self.notice_id} {self.user}"
