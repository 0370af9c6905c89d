"""Classifiers of songs and scores: the task and its objective."""
