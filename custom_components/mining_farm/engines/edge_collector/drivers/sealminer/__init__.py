"""The pages of a SealMiner, for one whose CGMiner API is closed."""
