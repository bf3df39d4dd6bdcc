"""Mining proxies that are given the result."""
