"""Simulated miners, proven on the wire."""
