"""Publishing the register: once a day, in constant memory, whole or not at all, signed."""

import csv
import datetime
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation

from ledger.services import sign_text
from parties.models import Bureau
from permits.models import LegalClock, OpenDataDay
from permits.open_data import FORMAT, RESOURCES, nested
from permits.queries.clocks import legal_clock
from permits.queries.open_data import folder, published
from shell.streams import BOM, plain

LOCK = 0x59697A4F4441
JSON_FILE, PACKAGE, SUMS = "permits.json", "datapackage.json", "SHA256SUMS"
SIGNATURE, KEY = "SHA256SUMS.sig", "public-key.pem"
KEPT_FOR = "KEEP_OPEN_DATA"


class Part:
    """A file that is being written: counted and hashed while it grows."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.out = path.open("wb")
        self.digest = hashlib.sha256()
        self.bytes = self.rows = 0

    def write(self, piece: bytes, *, rows: int = 0) -> None:
        self.out.write(piece)
        self.digest.update(piece)
        self.bytes += len(piece)
        self.rows += rows

    def close(self) -> None:
        """To the disk, whole."""
        self.out.flush()
        os.fsync(self.out.fileno())
        self.out.close()

    @property
    def entry(self) -> dict[str, Any]:
        digest = self.digest.hexdigest()
        return {"name": self.name, "bytes": self.bytes, "rows": self.rows, "sha256": digest}


@transaction.atomic
def publish_day(*, now: datetime.datetime) -> OpenDataDay | None:
    """Publish the register as it stands, unless today's is out; None before the first bureau.

    The day's folder appears whole, then its entry; what a break left behind is made anew.
    """
    day = timezone.localdate(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    there = OpenDataDay.objects.filter(day=day).first()
    if there or not Bureau.objects.exists():
        return there
    folder().mkdir(parents=True, exist_ok=True)
    with making() as here:
        made = write_day(here, day=day, now=now)
        target = folder() / day.isoformat()
        if target.exists():
            shutil.rmtree(target)  # its entry was never committed
        here.rename(target)
        sync(folder())
    made.save()
    return made


@contextmanager
def making() -> Iterator[Path]:
    """A folder beside the days, gone afterwards unless it became one of them."""
    here = Path(tempfile.mkdtemp(dir=folder(), prefix=".making-"))
    here.chmod(0o755)
    try:
        yield here
    finally:
        shutil.rmtree(here, ignore_errors=True)


def write_day(here: Path, *, day: datetime.date, now: datetime.datetime) -> OpenDataDay:
    """All files of the day, and the entry that is to be saved."""
    parts = write_rows(here, day)
    permits = next(one["rows"] for one in parts if one["name"] == JSON_FILE)
    package = json.dumps(described(parts, day, now), ensure_ascii=False, indent=1) + "\n"
    parts.append(write_whole(here / PACKAGE, package.encode()))
    lines = "".join(f"{one['sha256']}  {one['name']}\n" for one in parts)
    # The first line says what is signed, so that no other text passes for it.
    sums = f"# {FORMAT} {settings.PUBLIC_ADDRESS} {day.isoformat()}\n{lines}"
    key, signature = sign_text(text=sums, now=now)
    write_whole(here / SUMS, sums.encode())
    write_whole(here / SIGNATURE, signature)
    write_whole(here / KEY, pem_of(bytes(key.public)))
    sync(here)
    return OpenDataDay(
        day=day,
        permits=permits,
        files=parts,
        sums=sums,
        signature=signature,
        key=key,
        made_at=now,
    )


def write_rows(here: Path, day: datetime.date) -> list[dict[str, Any]]:
    """The CSV files and the JSON file, side by side from one reading."""
    tables = {one.name: Part(here / f"{one.name}.csv") for one in RESOURCES}
    whole = Part(here / JSON_FILE)
    for resource in RESOURCES:
        tables[resource.name].write(BOM + lines([[field.name for field in resource.fields]]))
    whole.write(f'{{"format":"{FORMAT}","day":"{day.isoformat()}","permits":['.encode())
    for rows in published():
        for name, own in rows.items():
            tables[name].write(lines(own), rows=len(own))
        text = json.dumps(nested(rows), ensure_ascii=False, default=exact, separators=(",", ":"))
        whole.write(f"{',' if whole.rows else ''}\n{text}".encode(), rows=1)
    whole.write(b"\n]}\n")
    parts = [*tables.values(), whole]
    for part in parts:
        part.close()
    return [part.entry for part in parts]


def exact(value: Any) -> str:
    """Days as ISO dates; figures as decimal texts, which no reader rounds."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def lines(rows: Any) -> bytes:
    """Rows of a CSV file: plain exact figures, nothing that a spreadsheet takes for a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([plain(value) for value in row] for row in rows)
    return out.getvalue().encode()


def write_whole(path: Path, content: bytes) -> dict[str, Any]:
    part = Part(path)
    part.write(content)
    part.close()
    return part.entry


def described(
    parts: list[dict[str, Any]], day: datetime.date, now: datetime.datetime
) -> dict[str, Any]:
    """The files and their columns as a Frictionless data package, in both languages."""
    sizes = {one["name"]: one for one in parts}
    bureau = Bureau.objects.order_by("region_id").first()
    return {
        "name": f"discharge-permits-{day.isoformat()}",
        "title": f"排污许可证公开数据 {bureau and bureau.name_zh}",
        "title_en": f"Discharge permits, {bureau and bureau.name_en}",
        "version": FORMAT,
        "created": now.isoformat(),
        "homepage": f"{settings.PUBLIC_ADDRESS}/open-data/",
        "resources": [resource_of(one, sizes[f"{one.name}.csv"]) for one in RESOURCES],
    }


def resource_of(resource: Any, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": resource.name,
        "path": entry["name"],
        "title": worded("zh-hans", resource.label),
        "title_en": worded("en", resource.label),
        "format": "csv",
        "encoding": "utf-8-sig",
        "bytes": entry["bytes"],
        "hash": f"sha256:{entry['sha256']}",
        "schema": {
            "fields": [
                {
                    "name": field.name,
                    "type": field.type,
                    "title": worded("zh-hans", field.label),
                    "title_en": worded("en", field.label),
                }
                for field in resource.fields
            ],
            "primaryKey": list(resource.key),
        },
    }


def worded(language: str, text: Any) -> str:
    with translation.override(language):
        return str(text)


def pem_of(public: bytes) -> bytes:
    """The public key in the form that openssl reads."""
    return Ed25519PublicKey.from_public_bytes(public).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def sync(path: Path) -> None:
    """The folder's own entries to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def give_up_days(*, now: datetime.datetime) -> list[str]:
    """Remove the files of days that no rule keeps any longer; their entries stay. Without a rule
    everything stays. Safe to call again."""
    today = timezone.localdate(now)
    bureau = Bureau.objects.select_related("region").order_by("region_id").first()
    if bureau is None or not LegalClock.objects.filter(act__code=KEPT_FOR).exists():
        return []
    kept = legal_clock(KEPT_FOR, region=bureau.region, day=today).amount
    oldest = (today - datetime.timedelta(days=kept)).isoformat()
    days = folder().glob("????-??-??") if folder().is_dir() else ()
    old = sorted(one for one in days if one.name < oldest)
    for one in old:
        shutil.rmtree(one)
    return [one.name for one in old]
