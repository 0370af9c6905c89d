"""Models that fill in voices: the task, its data, its objective, its measure."""
