"""Listening: from a file to the windows that a classifier reads, and to a label."""
