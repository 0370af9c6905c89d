"""Models that compose token after token: the task, its data, its objective."""
