"""Models of frames of pitches: the task, its objective, its measure."""
