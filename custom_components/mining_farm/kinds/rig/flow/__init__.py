"""Dialogs of a rig: each part of it, the import of rigs.json, sign-in, options."""
