"""What one administrator asks about a person's access and a second one decides."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.rules import ACCESS_STEPS, BUREAU_ROLES, ENTERPRISE_ROLES
from shell.guards import keep_rows, steps
from shell.periods import ends_after_it_begins

from .approvals import Approval
from .enterprises import Enterprise
from .people import ROLE_NAMES, Membership, User
from .regions import Bureau


class AccessKind(models.TextChoices):
    ACCOUNT = "ACCOUNT", _("open an account with a role")
    ROLE = "ROLE", _("grant a role")
    LINK = "LINK", _("make a password link")
    ERASE = "ERASE", _("erase personal data")


class AccessState(models.TextChoices):
    ASKED = "ASKED", _("waits for the second person")  # → GRANTED | DONE | REFUSED | BACK
    GRANTED = "GRANTED", _("granted, link not made yet")  # → DONE | BACK
    DONE = "DONE", _("carried out")
    REFUSED = "REFUSED", _("refused")
    TAKEN_BACK = "BACK", _("taken back")


OPEN_STATES = [AccessState.ASKED, AccessState.GRANTED]
IN_ITS_PLACE = Q(role__in=sorted(BUREAU_ROLES), enterprise__isnull=True) | Q(
    role__in=sorted(ENTERPRISE_ROLES), enterprise__isnull=False
)


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def for_actor(self, actor: Membership | None) -> Self:
        """Those of the bureau's region; an enterprise's people reach none."""
        if actor is None or actor.enterprise_id:
            return self.none()
        return self.filter(bureau__region__code__startswith=actor.region_prefix)

    def waiting(self) -> Self:
        """Those nobody has decided yet."""
        return self.filter(state=AccessState.ASKED)


class AccessRequest(models.Model):
    """One administrator asks, another decides; what is done is exactly what was asked, once."""

    kind = models.CharField(_("what is asked"), max_length=7, choices=AccessKind.choices)
    # Whose administrators decide: the bureau of the role, else that of the person who asks.
    bureau = models.ForeignKey(Bureau, verbose_name=_("bureau"), on_delete=models.PROTECT)
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, null=True
    )
    person = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    username = models.CharField(_("user name"), max_length=60, blank=True)
    display_name = models.CharField(_("full name"), max_length=60, blank=True)
    # Of an erasure: what is erased (`parties.personal`) and of which object.
    datum = models.CharField(_("what is erased"), max_length=20, blank=True)
    subject_id = models.BigIntegerField(_("of which object"), null=True)
    role = models.CharField(_("role"), max_length=20, choices=list(ROLE_NAMES.items()), blank=True)
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("valid to"), null=True)
    reason = models.CharField(_("reason"), max_length=80)
    state = models.CharField(
        _("state"), max_length=7, choices=AccessState.choices, default=AccessState.ASKED
    )
    asked_by = models.ForeignKey(
        Membership, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    approval = models.OneToOneField(
        Approval, verbose_name=_("approval"), on_delete=models.PROTECT, related_name="+"
    )
    done_at = models.DateTimeField(_("carried out at"), null=True)
    membership = models.ForeignKey(
        Membership,
        verbose_name=_("role"),
        on_delete=models.PROTECT,
        null=True,
        related_name="access_requests",
    )
    history = HistoricalRecords()

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="access_request_is_whole",
                condition=Q(kind="ACCOUNT", valid_from__isnull=False)
                & IN_ITS_PLACE
                & ~Q(username="")
                & ~Q(display_name="")
                | Q(kind="ROLE", valid_from__isnull=False, person__isnull=False) & IN_ITS_PLACE
                | Q(kind="LINK", role="", person__isnull=False, enterprise__isnull=True)
                | Q(kind="ERASE", role="", subject_id__isnull=False) & ~Q(datum=""),
            ),
            models.CheckConstraint(
                name="access_done_has_its_moment",
                condition=Q(state="DONE", done_at__isnull=False)
                & (Q(person__isnull=False) | Q(kind="ERASE"))
                | (~Q(state="DONE") & Q(done_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="only_a_link_waits_after_its_grant",
                condition=~Q(state="GRANTED") | Q(kind="LINK"),
            ),
            ends_after_it_begins("access_role_ends_after_it_begins"),
            models.UniqueConstraint(
                name="one_open_access_request_per_person_and_role",
                fields=["kind", "person", "role", "bureau", "enterprise"],
                nulls_distinct=False,
                condition=Q(state__in=["ASKED", "GRANTED"], person__isnull=False)
                & ~Q(kind="ERASE"),
            ),
            models.UniqueConstraint(
                name="one_open_erasure_per_object",
                fields=["datum", "subject_id"],
                condition=Q(state="ASKED", kind="ERASE"),
            ),
            models.UniqueConstraint(
                "kind",
                Upper("username"),
                name="one_open_access_request_per_user_name",
                condition=Q(state__in=["ASKED", "GRANTED"], kind="ACCOUNT"),
            ),
        ]
        triggers = [
            steps("access_request_follows_the_table", ACCESS_STEPS),
            *keep_rows("access_request"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def place(self) -> Bureau | Enterprise:
        """Where the role holds."""
        return self.enterprise or self.bureau

    @property
    def who(self) -> str:
        """The person it is about, by name."""
        return str(self.person) if self.person else self.display_name
