"""The chain: a process of its own that talks to its nodes."""
