"""Proto Rig: read over HTTP."""
