"""Instruments as tokens number them: the programs of General MIDI, 0 to 127, and the drums."""

DRUMS = 128
