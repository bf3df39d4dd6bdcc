"""The simulated pools, proven on the wire and by the engine that reads real ones."""
