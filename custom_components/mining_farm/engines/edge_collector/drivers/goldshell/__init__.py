"""Goldshell by its web API: power plans, one of which may be sleep."""
