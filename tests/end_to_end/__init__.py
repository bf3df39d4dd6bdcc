"""Tests with a real Home Assistant in a process of its own."""

DOMAIN = "mining_farm"
