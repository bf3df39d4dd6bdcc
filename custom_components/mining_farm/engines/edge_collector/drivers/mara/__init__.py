"""MaraFW: read over HTTP with its account."""
