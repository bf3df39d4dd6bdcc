"""Simulated AxeOS devices, proven on the wire."""
