"""Dialogs of a container: adding, changing, options."""
