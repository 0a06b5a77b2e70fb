"""Starts a real bureau's books empty: regions, bureau, its first two administrators.

    manage.py start_bureau --region-code 330800 --name-zh 衢州市生态环境局 \\
        --name-en "Quzhou Ecology and Environment Bureau" --admin wang.fang --admin-name 王芳 \\
        --second li.qiang --second-name 李强

The security administrator (--admin) asks for everyone else's roles; the system administrator
(--second) decides, so that nobody can let people in alone. Prints for each a link on which the
password is set, once. The same command again changes nothing and prints a fresh link to who has
set no password. When only one of a bureau's administrators is left, --second appoints another.
"""

import argparse
import csv
from importlib import resources
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from parties import services
from parties.rules import parent_code, region_level, region_prefix
from parties.services.bureaus import NewBureau, RegionEntry
from shell.refusals import Refusal

HEADER = {"code", "name_zh", "name_en"}


class Command(BaseCommand):
    """Starts a real bureau's books empty."""

    help = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--region-code", required=True, help="GB/T 2260, six digits")
        parser.add_argument("--name-zh", required=True, help="the bureau's Chinese name")
        parser.add_argument("--name-en", required=True, help="the bureau's English name")
        parser.add_argument(
            "--admin", required=True, help="user name of the security administrator"
        )
        parser.add_argument("--admin-name", required=True, help="his name in full")
        parser.add_argument("--second", required=True, help="user name of the system administrator")
        parser.add_argument("--second-name", required=True, help="his name in full")
        parser.add_argument(
            "--regions",
            type=Path,
            help="a .csv with code,name_zh,name_en from the province down; "
            "needed outside Zhejiang, whose table comes with the system",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        code = options["region_code"]
        regions = regions_of(code, read_regions(options["regions"]))
        plan = NewBureau(
            regions=regions,
            region_code=code,
            name_zh=options["name_zh"],
            name_en=options["name_en"],
            admin_username=options["admin"],
            admin_name=options["admin_name"],
        )
        call_command("load_reference_data", stdout=self.stdout)
        with transaction.atomic():
            by = services.system_actor("setup")
            try:
                admin = services.start_bureau(by=by, plan=plan, today=timezone.localdate())
                assert admin.bureau, "the first administrator is of the bureau"
                second = services.appoint_second(
                    by=by,
                    bureau=admin.bureau,
                    username=options["second"],
                    display_name=options["second_name"],
                    now=timezone.now(),
                )
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
            self.stdout.write(
                f"{admin.bureau.name_zh} stands: {admin.user} asks who is let in,"
                f" {second.user} decides."
            )
            for each in (admin, second):
                self.say_how_to_sign_in(each)

    def say_how_to_sign_in(self, admin: Any) -> None:
        """A link while there is no password; afterwards the way in is the person's own."""
        if admin.user.has_usable_password():
            self.stdout.write(f"{admin.user.username} has set a password; no link is made.")
            return
        link = services.password_link(by=services.system_actor("setup"), person=admin.user)
        self.stdout.write(f"For {admin.user.username}, once and within three days:")
        self.stdout.write(f"{settings.PUBLIC_ADDRESS}{link}")


def read_regions(path: Path | None) -> dict[str, RegionEntry]:
    """The lines of the table, by code; Zhejiang's when no file is given."""
    source = path or resources.files("parties.data").joinpath("gbt2260_zhejiang.csv")
    try:
        table = csv.DictReader(source.read_text(encoding="utf-8-sig").splitlines())
        if not set(table.fieldnames or ()) >= HEADER:
            raise CommandError(f"{source}: the first line must name code,name_zh,name_en")
        entries = [RegionEntry(r["code"], r["name_zh"], r["name_en"]) for r in table]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{source} cannot be read as UTF-8 text: {error}") from error
    return {entry.code: entry for entry in entries}


def regions_of(code: str, table: dict[str, RegionEntry]) -> list[RegionEntry]:
    """The region, all above it and all below it, from the province down."""
    if code not in table:
        raise CommandError(f"{code} is not in the table of regions; give one with --regions")
    above: list[str] = []
    step = parent_code(code)
    while step:
        above.insert(0, step)
        step = parent_code(step)
    missing = [c for c in above if c not in table]
    if missing:
        raise CommandError(f"the table of regions lacks {', '.join(missing)}")
    prefix = region_prefix(code, region_level(code))
    below = sorted(c for c in table if c.startswith(prefix) and c != code)
    levels = ["PROVINCE", "CITY", "COUNTY"]
    below.sort(key=lambda c: levels.index(region_level(c)))
    return [table[c] for c in (*above, code, *below)]
