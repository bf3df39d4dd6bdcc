"""Tests of the wallet kind."""
