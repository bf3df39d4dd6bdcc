"""Tests of the edge collector."""
