"""Keeps the commitment on the chain, within what a human allowed."""
