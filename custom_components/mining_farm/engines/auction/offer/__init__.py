"""What a wallet wants to have on the chain: workers, their sizes and their price."""
