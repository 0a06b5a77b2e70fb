"""What stands behind the URL arguments of parties, made for one enterprise."""

OBJECTS = {}
