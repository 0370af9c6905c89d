"""Tokenizers of sound: a waveform to integer ids and back, all in the table SOUND_TOKENIZERS."""

from __future__ import annotations

from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.tokens.sound.codec import BUNDLED, CodecTokenizer
from musicrnn.tokens.sound.mulaw import MuLawTokenizer
from musicrnn.tokens.sound.protocol import SoundTokenizer

SOUND_TOKENIZERS: dict[str, type[SoundTokenizer]] = {
    "codec": CodecTokenizer,
    "mulaw": MuLawTokenizer,
}

USUAL: dict[str, dict[str, Any]] = {"mulaw": {"rate": 8000}}  # options, of tokens for models

__all__ = [
    "SOUND_TOKENIZERS", "USUAL", "CodecTokenizer", "MuLawTokenizer", "SoundTokenizer",
    "sound_tokenizer_from",
]  # fmt: skip


def sound_tokenizer_from(configuration: dict[str, Any]) -> SoundTokenizer:
    """The tokenizer that a checkpoint's "tokenizer" entry describes.

    Raises:
        MusicRNNError: it is none of SOUND_TOKENIZERS, or its options do not fit it.
    """
    given = dict(configuration)
    name = given.pop("name", None)
    if name == CodecTokenizer.name and given.get("model") != BUNDLED:
        raise MusicRNNError(
            f"a model's tokens must be those of the codec that comes along, {BUNDLED}, got "
            f"{str(given.get('model'))[:40]!r}"
        )
    if not isinstance(name, str) or name not in SOUND_TOKENIZERS:
        raise MusicRNNError(
            f"the tokens of sound must be one of {', '.join(SOUND_TOKENIZERS)}, got {name!r}"
        )
    try:
        return SOUND_TOKENIZERS[name](**given)
    except TypeError as error:
        raise MusicRNNError(f"the tokens {name} have no such options: {given}") from error
