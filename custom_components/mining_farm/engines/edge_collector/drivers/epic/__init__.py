"""ePIC PowerPlay and UMC: HTTP on port 4028."""
