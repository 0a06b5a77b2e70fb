"""Trading, once Django is ready."""

from django.apps import AppConfig


class TradingConfig(AppConfig):
    """Registers bids, taken and refused, as sources of the proof log."""

    name = "trading"

    def ready(self) -> None:
        from ledger import sources

        sources.register("trading_bid", kind="bid")
        sources.register("trading_refusedbid", kind="bid")
