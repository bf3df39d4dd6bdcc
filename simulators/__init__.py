"""Simulated mining hardware that speaks its true wire protocol, with faults on demand."""
