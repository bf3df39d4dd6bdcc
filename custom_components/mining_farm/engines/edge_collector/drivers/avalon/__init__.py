"""Set points and commands of Avalon miners, on the port of their CGMiner API."""
