"""Runs in hordak's own environment: measures its way of posting, prints events per second.

An event is four movements. Single: one transaction with `transfer_to` for each movement, as its
documentation shows. Batch: the same for 1000 events inside one database transaction; and, as the
quickest way that its models allow, the same rows by `bulk_create`.
"""

import json
import os
import random
import sys
import time
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

where = urlsplit(os.environ["DATABASE_URL"])
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": where.path.lstrip("/"),
            "USER": where.username,
            "HOST": parse_qs(where.query).get("host", [where.hostname])[0],
            "PORT": where.port or "",
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DEFAULT_CURRENCY="CNY",
    HORDAK_CURRENCIES=["CNY"],
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from hordak.models import Account, AccountType, Leg, Transaction  # noqa: E402
from moneyed import Money  # noqa: E402


def book(enterprises):
    """Four pairs of accounts for each enterprise, as leaves without a tree above them."""
    made = [
        Account(name=f"A{n}", code=None, type=AccountType.asset, currencies=["CNY"],
                lft=1, rght=2, tree_id=n + 1, level=0)
        for n in range(enterprises * 8)
    ]  # fmt: skip
    accounts = Account.objects.bulk_create(made, batch_size=5000)
    return [
        [(accounts[e * 8 + 2 * n], accounts[e * 8 + 2 * n + 1]) for n in range(4)]
        for e in range(enterprises)
    ]


def event(pairs):
    """One event: four movements."""
    for source, target in random.choice(pairs):
        source.transfer_to(target, Money(random.randrange(1, 10**6), "CNY"))


def in_bulk(pairs, count):
    """The rows of so many events in two statements."""
    moves = [pair for _ in range(count) for pair in random.choice(pairs)]
    made = Transaction.objects.bulk_create([Transaction() for _ in moves])
    legs = []
    for one, (source, target) in zip(made, moves, strict=True):
        amount = Money(random.randrange(1, 10**6), "CNY")
        legs.append(Leg(transaction=one, account=source, credit=amount))
        legs.append(Leg(transaction=one, account=target, debit=amount))
    Leg.objects.bulk_create(legs)


def rate(act, size, seconds):
    act()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        act()
        done += size
    return done / (time.perf_counter() - began)


def main():
    call_command("migrate", verbosity=0)
    pairs, seconds = book(int(sys.argv[1]) // 8), float(sys.argv[2])

    @transaction.atomic
    def single():
        event(pairs)

    @transaction.atomic
    def batch():
        for _ in range(200 if seconds < 5 else 1000):
            event(pairs)

    @transaction.atomic
    def bulk():
        in_bulk(pairs, 1000)

    size = 200 if seconds < 5 else 1000
    said = {"single": rate(single, 1, seconds), "batch": rate(batch, size, seconds)}
    print(json.dumps(said | {"bulk": rate(bulk, 1000, seconds)}))


if __name__ == "__main__":
    main()
