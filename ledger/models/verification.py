"""What the nightly check of the whole ledger found."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """One run of all checks; its first faults are kept word for word."""

    ran_at = models.DateTimeField(_("ran at"), unique=True)
    checks = models.PositiveIntegerField(_("checks"))
    fault_count = models.PositiveIntegerField(_("faults"))
    faults = models.JSONField(_("first faults"), default=list)

    class Meta:
        ordering = ["-ran_at"]

    def __str__(self) -> str:
        return f"{self.ran_at}: {self.fault_count}"
