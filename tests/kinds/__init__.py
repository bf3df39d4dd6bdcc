"""Tests of the Home Assistant adapters, one folder per kind of entry."""
