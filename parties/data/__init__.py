"""Published tables that come with the system, as files an officer can read."""
