"""How bids, commitments and prices are spelt on the chain."""
