"""Edge collector: reads miners through the CGMiner API (TCP 4028). Standard library only."""
