"""Programs without Home Assistant."""
