"""Set points and commands of LuxOS, on the port of its CGMiner API."""
