"""The reader's language, remembered by the browser."""

from django.conf import settings
from django.http import HttpResponse


def remember_language(response: HttpResponse, language: str) -> None:
    """The browser's own memory of the language, for pages before sign-in too."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 86400,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
