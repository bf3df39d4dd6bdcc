"""The solver of a window, in a process of its own."""
