"""Tokenizers of sound: a waveform to integer ids and back, all in the table SOUND_TOKENIZERS."""

from __future__ import annotations

from musicrnn.tokens.sound.mulaw import MuLawTokenizer
from musicrnn.tokens.sound.protocol import SoundTokenizer

SOUND_TOKENIZERS: dict[str, type[SoundTokenizer]] = {
    "mulaw": MuLawTokenizer,
}

__all__ = ["SOUND_TOKENIZERS", "MuLawTokenizer", "SoundTokenizer"]
