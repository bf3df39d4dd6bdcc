"""VNish (AnthillOS) by its web API: 1.2 and 1.3."""
