"""Data augmentation of sound that keeps the label: for training and for tests."""
