"""Auction wallets: hashrate that is bid, won and routed.

Every house imports the dialogs: what sets up entries, and with it the engine, is in
`setup`.
"""
