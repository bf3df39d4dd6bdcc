"""Ways to a miner: one file or folder for each protocol."""
