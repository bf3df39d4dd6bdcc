"""The Antspace engine, proven through its public surface."""
