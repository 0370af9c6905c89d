"""The tokens that a model reads, of notes or of sound."""

from __future__ import annotations

from musicrnn.checkpoint import Checkpoint
from musicrnn.tokens import TOKENIZERS, Tokenizer, tokenizer_from
from musicrnn.tokens.sound import (
    SOUND_TOKENIZERS,
    CodecTokenizer,
    SoundTokenizer,
    sound_tokenizer_from,
)
from musicrnn.tokens.sound.codec import LearntCodec


def tokenizer_of(checkpoint: Checkpoint) -> Tokenizer | SoundTokenizer | None:
    """None where it reads none.

    Raises:
        MusicRNNError: the header is damaged.
    """
    if checkpoint.metadata.get("task") == CodecTokenizer.name:
        return CodecTokenizer(LearntCodec.from_checkpoint(checkpoint))
    said = checkpoint.metadata.get("tokenizer")
    name = said.get("name") if isinstance(said, dict) else None
    if name in TOKENIZERS:
        return tokenizer_from(checkpoint.entry("tokenizer"))
    return sound_tokenizer_from(checkpoint.entry("tokenizer")) if name in SOUND_TOKENIZERS else None
