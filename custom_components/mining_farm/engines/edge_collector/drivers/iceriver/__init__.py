"""IceRiver: read over HTTP, without a login."""
