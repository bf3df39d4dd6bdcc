"""Random histories of rigs in a world of their own, watched by the engine."""
