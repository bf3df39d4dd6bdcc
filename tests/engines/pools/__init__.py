"""The pools engine, proven through its public surface."""
