"""Tests of the engines, which know nothing of Home Assistant."""
