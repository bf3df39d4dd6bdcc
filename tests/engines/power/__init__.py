"""Outlets, proven against simulated devices through the real library."""
