"""Braiins OS by its GraphQL API: firmware 21.09 to 25.05."""
