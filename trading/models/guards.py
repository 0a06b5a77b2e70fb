"""Guards in PostgreSQL for what trading promises: fixed terms, allowed steps, honest bids."""

from collections.abc import Iterable

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast

from shell.guards import refusing, steps
from shell.units import FEN_PER_YUAN
from trading.rules import MAX_FEN

__all__ = ["fixed", "refusing", "steps", "within"]

MAX_YUAN = MAX_FEN // FEN_PER_YUAN


def within(field: str, *, least: int = 0) -> Q:
    """The amount lies between `least` yuan and the largest sum; bounded on both sides, because
    NaN is larger than every number to PostgreSQL."""
    return Q(**{f"{field}__gte": least, f"{field}__lt": MAX_YUAN})


def region_range() -> Func:
    """The region's six digits as a range: the embedded PostgreSQL has no btree_gist."""
    digits = Cast("region_id", models.IntegerField())
    return Func(digits, digits, Value("[]"), function="int4range")


def pollutant_range() -> Func:
    """The pollutant as a range over the hash of its code.

    Should two codes ever share a hash, a row too many is refused, never one too few.
    """
    hashed = Func(F("pollutant_id"), Value(0), function="hashtextextended")
    return Func(hashed, hashed, Value("[]"), function="int8range")


def days_range() -> Func:
    """The days of validity; an empty last day means for ever."""
    return Func("valid_from", "valid_to", Value("[]"), function="daterange")


def fixed(name: str, columns: Iterable[str], *, unless: str = "false") -> pgtrigger.Trigger:
    """These columns never change, unless the condition on the old row holds."""
    changes = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=refusing(name, f"({changes}) AND NOT ({unless})", "this is fixed and cannot change"),
    )


# What is paid on a bill is what came in for it: payments are added and never changed.
# Of a cancelled bill nothing stays paid: what was is refunded before (services.declare_default).
BILL_PAID = """NEW.paid IS DISTINCT FROM (CASE WHEN NEW.state = 'CANCELLED' THEN 0 ELSE
   (SELECT coalesce(sum(p.amount), 0) FROM trading_payment p WHERE p.bill_id = NEW.id) END)"""

BID_FITS_ITS_AUCTION = """
SELECT * INTO a FROM trading_auction WHERE id = NEW.auction_id;
SELECT * INTO s FROM trading_signup WHERE id = NEW.sign_up_id;
IF a.state <> 'OPEN' OR NEW.placed_at < a.opens_at OR NEW.placed_at >= a.closes_at
   OR NEW.seq <> a.last_seq
   OR NEW.price_fen < a.floor_price * 100
   OR NEW.number > (a.params ->> 'max_bids')::int
   OR s.auction_id <> a.id OR s.state <> 'ADMITTED' OR NEW.quantity_mg > s.quantity_mg
THEN
    RAISE EXCEPTION 'the bid does not fit its auction'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'bid_fits_its_auction';
END IF;
RETURN NEW;
"""
