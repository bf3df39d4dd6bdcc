"""Whatsminer by its API 3 on TCP 4433: firmware from November 2024 on."""
