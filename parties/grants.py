"""What the application's role may not do in the tables of parties."""

APPEND_ONLY = {"parties_noticereading"}
UPDATE_COLUMNS: dict[str, tuple[str, ...]] = {}
