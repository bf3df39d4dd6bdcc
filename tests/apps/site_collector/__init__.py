"""The site collector."""
