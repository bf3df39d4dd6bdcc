"""Innosilicon by its web API; a miner that answers port 4028, too, is read by both."""
