"""The CGMiner API (TCP 4028)."""
