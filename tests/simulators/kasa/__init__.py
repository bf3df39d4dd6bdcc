"""Simulated plugs and strips, proven on the wire."""
