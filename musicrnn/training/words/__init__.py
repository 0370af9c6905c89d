"""Models that hear spoken words: the task, its objective, its detector and its streams."""
