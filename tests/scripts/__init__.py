"""The repository's own checks find what they are there for."""
