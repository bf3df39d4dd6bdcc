"""Simulated containers, proven on the wire."""
