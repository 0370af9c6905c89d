"""Valence and arousal of a piece: the task, its network, and what it reads."""
