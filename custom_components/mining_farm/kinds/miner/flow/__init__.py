"""Dialogs of a miner: one by address or discovery, many by a scan, options."""
