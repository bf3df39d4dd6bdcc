"""Commands to a Whatsminer by its API 2 on port 4028: firmware before November 2024."""
