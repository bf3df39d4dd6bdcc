"""One module per pool."""
