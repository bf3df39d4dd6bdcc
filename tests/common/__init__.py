"""Tests of what every kind builds with."""
