"""Listening: from a file to windows that a classifier hears, and to a label."""
