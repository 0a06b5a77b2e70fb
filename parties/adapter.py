"""How sign-in differs from allauth's usual: nobody opens an account for himself."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignUp(DefaultAccountAdapter):
    """Accounts are opened by a security administrator or with the enterprise's register entry."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
