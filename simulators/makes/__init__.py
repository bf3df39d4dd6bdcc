"""Simulated miners that take orders: one file for each make, with faults on demand."""
