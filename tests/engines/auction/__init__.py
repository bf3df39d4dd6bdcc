"""The auction engine, proven through its public surface."""
