"""A piece in bars and beats: its tokenizer."""

from musicrnn.tokens.beat.tokenizer import BeatTokenizer

__all__ = ["BeatTokenizer"]
