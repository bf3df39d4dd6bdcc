"""Dialogs of a wallet: chain, key, workers, proxy, options."""
