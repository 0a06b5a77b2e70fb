"""What the application's role may not do to the card-swipe tables; read by `grant_app_role`."""

APPEND_ONLY = (
    "cardswipe_rawframe",
    "cardswipe_reading",
    "cardswipe_eventload",
    "cardswipe_eventconflict",
    "cardswipe_commandanswer",
    "cardswipe_loadcheck",
    "cardswipe_estimate",
)
UPDATE_COLUMNS: dict[str, tuple[str, ...]] = {}
