"""What a user names as data, a folder of files or a corpus by name, made ready to learn from."""
