"""The simulators, proven on the wire."""
