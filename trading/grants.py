"""What the application's role may not do to the tables of trading; read by `grant_app_role`."""

APPEND_ONLY = ("trading_bid", "trading_payment", "trading_refusedbid")
UPDATE_COLUMNS: dict[str, tuple[str, ...]] = {}
