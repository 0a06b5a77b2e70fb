"""`manage.py rotate_proof_key`: sign the proof log with a new key from now on.

The present key signs the new one; all that it signed before stays valid. Hand the old file
(`log-key.<number>.pem` in PROOF_DIR) to the archive, or destroy it.
"""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ledger import keyring, services
from parties.services import system_actor
from shell.refusals import Refusal


class Command(BaseCommand):
    """Prints the new public key, which the bureau must make known."""

    help = __doc__

    def handle(self, **options: object) -> None:
        try:
            made = services.rotate_proof_key(by=system_actor("setup"), now=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(made.verifier.vkey)
        self.stdout.write(f"{keyring.path_of(keyring.LOG_KEY)}")
