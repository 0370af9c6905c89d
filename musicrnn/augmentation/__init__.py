"""Sounds made different in ways that do not change what is said: for training and for tests."""
