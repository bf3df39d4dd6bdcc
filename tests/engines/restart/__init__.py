"""Tests of the restart engine."""
