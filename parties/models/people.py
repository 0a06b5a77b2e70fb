"""People and what they are in a bureau or an enterprise."""

import datetime
from typing import Self

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from parties.rules import BUREAU_ROLES, ENTERPRISE_ROLES, ROLES, SEPARATED_ROLES, Act, Role
from shell.names import reads_well
from shell.periods import ends_after_it_begins, holds_on, no_overlap

from .enterprises import Enterprise
from .membership_guard import granted_by_two
from .regions import Bureau, Region

ROLE_NAMES = {
    Role.PERMIT_OFFICER: _("permit officer"),
    Role.PANEL_MEMBER: _("panel member"),
    Role.TRADING_DESK: _("trading desk"),
    Role.DEVICE_ENGINEER: _("device engineer"),
    Role.GRID_INSPECTOR: _("grid inspector"),
    Role.FINANCE: _("finance"),
    Role.AUDITOR: _("auditor"),
    Role.SYSTEM_ADMIN: _("system administrator"),
    Role.SECURITY_ADMIN: _("security administrator"),
    Role.AUDIT_ADMIN: _("audit administrator"),
    Role.AGENT: _("agent"),
    Role.OPERATOR: _("operator"),
    Role.VIEWER: _("viewer"),
    Role.BIDDER: _("bidder"),
    Role.ENTERPRISE_ADMIN: _("enterprise administrator"),
    Role.SYSTEM: _("system"),
}


class PersonQuerySet(models.QuerySet["User"]):
    def for_actor(self, actor: "Membership | None") -> Self:
        """Those who hold or held a role where this person acts; nobody else is known here."""
        reachable = Membership.objects.for_actor(actor).values("user")
        return self.filter(pk__in=reachable)


class PersonManager(UserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """Django's ways to create a user, with our door."""


class User(AbstractUser):
    """A person who signs in."""

    display_name = models.CharField(_("full name"), max_length=60)
    language = models.CharField(_("language"), max_length=8, default="zh-hans")
    # Mainland mobile number, or an international one with its plus sign.
    phone = models.CharField(_("mobile number"), max_length=16, blank=True)
    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    objects = PersonManager()

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined,misc]
        constraints = [
            models.CheckConstraint(
                name="mobile_number_is_digits",
                condition=Q(phone="") | Q(phone__regex=r"^(1[3-9][0-9]{9}|\+[1-9][0-9]{6,14})$"),
            ),
            reads_well("person_names_read_well", "username", "display_name"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, today: datetime.date) -> Self:
        """Those that hold on the day and belong to a person who may sign in."""
        return self.filter(holds_on(today), ended_at__isnull=True, user__is_active=True)

    def for_actor(self, actor: "Membership | None") -> Self:
        """Those this person may reach: of the bureau's region, or of the own enterprise."""
        if actor is None:
            return self.none()
        if actor.enterprise_id:
            return self.filter(enterprise_id=actor.enterprise_id)
        prefix = actor.region_prefix
        return self.filter(
            Q(bureau__region__code__startswith=prefix)
            | Q(enterprise__region__code__startswith=prefix)
        )


class Membership(models.Model):
    """A person in a role; every act is done by a membership, so the role is always on record."""

    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.PROTECT)
    role = models.CharField(_("role"), max_length=20, choices=list(ROLE_NAMES.items()))
    bureau = models.ForeignKey(
        Bureau, verbose_name=_("bureau"), on_delete=models.PROTECT, null=True, blank=True
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, null=True, blank=True
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    history = HistoricalRecords()

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="membership_is_in_one_place",
                condition=Q(role=Role.SYSTEM, bureau__isnull=True, enterprise__isnull=True)
                | Q(bureau__isnull=False, enterprise__isnull=True)
                | Q(bureau__isnull=True, enterprise__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_membership_per_person_role_and_place",
                fields=["user", "role", "bureau", "enterprise"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="role_fits_its_place",
                condition=Q(role=Role.SYSTEM)
                | Q(role__in=sorted(ENTERPRISE_ROLES), enterprise__isnull=False)
                | Q(role__in=sorted(BUREAU_ROLES), bureau__isnull=False),
            ),
            ends_after_it_begins("membership_ends_after_it_begins"),
            # It also keeps one person from the same office in two bureaus, which nobody needs.
            no_overlap(
                "one_administrator_office_per_person_at_a_time",
                same=["user"],
                start="valid_from",
                end="valid_to",
                condition=Q(role__in=sorted(SEPARATED_ROLES), ended_at__isnull=True),
            ),
        ]
        triggers = [granted_by_two("bureau_role_is_granted_by_two")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    @property
    def place(self) -> Bureau | Enterprise | None:
        """The bureau or enterprise this membership is in."""
        return self.bureau or self.enterprise

    @property
    def standing(self) -> str:
        """Role and place in one line."""
        return f"{self.get_role_display()} · {self.place}" if self.place else str(self)

    @property
    def region(self) -> Region | None:
        """The region this person acts in."""
        if self.bureau:
            return self.bureau.region
        return self.enterprise.region if self.enterprise else None

    @property
    def region_prefix(self) -> str:
        """The digits with which every region code of the bureau's area begins.

        A system actor reaches every region; an enterprise's people are never scoped by
        region, so asking for theirs is a mistake in the program.
        """
        assert not self.enterprise_id, "an enterprise's people are not scoped by region"
        return self.bureau.region.prefix if self.bureau else ""

    def may(self, act: Act) -> bool:
        """Whether the role allows the act."""
        return act in ROLES[Role(self.role)]
