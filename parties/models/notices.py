"""Notices: what an enterprise or a bureau is told, on the page and by mail."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .enterprises import Enterprise
from .people import Membership
from .regions import Bureau

TONES = [
    ("neutral", _("for information")),
    ("yellow", _("warning")),
    ("red", _("urgent")),
]


class NoticeQuerySet(models.QuerySet["Notice"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those to the own enterprise; for a bureau those to it and to enterprises below it."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        prefix = actor.region_prefix
        return self.filter(
            Q(enterprise__region__code__startswith=prefix)
            | Q(bureau__region__code__startswith=prefix)
        )

    def to_place_of(self, actor: Membership) -> Self:
        """Those said to the person's own enterprise or bureau."""
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        return self.filter(bureau_id=actor.bureau_id, bureau__isnull=False)

    def unread(self) -> Self:
        """Those that nobody of the place has opened."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """A sentence to one place, in both languages as it was said then, with the page it is about."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, null=True
    )
    bureau = models.ForeignKey(
        Bureau, verbose_name=_("bureau"), on_delete=models.PROTECT, null=True
    )
    tone = models.CharField(_("urgency"), max_length=7, choices=TONES, default="neutral")
    text_zh = models.CharField(_("Chinese text"), max_length=400)
    text_en = models.CharField(_("English text"), max_length=400)
    link = models.CharField(_("page"), max_length=200)
    created_at = models.DateTimeField(_("given at"))
    read_at = models.DateTimeField(_("read at"), null=True)
    read_by = models.ForeignKey(
        Membership, verbose_name=_("read by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    mailed_at = models.DateTimeField(_("mailed at"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="notice_to_enterprise"),
            models.Index(fields=["bureau", "-id"], name="notice_to_bureau"),
            models.Index(fields=["id"], name="notice_to_mail", condition=Q(mailed_at__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_goes_to_one_place",
                condition=Q(enterprise__isnull=False, bureau__isnull=True)
                | Q(enterprise__isnull=True, bureau__isnull=False),
            ),
            models.CheckConstraint(
                name="read_notice_says_by_whom",
                condition=Q(read_at__isnull=True, read_by__isnull=True)
                | Q(read_at__isnull=False, read_by__isnull=False),
            ),
        ]

    def is_for(self, actor: Membership) -> bool:
        """Whether it was said to the person's own place, not only to one below it."""
        own = (actor.enterprise_id, actor.bureau_id)
        return own == (self.enterprise_id, self.bureau_id)

    def __str__(self) -> str:
        return self.text_en if get_language() == "en" else self.text_zh
