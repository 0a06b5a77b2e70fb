"""Throwing a demo city away: the whole database, and only if it holds nothing else."""

from django.db import connection
from django.utils.translation import gettext as _

from config import grants
from config.faults import Fault
from parties.models import Bureau

from . import places


def refuse_other_books() -> None:
    """A database with any bureau that is not the demo's is never emptied."""
    other = Bureau.objects.exclude(region__code__startswith=places.CITY[:4]).first()
    if other:
        raise Fault(
            _("The books of %(bureau)s are in this database; nothing was deleted.")
            % {"bureau": other.name_zh}
        )


def empty(out: object) -> None:
    """Drop every table and make them anew, as the owner of the tables."""
    refuse_other_books()
    with grants.acting_as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    grants.prepare(out, verbosity=0)
