"""Tests of the containers engine."""
