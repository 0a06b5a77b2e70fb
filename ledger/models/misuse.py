"""Keys that were used for two different bookings: kept although the second one was refused."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from parties.models import Membership

from . import guards


class KeyMisuseQuerySet(models.QuerySet["KeyMisuse"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those on accounts of this person's region; those on no known account are everyone's."""
        if actor is None or actor.enterprise_id:
            return self.none()
        own = models.Q(region_code__startswith=actor.region_prefix)
        return self.filter(own | models.Q(region_code=""))


class KeyMisuse(models.Model):
    """A key that already stood for one booking was sent with another: an error, or an attack.

    Written outside the refused transaction, so it names people and operations by number only:
    what the refused transaction itself had made is gone with it.
    """

    scope = models.CharField(_("scope of the key"), max_length=40)
    key = models.CharField(_("idempotency key"), max_length=120)
    # Empty when another process booked the first one at this very moment.
    first_operation_id = models.BigIntegerField(_("stands for the operation"), null=True)
    asked_kind = models.CharField(_("kind asked for"), max_length=20)
    asked_hash = models.BinaryField(_("SHA-256 of what was asked"), max_length=32)
    asked_by_id = models.BigIntegerField(_("asked by"))
    region_code = models.CharField(_("region"), max_length=6)
    first_at = models.DateTimeField(_("first at"))
    last_at = models.DateTimeField(_("last at"))
    times = models.PositiveIntegerField(_("times"), default=1)

    objects = KeyMisuseQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="one_misuse_per_key_and_body", fields=["scope", "key", "asked_hash"]
            )
        ]
        triggers = guards.keep_rows("key_misuse")

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
