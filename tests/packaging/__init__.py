"""What is built of the repository, installed and run."""
