"""How sign-in differs from allauth's usual: nobody opens an account for himself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop

from parties.language import remember_language
from parties.rules import lock_key


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name under which wrong passwords are counted: one count however it is spelled."""
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    return lock_key(str(typed))


class ClosedSignUp(DefaultAccountAdapter):
    """Accounts are opened by a security administrator or with the enterprise's register entry."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by name and place (axes): a rival cannot lock one out."""

    def login(self, request: HttpRequest, user: Any) -> None:
        """Each sign-in stands in the person's history."""
        user._change_reason = gettext_noop("signed in")
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Each person reads in his own language from the first page on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_language(response, user.language)
        return response
