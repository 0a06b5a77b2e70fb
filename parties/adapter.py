"""How sign-in differs from allauth's usual: nobody opens an account for himself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClosedSignUp(DefaultAccountAdapter):
    """Accounts are opened by a security administrator or with the enterprise's register entry."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """From here on the pages speak the person's language, on whatever machine."""
        answer = super().post_login(request, user, **kwargs)
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
        return answer
