"""Secrets of devices, encrypted in the database.

HJ 212 sends the password with every frame and the platform must send it back, so it cannot be
hashed. It is sealed with a key that is not in the database: a copy of the tables alone opens
no device. Rotation: put the new secret first; what is saved is sealed with it, what stands
still opens with the ones behind it.
"""

import base64
import functools
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

SEALED = "v1:"  # how a sealed value begins; a constraint of each table asks for it


@functools.cache
def box(secrets: tuple[str, ...]) -> MultiFernet:
    """What seals with the first secret and opens with any."""
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"yizheng device secrets v1")
    return base64.urlsafe_b64encode(derived.derive(secret.encode()))


def seal(text: str) -> str:
    """The text as it lies in the database; nothing stays nothing."""
    secrets = tuple(settings.DEVICE_SECRETS)
    return SEALED + box(secrets).encrypt(text.encode()).decode() if text else ""


def unseal(stored: str) -> str:
    """The clear text; raises InvalidToken when none of the secrets sealed it."""
    if not stored:
        return ""
    token = stored.removeprefix(SEALED).encode()
    return box(tuple(settings.DEVICE_SECRETS)).decrypt(token).decode()


class SealedField(models.TextField):
    """A short text that is clear in Python and sealed in the database; not to be searched."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal(str(value))

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return None if value is None else unseal(value)
