"""Protocol libraries that know nothing of Home Assistant."""
