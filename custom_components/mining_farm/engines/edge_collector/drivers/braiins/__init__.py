"""Braiins OS by its REST API: firmware 25.07 and newer."""
