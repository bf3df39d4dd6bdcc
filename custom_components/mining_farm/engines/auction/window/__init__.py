"""The auction of a window: what it buys, who bids, who wins."""
