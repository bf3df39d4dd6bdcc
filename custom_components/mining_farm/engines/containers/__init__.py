"""Cooling containers, whoever makes them."""
