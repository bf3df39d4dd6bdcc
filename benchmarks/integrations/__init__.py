"""Integrations that exist to be compared with."""
