"""Tests of the rig kind."""
