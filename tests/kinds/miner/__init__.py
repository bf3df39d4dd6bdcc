"""Tests of the miner kind."""
