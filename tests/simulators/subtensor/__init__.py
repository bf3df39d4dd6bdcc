"""Tests of the simulated Subtensor chain."""
