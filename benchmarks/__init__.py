"""Figures that are measured and printed, one module per subject."""
