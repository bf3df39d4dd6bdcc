"""Programs without Home Assistant, built on engines."""
