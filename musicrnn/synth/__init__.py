"""Scores made audible: a SoundFont synthesizer in numpy, from the file to the mix."""
