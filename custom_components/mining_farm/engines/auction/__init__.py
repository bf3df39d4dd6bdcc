"""Bids hashrate in the InfiniteHash auction of a Bittensor subnet."""
