"""How sign-in differs from allauth's usual: nobody opens an account for himself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop

from parties.language import remember_language


class ClosedSignUp(DefaultAccountAdapter):
    """Accounts are opened by a security administrator or with the enterprise's register entry."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Any) -> None:
        """Each sign-in stands in the person's history."""
        user._change_reason = gettext_noop("signed in")
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Each person reads in his own language from the first page on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_language(response, user.language)
        return response
