"""Between money as people see it (django-money) and the whole fen of rules and ledger."""

from decimal import Decimal

from djmoney.money import Money

from shell.units import FEN_PER_YUAN, plain


def yuan(fen: int) -> Money:
    """Whole fen as money."""
    return Money(Decimal(fen) / FEN_PER_YUAN, "CNY")


def fen_of(money: Money) -> int:
    """Money as whole fen; a fraction of a fen is a mistake in the program."""
    fen = money.amount * FEN_PER_YUAN
    assert fen == int(fen), f"{money} is not whole fen"
    return int(fen)


def yuan_text(money: Money) -> str:
    """Money as a plain decimal for kits: 4000.00."""
    return plain(fen_of(money), unit="yuan", places=2)


def tonnes_text(quantity_mg: int) -> str:
    """Milligrams as a plain decimal of tonnes, exact: 4.048."""
    return plain(quantity_mg, unit="t")
