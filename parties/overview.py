"""The tables as they stand, for system administrators: read only, and only their own area.

Django's admin writes past the services, their refusals and their history; so here it shows
and never writes. Sign-in is the site's own, with its lock-out and second factor.
"""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from parties.refusals import NotAllowed
from parties.rules import Act

# What a field's name must not hold to be shown: the key to something.
SECRET_WORDS = ("password", "secret", "token", "private", "key")


class Overview(AdminSite):
    """The admin's pages behind our own door."""

    site_title = site_header = _("Yizheng: tables, read only")
    index_title = _("Tables")
    enable_nav_sidebar = False

    def has_permission(self, request: Any) -> bool:
        actor = getattr(request, "actor", None)
        return bool(actor and actor.may(Act.MANAGE_SYSTEM))

    def login(self, request: Any, extra_context: dict[str, Any] | None = None) -> Any:
        """Strangers sign in where everybody does; others are told that they may not."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", request.path))
        role = request.actor.get_role_display() if request.actor else "–"
        raise NotAllowed(role=role)

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return HttpResponseRedirect("/accounts/logout/")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return HttpResponseRedirect("/accounts/password/change/")


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[type-arg]
    """Shows the rows of the person's area; adds, changes and deletes nothing."""

    list_per_page = 50
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: Any) -> "models.QuerySet[Any]":
        rows = self.model._default_manager.all()
        narrow = getattr(rows, "for_actor", None)
        found: models.QuerySet[Any] = narrow(request.actor) if narrow else rows
        return found

    def get_exclude(self, request: Any, obj: Any = None) -> list[str]:
        names = [field.name for field in self.model._meta.fields]
        return [name for name in names if any(word in name for word in SECRET_WORDS)]

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: Any) -> bool:
        return True

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False
