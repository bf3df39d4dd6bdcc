"""Auradine Teraflux by its web API on port 8080."""
