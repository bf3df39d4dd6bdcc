"""What a container shows, and how it is steered."""
