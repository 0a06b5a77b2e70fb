"""Trading, once Django is ready."""

from django.apps import AppConfig


class TradingConfig(AppConfig):
    """Registers bids, taken and refused, as sources of the proof log."""

    name = "trading"

    def ready(self) -> None:
        from ledger import lot_bonds, sources
        from permits import parts
        from trading.parts import certificate_parts
        from trading.queries.bonds import sale_of

        lot_bonds.register(sale_of)
        parts.register(certificate_parts)
        sources.register("trading_bid", kind="bid")
        sources.register("trading_refusedbid", kind="bid")
