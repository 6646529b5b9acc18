"""Starts the program and wires it: entry points, composition, event loop, lifecycle, settings, secrets, paths."""
