"""AxeOS over HTTP: Bitaxe, and its relatives NerdAxe, NerdQAxe+ and NerdOctaxe."""
