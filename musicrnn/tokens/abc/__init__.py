"""A piece as the text of a tune, character by character: its tokenizer."""

from musicrnn.tokens.abc.tokenizer import AbcTokenizer

__all__ = ["AbcTokenizer"]
